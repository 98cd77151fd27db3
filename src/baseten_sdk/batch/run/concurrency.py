"""How many rows may be in flight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from ..._numbers import as_number
from ...errors import ConfigurationError
from ...types.batch import Outcome
from .adaptive_concurrency import AdaptiveConcurrency


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


def choose_concurrency(given: int | Literal["auto"] | Concurrency, most: int) -> Concurrency:
    """Return what an argument asks for.

    Args:
        most: The most calls that the client makes at once.

    Raises:
        ConfigurationError: It is invalid, or more than the client's limit.
    """
    if isinstance(given, str) and given == "auto":
        return AdaptiveConcurrency(most)
    number = as_number(given)
    if isinstance(number, float) or (not isinstance(number, int) and not hasattr(number, "current")):
        raise ConfigurationError(f'concurrency must be an integer, "auto" or a Concurrency, not {given!r}.')
    if not isinstance(number, int):
        return number
    if isinstance(given, bool) or number < 1:
        raise ConfigurationError(f"concurrency must be an integer of at least 1, not {given!r}.")
    if number > most:
        raise ConfigurationError(
            f"concurrency={number} is more than the client's {most}. Make the client with Limits(concurrency={number})."
        )
    return FixedConcurrency(number)
