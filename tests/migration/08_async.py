"""Several questions at once."""

import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()


async def ask(word: str) -> str | None:
    completion = await client.chat.completions.create(
        model="openai/gpt-oss-120b", messages=[{"role": "user", "content": f"Say {word}"}]
    )
    return completion.choices[0].message.content


async def main() -> None:
    print(await asyncio.gather(*(ask(word) for word in ("one", "two", "three"))))
    await client.close()


asyncio.run(main())
