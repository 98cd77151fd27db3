"""An answer piece by piece, asynchronously; as chunks and as events."""

import asyncio

from openai import AsyncOpenAI


async def main() -> None:
    client = AsyncOpenAI()
    stream = await client.chat.completions.create(
        model="openai/gpt-oss-120b",
        messages=[{"role": "user", "content": "Say one two three"}],
        stream=True,
    )
    async for chunk in stream:
        if chunk.choices:
            print(chunk.choices[0].delta.content or "", end="")
    print()

    async with client.chat.completions.stream(
        model="openai/gpt-oss-120b", messages=[{"role": "user", "content": "Say four five"}]
    ) as events:
        async for event in events:
            if event.type == "content.delta":
                print(event.delta, end="")
        print()
        completion = await events.get_final_completion()
        print(completion.choices[0].finish_reason)
    await client.close()


asyncio.run(main())
