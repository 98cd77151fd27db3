"""What had arrived of a chat stream that failed: put together when somebody looks at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from ..types.chat import ChatCompletion

Partial: TypeAlias = "ChatCompletion | Callable[[], ChatCompletion | None] | None"
"""A completion, or what makes it."""

FIELD = "partial"


class WithPartial:
    """Part of the error of a stream, which may have been long: few who catch one look at what had arrived."""

    @property
    def partial(self) -> ChatCompletion | None:
        """The completion as far as it had arrived; None where nothing had, or where the call was not a chat stream."""
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
