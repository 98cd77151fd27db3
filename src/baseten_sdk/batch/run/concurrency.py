"""How many rows may be in flight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ...types.batch import Outcome


class Concurrency(Protocol):
    """How many rows may be in flight. The number may change while the rows run."""

    @property
    def current(self) -> int:
        """The number of rows, at least 1."""
        ...

    def note(self, outcome: Outcome[object, object], /) -> None:
        """Learn from an outcome."""
        ...


@dataclass(frozen=True, slots=True)
class FixedConcurrency:
    """The same number of rows at any time."""

    current: int

    def note(self, outcome: Outcome[object, object], /) -> None:
        """Learn nothing."""
