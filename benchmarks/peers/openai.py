"""openai's client, as it comes and with its aiohttp extra."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from ..replies import BATCH, MODEL, PROMPT, QUESTION
from .base import API_KEY, AsyncPeer, Place, SyncPeer


class AsyncOpenAI(AsyncPeer):
    def __init__(self, client: Any, width: int) -> None:
        self._client = client
        self._width = width
        self._completions = client.chat.completions

    async def chat(self) -> str:
        completion = await self._completions.create(model=MODEL, messages=PROMPT, max_tokens=64)
        return str(completion.choices[0].message.content)

    async def embed(self, texts: list[str]) -> tuple[int, ...]:
        import anyio
        import numpy

        rows: list[Any] = [None] * len(texts)
        room = anyio.CapacityLimiter(self._width)

        async def one(start: int) -> None:
            async with room:
                reply = await self._client.embeddings.create(input=texts[start : start + BATCH], model="embedder")
            for item in reply.data:
                rows[start + item.index] = item.embedding

        async with anyio.create_task_group() as group:
            for start in range(0, len(texts), BATCH):
                group.start_soon(one, start)
        found: tuple[int, ...] = numpy.array(rows, dtype=numpy.float32).shape
        return found

    async def chunks(self, first: Callable[[], object]) -> int:
        count = 0
        async for chunk in await self._completions.create(model=MODEL, messages=PROMPT, max_tokens=64, stream=True):
            if chunk.choices and chunk.choices[0].delta.content:
                count += 1
                if count == 1:
                    first()
        return count

    async def events(self) -> int:
        count = 0
        async with self._completions.stream(model=MODEL, messages=PROMPT, max_tokens=64) as stream:
            async for event in stream:
                if event.type == "content.delta":
                    count += 1
            assert stream.current_completion_snapshot is not None
        return count

    async def snapshots(self) -> int:
        count = 0
        async with self._completions.stream(model=MODEL, messages=PROMPT, max_tokens=64) as stream:
            async for event in stream:
                if event.type == "content.delta":
                    assert stream.current_completion_snapshot is not None
                    count += 1
        return count

    async def respond(self) -> str:
        response = await self._client.responses.create(model=MODEL, input=QUESTION, max_output_tokens=64)
        return str(response.output_text)

    async def response_events(self) -> int:
        count = 0
        async for event in await self._client.responses.create(
            model=MODEL, input=QUESTION, max_output_tokens=64, stream=True
        ):
            if event.type == "response.output_text.delta" and event.delta:
                count += 1
        return count

    async def aclose(self) -> None:
        await self._client.close()


class SyncOpenAI(SyncPeer):
    def __init__(self, client: Any) -> None:
        self._client = client
        self._completions = client.chat.completions

    def chat(self) -> str:
        completion = self._completions.create(model=MODEL, messages=PROMPT, max_tokens=64)
        return str(completion.choices[0].message.content)

    def close(self) -> None:
        self._client.close()


def open_async(place: Place, variant: str) -> AsyncOpenAI:
    openai = import_module("openai")
    http_client = openai.DefaultAioHttpClient() if variant == "aiohttp" else None
    if variant == "ours":
        http_client = import_module("httpx2").AsyncClient(transport=_connections(place))
    client = openai.AsyncOpenAI(api_key=API_KEY, base_url=place.base_url, http_client=http_client)
    return AsyncOpenAI(client, place.width)


def _connections(place: Place) -> object:
    """This package's connections, for httpx2."""
    from baseten_sdk import AsyncClient, Limits
    from baseten_sdk.integrations.http import AsyncHttpx2Connections

    limits = Limits(concurrency=max(place.width, 256))
    return AsyncHttpx2Connections(AsyncClient(api_key=API_KEY, base_url=place.base_url, limits=limits).detached())


def open_sync(place: Place, variant: str) -> SyncOpenAI:
    return SyncOpenAI(import_module("openai").OpenAI(api_key=API_KEY, base_url=place.base_url))
