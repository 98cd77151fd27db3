"""The part of a failed stream that arrived. It is put together when you first look at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from ..types.chat import ChatCompletion
    from ..types.completions import TextCompletion
    from ..types.messages import Message
    from ..types.responses import ModelResponse

PartialReply: TypeAlias = "ChatCompletion | Message | ModelResponse | TextCompletion"
"""The reply of an API that streams. Each has `text`, `usage` and `meta`."""

Partial: TypeAlias = "PartialReply | Callable[[], PartialReply | None] | None"
"""A reply, or what makes it."""

FIELD = "partial"


class WithPartial:
    """A mixin for errors of a stream. It builds `partial` when you ask for it, because a stream may be long."""

    @property
    def partial(self) -> PartialReply | None:
        """The part of the reply that arrived. None if nothing did, or if the call does not stream a model's reply.

        Its type is that of the whole reply, such as `ChatCompletion`.
        """
        kept: Partial = self.__dict__.get(FIELD)
        if callable(kept):
            kept = self.__dict__[FIELD] = kept()
        return kept

    @partial.setter
    def partial(self, value: Partial) -> None:
        self.__dict__[FIELD] = value

    def _state(self) -> dict[str, object]:
        """The error's data. Before a copy or a comparison, `partial` becomes a value."""
        self.__dict__[FIELD] = self.partial
        return self.__dict__
