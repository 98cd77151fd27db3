"""`baseten-performance-client`, Baseten's client in Rust, which embeds and does not chat."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..replies import BATCH
from .base import API_KEY, AsyncPeer, Place

HEDGE = 0.1
"""Seconds until a second request; it takes no percentile."""


class AsyncPerf(AsyncPeer):
    def __init__(self, client: Any, preference: Any) -> None:
        self._client = client
        self._preference = preference

    async def embed(self, texts: list[str]) -> tuple[int, ...]:
        response = await self._client.async_embed(input=texts, model="embedder", preference=self._preference)
        found: tuple[int, ...] = response.numpy().shape
        return found

    async def aclose(self) -> None:
        """It has no end of its own."""


def open_async(place: Place, variant: str) -> AsyncPerf:
    library = import_module("baseten_performance_client")
    preference = library.RequestProcessingPreference(
        batch_size=BATCH,
        max_concurrent_requests=place.width,
        max_chars_per_request=256_000,
        hedge_delay=HEDGE if place.hedged else None,
    )
    client = library.PerformanceClient(base_url=f"{place.root}/abcd1234/environments/production/sync", api_key=API_KEY)
    return AsyncPerf(client, preference)
