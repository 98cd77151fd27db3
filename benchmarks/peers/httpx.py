"""httpx, or its successor with the same interface, and a pydantic model around it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from .base import API_KEY, AsyncPeer, Place, SyncPeer
from .shapes import REQUEST, STREAM_REQUEST, Completion, Lines

HEADERS = {"authorization": f"Bearer {API_KEY}"}


class AsyncHttpx(AsyncPeer):
    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    async def chat(self) -> str:
        reply = await self._client.post(self._url, json=REQUEST)
        reply.raise_for_status()
        return Completion.model_validate_json(reply.content).text

    async def chunks(self, first: Callable[[], object]) -> int:
        count = 0
        lines = Lines()
        async with self._client.stream("POST", self._url, json=STREAM_REQUEST) as reply:
            reply.raise_for_status()
            async for piece in reply.aiter_bytes():
                for chunk in lines.feed(piece):
                    if chunk.text:
                        count += 1
                        if count == 1:
                            first()
        return count

    async def aclose(self) -> None:
        await self._client.aclose()


class SyncHttpx(SyncPeer):
    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def chat(self) -> str:
        reply = self._client.post(self._url, json=REQUEST)
        reply.raise_for_status()
        return Completion.model_validate_json(reply.content).text

    def close(self) -> None:
        self._client.close()


def open_async(place: Place, variant: str) -> AsyncHttpx:
    library = import_module(variant)
    limits = library.Limits(max_connections=None, max_keepalive_connections=place.width)
    client = library.AsyncClient(headers=HEADERS, timeout=60, limits=limits)
    return AsyncHttpx(client, f"{place.base_url}/chat/completions")


def open_sync(place: Place, variant: str) -> SyncHttpx:
    client = import_module(variant).Client(headers=HEADERS, timeout=60)
    return SyncHttpx(client, f"{place.base_url}/chat/completions")
