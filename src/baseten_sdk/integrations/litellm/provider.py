"""`BasetenLLM`: the provider that LiteLLM calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import lru_cache, partial

import litellm
from litellm.llms.custom_llm import CustomLLM

from ... import AsyncClient, AsyncPool, Client, CompletionStream, Endpoints, Pool
from ...config import AuthScheme
from ..clients import Clients
from .errors import in_litellms_terms
from .litellm_types import CustomLLMItem, EmbeddingResponse, ModelResponse, ModelResponseStream
from .replies import LiteLLMChunks, embedding_response, model_response
from .request import LiteLLMRequest, messages_of

PROVIDER = "baseten-sdk"
"""The provider's name: the part before the first "/" of LiteLLM's `model=`."""

CALLERS = 64
"""Pairs of key and base URL whose connections are kept."""

USAGE = {"include_usage": True}


class BasetenLLM(CustomLLM):
    """Serve LiteLLM's calls with this package.

    Example:
        register()
        litellm.completion(model="baseten-sdk/openai/gpt-oss-120b", messages=[...])
        litellm.completion(model="baseten-sdk/model/abcd1234?environment=staging#my-model", messages=[...])

    In the proxy's `config.yaml`:

        litellm_settings:
          custom_provider_map:
            - {provider: baseten-sdk, custom_handler: baseten_sdk.integrations.litellm.baseten_llm}

    Args:
        endpoints: URL templates for all calls, for the emulator and private gateways.
        api_key: The key for calls that do not pass one. By default, `BASETEN_API_KEY`.
        auth_scheme: How keys are sent: "bearer", or "api-key" for a Frontier Gateway.
        client: Your client or pool, for calls that pass neither a key nor a base URL. It is never closed. Members of a
            pool without a model name get the name that LiteLLM uses.
        async_client: The same for async calls.
    """

    def __init__(
        self,
        *,
        endpoints: Endpoints | None = None,
        api_key: str | Callable[[], str] | None = None,
        auth_scheme: AuthScheme | None = None,
        client: Client | Pool | None = None,
        async_client: AsyncClient | AsyncPool | None = None,
    ) -> None:
        super().__init__()
        # A function's cache, not a method's: a cache that holds the provider would keep it from being closed.
        made = partial(_clients_of, endpoints, api_key, auth_scheme, client, async_client)
        self._clients = lru_cache(maxsize=CALLERS)(made)

    def completion(self, *args: object, **kwargs: object) -> ModelResponse:
        """Answer a chat."""
        with in_litellms_terms(str(kwargs.get("model")), PROVIDER):
            request = LiteLLMRequest.of(kwargs)
            completions = self._clients(request.api_key, request.api_base).engine(request.target).chat.completions
            completion = completions.create(
                model=request.target.model, messages=messages_of(kwargs), **request.arguments()
            )
            return model_response(completion)

    async def acompletion(self, *args: object, **kwargs: object) -> ModelResponse:
        """Answer a chat, in async code."""
        with in_litellms_terms(str(kwargs.get("model")), PROVIDER):
            request = LiteLLMRequest.of(kwargs)
            completions = self._clients(request.api_key, request.api_base).async_engine(request.target).chat.completions
            completion = await completions.create(
                model=request.target.model, messages=messages_of(kwargs), **request.arguments()
            )
            return model_response(completion)

    # LiteLLM accepts its own chunks from a provider, besides the plainer ones in its signature.
    def streaming(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        self, *args: object, **kwargs: object
    ) -> Iterator[ModelResponseStream]:
        """Answer a chat in chunks. Errors are raised here, not when the chunks are read."""
        model = str(kwargs.get("model"))
        with in_litellms_terms(model, PROVIDER):
            request = LiteLLMRequest.of(kwargs)
            completions = self._clients(request.api_key, request.api_base).engine(request.target).chat.completions
            stream = completions.stream(
                model=request.target.model, messages=messages_of(kwargs), **request.arguments(stream_options=USAGE)
            )
            stream.__enter__()
        return _read(stream, model)

    async def astreaming(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        self, *args: object, **kwargs: object
    ) -> AsyncIterator[ModelResponseStream]:
        """Answer as `streaming` does. LiteLLM makes the call when it reads the first chunk."""
        model = str(kwargs.get("model"))
        with in_litellms_terms(model, PROVIDER):
            request = LiteLLMRequest.of(kwargs)
            completions = self._clients(request.api_key, request.api_base).async_engine(request.target).chat.completions
            chunks = LiteLLMChunks(model)
            async with completions.stream(
                model=request.target.model, messages=messages_of(kwargs), **request.arguments(stream_options=USAGE)
            ) as events:
                async for event in events:
                    for chunk in chunks.of(event):
                        yield chunk

    def embedding(self, *args: object, **kwargs: object) -> EmbeddingResponse:
        """Make embeddings of texts with the engine of a dedicated model."""
        with in_litellms_terms(str(kwargs.get("model")), PROVIDER):
            request = LiteLLMRequest.of(kwargs)
            engine = self._clients(request.api_key, request.api_base).engine(request.target)
            reply = engine.embeddings.create(
                input=_texts(kwargs.get("input")), model=request.target.model, **request.arguments()
            )
            return embedding_response(reply, request.target.model)

    async def aembedding(self, *args: object, **kwargs: object) -> EmbeddingResponse:
        """Make embeddings of texts, in async code."""
        with in_litellms_terms(str(kwargs.get("model")), PROVIDER):
            request = LiteLLMRequest.of(kwargs)
            engine = self._clients(request.api_key, request.api_base).async_engine(request.target)
            reply = await engine.embeddings.create(
                input=_texts(kwargs.get("input")), model=request.target.model, **request.arguments()
            )
            return embedding_response(reply, request.target.model)


def _clients_of(
    endpoints: Endpoints | None,
    own_key: str | Callable[[], str] | None,
    auth_scheme: AuthScheme | None,
    client: Client | Pool | None,
    async_client: AsyncClient | AsyncPool | None,
    api_key: str | None,
    api_base: str | None,
) -> Clients:
    """Return the clients for a caller's key and base URL. Without them, return the provider's own clients."""
    own = api_key is None and api_base is None
    return Clients.of(
        api_key=api_key or own_key,
        auth_scheme=auth_scheme,
        base_url=api_base,
        endpoints=None if api_base else endpoints,
        client=client if own else None,
        async_client=async_client if own else None,
    )


def _read(stream: CompletionStream[None], model: str) -> Iterator[ModelResponseStream]:
    chunks = LiteLLMChunks(model)
    with in_litellms_terms(model, PROVIDER):
        try:
            for event in stream:
                yield from chunks.of(event)
        finally:
            stream.close()


def _texts(given: object) -> list[str]:
    return [given] if isinstance(given, str) else [str(each) for each in given] if isinstance(given, list) else []


baseten_llm = BasetenLLM()
"""The provider with nothing set: what a proxy's `config.yaml` names."""


def register(handler: CustomLLM = baseten_llm, *, provider: str = PROVIDER) -> None:
    """Register the provider with LiteLLM. A second call replaces the first.

    Args:
        handler: A provider with your own endpoints or clients.
        provider: The name before the first "/" of `model=`.
    """
    others = [item for item in litellm.custom_provider_map if item["provider"] != provider]
    litellm.custom_provider_map = [*others, CustomLLMItem(provider=provider, custom_handler=handler)]
