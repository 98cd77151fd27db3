"""A streamed answer: first OpenAI's chunks, then typed events."""

import anyio

from baseten_sdk import AsyncClient, Finished, MessageParam, ReasoningDelta, TextDelta

MODEL = "openai/gpt-oss-120b"
MESSAGES: list[MessageParam] = [
    {"role": "user", "content": "Why is the evening sky red?"}
]


async def main() -> None:
    async with AsyncClient() as client:
        async with await client.chat.completions.create(
            model=MODEL, messages=MESSAGES, stream=True
        ) as chunks:
            async for chunk in chunks:
                print(chunk.text, end="", flush=True)
        print()

        async with client.chat.completions.stream(
            model=MODEL, messages=MESSAGES, reasoning_effort="low"
        ) as stream:
            async for event in stream:
                match event:
                    case ReasoningDelta(text) | TextDelta(text):
                        print(text, end="", flush=True)
                    case Finished(finish_reason, completion):
                        print(f"\n{finish_reason}, {len(completion.text)} characters")
                    case _:
                        pass


if __name__ == "__main__":
    anyio.run(main)
