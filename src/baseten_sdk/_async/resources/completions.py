"""`completions`: a base model continues a prompt."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal, Unpack, overload

from ..._core.request.service_urls import BaseURL
from ...types.completions import CompletionOptions, Prompt, TextCompletion, TextCompletionChunk
from ..calls.service import AsyncService
from .completion_calls import AsyncCompletionCalls

if TYPE_CHECKING:
    from ..streams.typed import AsyncTypedStream
    from .raw import AsyncRawTextCompletions


class AsyncTextCompletions:
    """Completions of text from the engine that `model=` names, or from one deployment."""

    def __init__(self, service: AsyncService, base_url: BaseURL | None = None) -> None:
        self._calls = AsyncCompletionCalls(service, base_url)

    @cached_property
    def with_raw_response(self) -> AsyncRawTextCompletions:
        """Like `create`, but also returns the raw reply. For headers alone, use `.meta` of a reply."""
        from .raw import AsyncRawTextCompletions

        return AsyncRawTextCompletions(self._calls)

    @overload
    async def create(
        self, *, model: str, prompt: Prompt, stream: Literal[False] | None = None, **params: Unpack[CompletionOptions]
    ) -> TextCompletion: ...

    @overload
    async def create(
        self, *, model: str, prompt: Prompt, stream: Literal[True], **params: Unpack[CompletionOptions]
    ) -> AsyncTypedStream[TextCompletionChunk]: ...

    @overload
    async def create(
        self, *, model: str, prompt: Prompt, stream: bool, **params: Unpack[CompletionOptions]
    ) -> TextCompletion | AsyncTypedStream[TextCompletionChunk]: ...

    async def create(
        self, *, model: str, prompt: Prompt, stream: bool | None = None, **params: Unpack[CompletionOptions]
    ) -> TextCompletion | AsyncTypedStream[TextCompletionChunk]:
        """Continue a text. Engines of dedicated models serve this. The Model APIs do not.

        Example:
            completion = await client.deployments("abcd1234").completions.create(model="base", prompt="Once upon")
            print(completion.text)

        Args:
            model: The name that the engine serves, such as that of a LoRA adapter. On the client, the ID of a
                dedicated model, such as "abcd1234".
            prompt: A text or its token IDs, or a list of these.
            stream: Return the text in chunks as they arrive.
            **params: Sampling parameters, and the options of every call. Parameters that only some engines know
                go into `extra_body`.

        Raises:
            NotFoundError: There is no such route, as on the Model APIs.
            APIError: The call failed.
            ResponseValidationError: The reply is not a completion.
            InvalidRequestError: The prompt cannot be sent.
        """
        if stream:
            return await self._calls.chunks(model, prompt, params)
        return await self._calls.complete(model, prompt, params)
