"""LiteLLM's function, which keeps clients of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module

from ..replies import MODEL, PROMPT
from ..startup import OFFLINE
from .base import API_KEY, AsyncPeer, Place, SyncPeer

os.environ.update(OFFLINE)


class AsyncLiteLLM(AsyncPeer):
    def __init__(self, base_url: str) -> None:
        self._call = import_module("litellm").acompletion
        self._common: dict[str, object] = {
            "model": f"openai/{MODEL}",
            "messages": PROMPT,
            "max_tokens": 64,
            "api_base": base_url,
            "api_key": API_KEY,
        }

    async def chat(self) -> str:
        return str((await self._call(**self._common)).choices[0].message.content)

    async def chunks(self, first: Callable[[], object]) -> int:
        count = 0
        async for chunk in await self._call(**self._common, stream=True):
            if chunk.choices and chunk.choices[0].delta.content:
                count += 1
                if count == 1:
                    first()
        return count


class SyncLiteLLM(SyncPeer):
    def __init__(self, base_url: str) -> None:
        self._call = import_module("litellm").completion
        self._common: dict[str, object] = {
            "model": f"openai/{MODEL}",
            "messages": PROMPT,
            "max_tokens": 64,
            "api_base": base_url,
            "api_key": API_KEY,
        }

    def chat(self) -> str:
        return str(self._call(**self._common).choices[0].message.content)


def open_async(place: Place, variant: str) -> AsyncLiteLLM:
    return AsyncLiteLLM(place.base_url)


def open_sync(place: Place, variant: str) -> SyncLiteLLM:
    return SyncLiteLLM(place.base_url)
