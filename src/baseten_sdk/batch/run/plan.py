"""Everything that one run of a batch needs to know, checked and with its defaults filled in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from ..._runs.display import Display
from ...errors import InvalidRequestError
from ...types.prices import Prices
from ..calls.call import Call
from ..results.lines import Lines
from ..rows.intake import KeyOf
from ..rows.shard import Shard
from ..rows.source import Source
from .budget import Budget
from .concurrency import Concurrency
from .progress import Progress

R = TypeVar("R")
T = TypeVar("T")

ABORT_AFTER = 20
RETRIES = 4
HINT = "Run the same call again to resume it."


@dataclass(frozen=True, slots=True)
class Plan(Generic[R, T]):
    """What to run, where the outcomes go, and when to stop."""

    source: Source[R]
    sink: Path
    request: Callable[[R], Call[T]]
    lines: Lines[R, T]
    concurrency: Concurrency
    display: Display[Progress]
    lookahead: int
    key: str | KeyOf[R] | None = None
    budget: Budget = field(default_factory=Budget)
    abort_after: int | None = ABORT_AFTER
    retries: int = RETRIES
    retry_failed: bool = False
    force: bool = False
    fingerprint: str | None = None
    signals: bool = True
    hint: str = HINT
    skip_rows_of: Path | None = None
    shard: Shard | None = None
    prices: Prices | None = None


def call_of(request: Callable[[R], Call[T]], row: R) -> Call[T]:
    """Return the call of a row.

    Raises:
        InvalidRequestError: The function returned something else.
    """
    call = request(row)
    if not isinstance(call, Call):
        raise InvalidRequestError(f"request must return a call, such as batch.chat(...), not {call!r:.200}.")
    return call
