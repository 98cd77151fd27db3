"""The text completions of a pool: those of a deployment, with each member's own name for the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Unpack, overload

from ..._core.pool.settings import PoolSettings
from ..._core.request.embeddings import ANY_MODEL
from ...types.completions import CompletionOptions, Prompt, TextCompletion, TextCompletionChunk
from .completions import AsyncTextCompletions

if TYPE_CHECKING:
    from ..streams.typed import AsyncTypedStream
    from .raw import AsyncRawTextCompletions


class AsyncPoolTextCompletions:
    """Completions of text from the member that answers. All members have to serve them."""

    def __init__(self, completions: AsyncTextCompletions, settings: PoolSettings) -> None:
        self._completions = completions
        self._settings = settings

    @property
    def with_raw_response(self) -> AsyncRawTextCompletions:
        """Like `create`, but also returns the raw reply. It needs `model=`."""
        return self._completions.with_raw_response

    @overload
    async def create(
        self,
        *,
        prompt: Prompt,
        model: str | None = None,
        stream: Literal[False] | None = None,
        **params: Unpack[CompletionOptions],
    ) -> TextCompletion: ...

    @overload
    async def create(
        self, *, prompt: Prompt, model: str | None = None, stream: Literal[True], **params: Unpack[CompletionOptions]
    ) -> AsyncTypedStream[TextCompletionChunk]: ...

    @overload
    async def create(
        self, *, prompt: Prompt, model: str | None = None, stream: bool, **params: Unpack[CompletionOptions]
    ) -> TextCompletion | AsyncTypedStream[TextCompletionChunk]: ...

    async def create(
        self,
        *,
        prompt: Prompt,
        model: str | None = None,
        stream: bool | None = None,
        **params: Unpack[CompletionOptions],
    ) -> TextCompletion | AsyncTypedStream[TextCompletionChunk]:
        """Let a member continue a text; see `client.completions.create`.

        A stream is returned once its first chunk has arrived. `meta.served_by` of the result says who answered.

        Args:
            prompt: A text or its token IDs, or a list of these.
            model: What to send to members whose `Target` has no `model` of its own. None: the ID of the member.
            stream: Return the text in chunks as they arrive.
            **params: The parameters of `client.completions.create`. `max_retries` counts tries beyond one of each
                member.
        """
        if stream:
            self._settings.check_deadline(params.get("deadline"), "call")
        return await self._completions.create(model=model or ANY_MODEL, prompt=prompt, stream=bool(stream), **params)
