"""A chat completion: one question, one answer, and facts about the call."""

import anyio

from baseten_sdk import AsyncClient


async def main() -> None:
    async with AsyncClient() as client:
        completion = await client.chat.completions.create(
            model="openai/gpt-oss-120b",
            messages=[
                {"role": "system", "content": "You answer in one sentence."},
                {"role": "user", "content": "Why is the evening sky red?"},
            ],
            max_tokens=512,
        )
        print(completion.text)
        if completion.usage:
            print(completion.usage.total_tokens, "tokens")
        print(completion.meta.request_id, f"{completion.meta.elapsed:.2f} s")


if __name__ == "__main__":
    anyio.run(main)
