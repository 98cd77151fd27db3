"""`completions`: a base model continues a prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, Unpack, overload

from ..._core.completions.request import completion_request, split_params
from ..._core.reply.response import WholeResponse
from ..._core.reply.validate import read_model
from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._core.request.routing import BaseURL
from ...types.completions import CompletionOptions, Prompt, TextCompletion, TextCompletionChunk
from ...types.reply import attach_meta
from ..calls.service import AsyncService

if TYPE_CHECKING:
    from ..streams.typed import AsyncTypedStream


class AsyncTextCompletions:
    """Completions of text from the engine that `model=` names, or from one deployment."""

    def __init__(self, service: AsyncService, base_url: BaseURL | None = None) -> None:
        self._service = service
        self._base_url = base_url

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
        request, options = self._prepared(model, prompt, params, stream=bool(stream))
        caller = self._service.caller
        if stream:
            from ..._core.completions.stream import TextReader
            from ..streams.observed import typed_stream

            return typed_stream(await caller.open(request, options), TextReader(caller.limits))
        completion, meta = await caller.fetch(request, options, _completion)
        return attach_meta(completion, meta)

    def _prepared(
        self, model: str, prompt: Prompt, params: Mapping[str, object], *, stream: bool
    ) -> tuple[Request, Options]:
        service = self._service
        body, given = split_params(params)
        options = service.options.merged(given) if given else service.options
        base, name = (self._base_url, model) if self._base_url else service.router.engine_of(model)
        return completion_request(base, name, prompt, body, options, stream=stream), options


def _completion(response: WholeResponse) -> TextCompletion:
    return read_model(TextCompletion, response)
