"""Where the rows of a batch come from, whatever that is.

A source shows its first row before it is read, knows how far it was read, and says what it is, so that a resumed batch
notices another input. It must not know of keys or outcomes.
"""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias, TypeVar

from ..._runs.feed import Supply
from ..._runs.supply import Admit
from .shard import Shard

R = TypeVar("R")

Unit: TypeAlias = Literal["line", "row"]
"""What the numbers of rows count."""


class Source(Protocol[R]):
    """A source of rows."""

    @property
    def unit(self) -> Unit:
        """What the numbers of its rows count."""
        ...

    @property
    def lookahead(self) -> int | None:
        """How many rows to read ahead. None: no more than can be in flight."""
        ...

    async def first(self) -> R | None:
        """Return the first row that can be read, or None. The supply still yields it."""
        ...

    def supply(self, admit: Admit[R], only: Shard | None = None) -> Supply[R]:
        """Return all rows, from the beginning.

        Args:
            admit: Receives each record.
            only: The part of the rows that `admit` must receive. Others may be skipped unread.
        """
        ...

    def progress(self) -> float | None:
        """Return how much of it was read, from 0 to 1, or None if that is not known."""
        ...

    def identity(self, most: int) -> dict[str, object]:
        """Return what it is, as JSON: of a file, its name and the digest of its beginning, at most `most` bytes."""
        ...
