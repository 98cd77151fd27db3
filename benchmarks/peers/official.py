"""The official `baseten` package, which predicts and does not chat."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..replies import INPUT
from .base import API_KEY, AsyncPeer, Place


class AsyncOfficial(AsyncPeer):
    def __init__(self, client: Any, new_input: Any) -> None:
        self._client = client
        self._predict = client.api.predict_production
        self._new_input = new_input

    async def predict(self) -> object:
        return (await self._predict(request=self._new_input(INPUT))).root

    async def aclose(self) -> None:
        await self._client.close()


def open_async(place: Place, variant: str) -> AsyncOfficial:
    client = import_module("baseten.client").AsyncInferenceClient(api_key=API_KEY, base_url_override=place.root)
    return AsyncOfficial(client, import_module("baseten.client.inferenceapi").PredictInput)
