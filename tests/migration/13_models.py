"""What there is to ask."""

import asyncio

from openai import AsyncOpenAI, OpenAI

with OpenAI() as client:
    for model in client.models.list():
        print(model.id, model.object, model.owned_by)
    print(len(client.models.list().data))


async def main() -> None:
    async with AsyncOpenAI() as client:
        models = await client.models.list()
        print(models.data[0].id)


asyncio.run(main())
