"""What calls with many inputs return and report: results by input, failures, and progress."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from .meta import Meta

T = TypeVar("T")


class InputFailure(NamedTuple):
    """Inputs that have no result, and why.

    Attributes:
        indices: The positions of the inputs, from 0.
        error: What went wrong: the input, its request, or the reply.
    """

    indices: Sequence[int]
    error: Exception


class Results(list[T]):
    """A list of results, with the inputs that failed.

    Attributes:
        failures: The inputs that failed. Empty unless `on_failure="keep"`.
        missing: The positions of all inputs without a result, in order.
        meta: The facts of the request, if there was only one.
    """

    def __init__(
        self,
        items: Iterable[T] = (),
        *,
        failures: tuple[InputFailure, ...] = (),
        missing: Sequence[int] = (),
        meta: Meta | None = None,
    ) -> None:
        super().__init__(items)
        self.failures = failures
        self.missing = list(missing)
        self.meta = meta or Meta()


@dataclass(frozen=True, slots=True)
class InputProgress:
    """The progress of a call with many inputs.

    Attributes:
        done: Inputs that have a result.
        failed: Inputs that failed.
        total: How many inputs there are. None if the source does not say.
        in_flight: Requests in flight now.
        concurrency: How many requests may be in flight.
        seconds: Seconds so far.
    """

    done: int
    failed: int
    total: int | None
    in_flight: int
    concurrency: int
    seconds: float

    def __str__(self) -> str:
        of = "" if self.total is None else f" of {self.total:,}"
        rate = self.done / self.seconds if self.seconds else 0.0
        return (
            f"{self.done:,}{of} inputs done, {self.failed:,} failed, {self.in_flight} of {self.concurrency} requests "
            f"in flight, {rate:,.0f} inputs/s"
        )
