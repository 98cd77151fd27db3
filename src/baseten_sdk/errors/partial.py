"""What had arrived of a stream that failed: put together when somebody looks at it."""

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
    """Part of the error of a stream, which may have been long: few who catch one look at what had arrived."""

    @property
    def partial(self) -> PartialReply | None:
        """The reply as far as it had arrived; None where nothing had, or where the call streams no reply of a model.

        It is of the type that the call returns, such as `ChatCompletion`.
        """
        kept: Partial = self.__dict__.get(FIELD)
        if callable(kept):
            kept = self.__dict__[FIELD] = kept()
        return kept

    @partial.setter
    def partial(self, value: Partial) -> None:
        self.__dict__[FIELD] = value

    def _state(self) -> dict[str, object]:
        """What the error holds; an error that is copied or compared holds a value, and nothing that makes one."""
        self.__dict__[FIELD] = self.partial
        return self.__dict__
