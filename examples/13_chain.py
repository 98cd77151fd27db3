"""A chain: run it, stream its items, and see what a chainlet raised."""

import asyncio
import os

from pydantic import BaseModel

from baseten_sdk import AsyncClient, ModelError

CHAIN_ID = os.environ.get("BASETEN_CHAIN_ID", "chain123")


class Sentence(BaseModel):
    index: int
    text: str


async def main() -> None:
    async with AsyncClient() as client:
        chain = client.chains(
            CHAIN_ID
        )  # or environment="staging", deployment_id=..., regional=...
        try:
            print(
                await chain.run_remote({"text": "The tide is out."}, response_model=str)
            )
        except ModelError as error:
            print(error)  # with the remote stack

        async with chain.stream_run_remote({
            "text": "The tide is out.",
            "stream": True,
        }) as stream:
            async for sentence in stream.items(Sentence):
                print(sentence.index, sentence.text)
            print(await stream.footer())


asyncio.run(main())
