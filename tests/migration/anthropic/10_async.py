"""The same with await."""

import asyncio

from anthropic import AsyncAnthropic


async def main() -> None:
    async with AsyncAnthropic() as client:
        question = [{"role": "user", "content": "Say hello to the world"}]
        message = await client.messages.create(model="zai-org/GLM-5.3", max_tokens=64, messages=question)
        print(message.content[0].text)
        async for event in await client.messages.create(
            model="zai-org/GLM-5.3", max_tokens=64, messages=question, stream=True
        ):
            print(event.type)
        async with client.messages.stream(model="zai-org/GLM-5.3", max_tokens=64, messages=question) as stream:
            async for text in stream.text_stream:
                print(text)
            print((await stream.get_final_message()).stop_reason)


asyncio.run(main())
