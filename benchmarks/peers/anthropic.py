"""anthropic's client."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..replies import MODEL, QUESTION
from .base import API_KEY, AsyncPeer, Place


class AsyncAnthropic(AsyncPeer):
    def __init__(self, client: Any) -> None:
        self._client = client
        self._asked = {"model": MODEL, "max_tokens": 64, "messages": [{"role": "user", "content": QUESTION}]}

    async def message(self) -> str:
        message = await self._client.messages.create(**self._asked)
        return str(message.content[0].text)

    async def message_events(self) -> int:
        count = 0
        async for event in await self._client.messages.create(**self._asked, stream=True):
            if event.type == "content_block_delta" and event.delta.text:
                count += 1
        return count

    async def message_stream(self) -> int:
        count = 0
        async with self._client.messages.stream(**self._asked) as stream:
            async for event in stream:
                if event.type == "text":
                    count += 1
            assert (await stream.get_final_message()).content
        return count

    async def aclose(self) -> None:
        await self._client.close()


def open_async(place: Place, variant: str) -> AsyncAnthropic:
    return AsyncAnthropic(import_module("anthropic").AsyncAnthropic(auth_token=API_KEY, base_url=place.root))
