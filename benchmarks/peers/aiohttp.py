"""aiohttp and a pydantic model around it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from .base import API_KEY, AsyncPeer, Place
from .shapes import REQUEST, STREAM_REQUEST, Completion, Lines


class AsyncAiohttp(AsyncPeer):
    def __init__(self, session: Any, url: str) -> None:
        self._session = session
        self._url = url

    async def chat(self) -> str:
        async with self._session.post(self._url, json=REQUEST) as reply:
            reply.raise_for_status()
            return Completion.model_validate_json(await reply.read()).text

    async def chunks(self, first: Callable[[], object]) -> int:
        count = 0
        lines = Lines()
        async with self._session.post(self._url, json=STREAM_REQUEST) as reply:
            reply.raise_for_status()
            async for piece in reply.content.iter_any():
                for chunk in lines.feed(piece):
                    if chunk.text:
                        count += 1
                        if count == 1:
                            first()
        return count

    async def aclose(self) -> None:
        await self._session.close()


def open_async(place: Place, variant: str) -> AsyncAiohttp:
    aiohttp = import_module("aiohttp")
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), headers={"authorization": f"Bearer {API_KEY}"}
    )
    return AsyncAiohttp(session, f"{place.base_url}/chat/completions")
