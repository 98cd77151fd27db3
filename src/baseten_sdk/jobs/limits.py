"""The limits of a run, checked."""

from __future__ import annotations

from dataclasses import dataclass, fields

from .._numbers import take_numbers
from ..config import check_seconds
from ..errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class JobLimits:
    """The limits of a run.

    Attributes:
        max_submissions: Submissions of one row in all.
        outstanding: Rows that may be under way at once.
        concurrency: Submissions in flight.
        max_queued: Requests in the deployment's queue, from anybody, above which no more are sent.
        delivery_window: Seconds after the end of a job until its delivery counts as lost. Baseten makes two attempts
            of 10 s, 2 s apart; older pages say three, 1 and 4 s apart.
        hold: Seconds until a submission that may or may not have been accepted is given up in any case.
    """

    max_submissions: int
    outstanding: int
    concurrency: int
    max_queued: int
    delivery_window: float
    hold: float

    def __post_init__(self) -> None:
        take_numbers(self, (each.name for each in fields(self)))
        for name in ("max_submissions", "outstanding", "concurrency", "max_queued"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ConfigurationError(f"{name} must be an integer of at least 1, not {value!r}.")
        check_seconds("delivery_window", self.delivery_window)
        check_seconds("hold", self.hold)
