"""This package, over either of its transports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel

from baseten_sdk import AsyncClient, Client, Endpoints, Hedge, Limits, Target, TextDelta

from ..replies import BATCH, INPUT, MODEL, PROMPT, QUESTION, TEXT
from .base import API_KEY, AsyncPeer, Place, SyncPeer
from .perf import HEDGE


class Triage(BaseModel):
    """What a decision is asked."""

    urgent: bool
    team: Literal["billing", "shipping", "other"]


ASKED = [{"role": "user", "content": QUESTION}]


class AsyncOurs(AsyncPeer):
    def __init__(self, client: AsyncClient, place: Place) -> None:
        self._client = client
        self._width = place.width
        self._completions = client.chat.completions
        self._deployment = client.deployments("abcd1234")
        hedged = client.pool([Target("abcd1234")], hedge=Hedge(after=HEDGE))
        self._embeddings = hedged.embeddings if place.hedged else self._deployment.embeddings

    async def chat(self) -> str:
        return (await self._completions.create(model=MODEL, messages=PROMPT, max_tokens=64)).text

    async def predict(self) -> object:
        return await self._deployment.predict(INPUT)

    async def decide(self) -> object:
        return (await self._client.decisions.decide(Triage, state=TEXT)).value

    async def embed(self, texts: list[str]) -> tuple[int, ...]:
        found = await self._embeddings.embed(texts, max_batch=BATCH, concurrency=self._width, progress="none")
        return found.numpy().shape

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
                if isinstance(event, TextDelta):
                    count += 1
            assert stream.snapshot is not None
        return count

    async def snapshots(self) -> int:
        count = 0
        async with self._completions.stream(model=MODEL, messages=PROMPT, max_tokens=64) as stream:
            async for event in stream:
                if isinstance(event, TextDelta):
                    assert stream.snapshot is not None
                    count += 1
        return count

    async def respond(self) -> str:
        response = await self._client.responses.create(model=MODEL, input=QUESTION, max_output_tokens=64)
        return response.output_text

    async def response_events(self) -> int:
        count = 0
        async for event in await self._client.responses.create(
            model=MODEL, input=QUESTION, max_output_tokens=64, stream=True
        ):
            if event.type == "response.output_text.delta" and event.delta:
                count += 1
        return count

    async def message(self) -> str:
        return (await self._client.messages.create(model=MODEL, max_tokens=64, messages=ASKED)).text

    async def message_events(self) -> int:
        count = 0
        async for event in await self._client.messages.create(model=MODEL, max_tokens=64, messages=ASKED, stream=True):
            if event.type == "content_block_delta" and event.delta.text:
                count += 1
        return count

    async def message_stream(self) -> int:
        count = 0
        async with self._client.messages.stream(model=MODEL, max_tokens=64, messages=ASKED) as stream:
            async for event in stream:
                if event.type == "text":
                    count += 1
            assert (await stream.get_final_message()).content
        return count

    async def aclose(self) -> None:
        await self._client.aclose()


class SyncOurs(SyncPeer):
    def __init__(self, client: Client) -> None:
        self._client = client
        self._completions = client.chat.completions

    def chat(self) -> str:
        return self._completions.create(model=MODEL, messages=PROMPT, max_tokens=64).text

    def close(self) -> None:
        self._client.close()


def open_async(place: Place, variant: Literal["direct", "httpx"]) -> AsyncOurs:
    return AsyncOurs(
        AsyncClient(
            api_key=API_KEY,
            endpoints=Endpoints(model_apis=place.base_url, model=f"{place.root}/{{model_id}}"),
            limits=Limits(concurrency=max(place.width, Limits().concurrency)),
            transport=variant,
        ),
        place,
    )


def open_sync(place: Place, variant: Literal["direct", "httpx"]) -> SyncOurs:
    return SyncOurs(Client(api_key=API_KEY, base_url=place.base_url, transport=variant))
