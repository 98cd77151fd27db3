"""The calls behind `completions`: from arguments to a completion, or to chunks. It must not know overloads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..._core.completions.reply import read_text_completion
from ..._core.completions.request import PARAMETERS, completion_request
from ..._core.request.options import Options
from ..._core.request.request import Request
from ...types.completions import Prompt, TextCompletion, TextCompletionChunk
from ...types.reply import attach_meta
from .model_calls import AsyncModelCalls

if TYPE_CHECKING:
    from ..streams.typed import AsyncTypedStream


class AsyncCompletionCalls(AsyncModelCalls):
    """Makes the calls, of the model that is named or of one engine."""

    PARAMETERS = PARAMETERS

    async def complete(self, model: str, prompt: Prompt, params: Mapping[str, object]) -> TextCompletion:
        """Make one call and return the whole completion."""
        request, options = self.prepared(model, prompt, params)
        completion, meta = await self.caller.fetch(request, options, read_text_completion)
        return attach_meta(completion, meta)

    async def chunks(
        self, model: str, prompt: Prompt, params: Mapping[str, object]
    ) -> AsyncTypedStream[TextCompletionChunk]:
        """Make one call and return its chunks as they come."""
        from ..._core.completions.reader import TextReader
        from ..streams.observed import typed_stream

        request, options = self.prepared(model, prompt, params, stream=True)
        caller = self.caller
        return typed_stream(await caller.open(request, options), TextReader(caller.limits))

    def prepared(
        self, model: str, prompt: Prompt, params: Mapping[str, object], *, stream: bool = False
    ) -> tuple[Request, Options]:
        """Build the request, and the options that hold for it."""
        body, options = self._split(params)
        base, name = self._engine(model)
        return completion_request(base, name, prompt, body, options, stream=stream), options
