"""The calls behind `completions`: from arguments to a completion, or to chunks. It must not know overloads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..._core.completions.request import completion_request, split_params
from ..._core.reply.response import WholeResponse
from ..._core.reply.validate import read_model
from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._core.request.routing import BaseURL
from ...types.completions import Prompt, TextCompletion, TextCompletionChunk
from ...types.reply import attach_meta
from ..calls.service import AsyncCalls, AsyncService

if TYPE_CHECKING:
    from ..streams.typed import AsyncTypedStream


class AsyncCompletionCalls:
    """Makes the calls, of the model that is named or of one engine."""

    def __init__(self, service: AsyncService, base_url: BaseURL | None) -> None:
        self._service = service
        self._base_url = base_url

    @property
    def caller(self) -> AsyncCalls:
        """What makes the requests."""
        return self._service.caller

    async def complete(self, model: str, prompt: Prompt, params: Mapping[str, object]) -> TextCompletion:
        """Make one call and return the whole completion."""
        request, options = self.prepared(model, prompt, params)
        completion, meta = await self.caller.fetch(request, options, read_completion)
        return attach_meta(completion, meta)

    async def chunks(
        self, model: str, prompt: Prompt, params: Mapping[str, object]
    ) -> AsyncTypedStream[TextCompletionChunk]:
        """Make one call and return its chunks as they come."""
        from ..._core.completions.stream import TextReader
        from ..streams.observed import typed_stream

        request, options = self.prepared(model, prompt, params, stream=True)
        caller = self.caller
        return typed_stream(await caller.open(request, options), TextReader(caller.limits))

    def prepared(
        self, model: str, prompt: Prompt, params: Mapping[str, object], *, stream: bool = False
    ) -> tuple[Request, Options]:
        """Build the request, and the options that hold for it."""
        service = self._service
        body, given = split_params(params)
        options = service.options.merged(given) if given else service.options
        base, name = (self._base_url, model) if self._base_url else service.router.engine_of(model)
        return completion_request(base, name, prompt, body, options, stream=stream), options


def read_completion(response: WholeResponse) -> TextCompletion:
    """Read a reply."""
    return read_model(TextCompletion, response)
