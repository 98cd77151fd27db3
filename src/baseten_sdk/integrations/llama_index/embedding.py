"""`BasetenEmbedding`: vectors of texts by an embedding engine, for LlamaIndex."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.callbacks import CallbackManager
from pydantic import Field, PrivateAttr

from ... import AsyncClient, AsyncPool, Client, Endpoints, ManyOptions, Pool
from ..clients import Clients
from ..targets import ModelTarget

AT_ONCE = 2048
"""Texts that LlamaIndex passes at once: the most that it allows. They are cut into requests here."""


class BasetenEmbedding(BaseEmbedding):
    """Make embeddings with a dedicated model.

    Example:
        Settings.embed_model = BasetenEmbedding("abcd1234")

    The texts of an index are sent in several concurrent requests, by the client's `embeddings.embed`. Errors are those
    of this package. Neither `to_dict` nor a pickle contains the key.

    Args:
        model_id: The ID of a dedicated model.
        served_model: The name that its engine serves. Most engines accept any name.
        dimensions: The length of a vector, if the model can shorten it.
        max_batch: Texts per request.
        max_concurrency: Requests in flight. By default, the client finds a good number as it runs.
        environment: The name of an environment, or "development". By default, production.
        deployment_id: The ID of one deployment.
        regional: The environment of a regional host.
        api_key: The key, or a function that returns it. By default, `BASETEN_API_KEY`.
        api_base: The URL of a gateway that finds the model by its name.
        endpoints: URL templates for all calls, for the emulator and private gateways.
        timeout: Seconds for each attempt.
        max_retries: Attempts after the first, by default 2.
        default_headers: Headers of every request.
        callback_manager: LlamaIndex's callbacks.
        client: Your client or pool. Its settings are kept, and it is never closed.
        async_client: The same for async calls.
    """

    dimensions: int | None = Field(default=None, description="Length of a vector.")
    max_batch: int = Field(default=128, ge=1, description="Texts of one request.")
    max_concurrency: int | None = Field(default=None, ge=1, description="Requests in flight.")
    served_model: str | None = Field(default=None, description="Name that the engine serves.")
    environment: str | None = Field(default=None, description="Environment of the model.")
    deployment_id: str | None = Field(default=None, description="One deployment of it.")
    regional: str | None = Field(default=None, description="Environment of its regional host.")

    _clients: Clients = PrivateAttr()
    _target: ModelTarget = PrivateAttr()

    def __init__(
        self,
        model_id: str = "",
        *,
        served_model: str | None = None,
        dimensions: int | None = None,
        max_batch: int = 128,
        max_concurrency: int | None = None,
        environment: str | None = None,
        deployment_id: str | None = None,
        regional: str | None = None,
        api_key: str | Callable[[], str] | None = None,
        api_base: str | None = None,
        endpoints: Endpoints | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        default_headers: dict[str, str] | None = None,
        callback_manager: CallbackManager | None = None,
        embed_batch_size: int = AT_ONCE,
        client: Client | Pool | None = None,
        async_client: AsyncClient | AsyncPool | None = None,
    ) -> None:
        fields: dict[str, Any] = {
            "model_name": model_id or "pool",
            "embed_batch_size": embed_batch_size,
            "callback_manager": callback_manager or CallbackManager([]),
            "dimensions": dimensions,
            "max_batch": max_batch,
            "max_concurrency": max_concurrency,
            "served_model": served_model,
            "environment": environment,
            "deployment_id": deployment_id,
            "regional": regional,
        }
        super().__init__(**fields)
        alone = api_base is not None or isinstance(client or async_client, Pool | AsyncPool)
        self._target = ModelTarget(
            served_model or model_id, None if alone else model_id, environment, deployment_id, regional
        )
        self._clients = Clients.of(
            api_key=api_key,
            base_url=api_base,
            endpoints=endpoints,
            timeout=timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            client=client,
            async_client=async_client,
        )

    @classmethod
    def class_name(cls) -> str:
        """Return the name under which LlamaIndex knows it."""
        return "BasetenEmbedding"

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        embeddings = self._clients.engine(self._target).embeddings
        return embeddings.embed(
            texts, model=self._target.model or None, dimensions=self.dimensions, **self._options()
        ).tolist()

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        embeddings = self._clients.async_engine(self._target).embeddings
        found = await embeddings.embed(
            texts, model=self._target.model or None, dimensions=self.dimensions, **self._options()
        )
        return found.tolist()

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return (await self._aget_text_embeddings([text]))[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await self._aget_text_embedding(query)

    def _options(self) -> ManyOptions:
        return {"max_batch": self.max_batch, "concurrency": self.max_concurrency or "auto", "progress": "none"}
