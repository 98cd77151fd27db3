"""Several responses at once, streams among them."""

import asyncio

from openai import AsyncOpenAI


async def ask(client: AsyncOpenAI, word: str) -> str:
    response = await client.responses.create(model="openai/gpt-oss-120b", input=f"Say {word}")
    return response.output_text


async def listen(client: AsyncOpenAI, words: str) -> list[str]:
    stream = await client.responses.create(model="openai/gpt-oss-120b", input=f"Say {words}", stream=True)
    return [event.delta async for event in stream if event.type == "response.output_text.delta"]


async def main() -> None:
    async with AsyncOpenAI() as client:
        print(await asyncio.gather(*(ask(client, word) for word in ("one", "two", "three"))))
        print(await asyncio.gather(listen(client, "four five"), listen(client, "six seven")))
        async with client.responses.stream(model="openai/gpt-oss-120b", input="Say eight") as stream:
            async for event in stream:
                if event.type == "response.completed":
                    print(event.response.output_text)
            print((await stream.get_final_response()).output_text)


asyncio.run(main())
