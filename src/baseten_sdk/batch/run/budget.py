"""What a job may use up."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Budget:
    """What a job may use up; then it stops, and can be resumed.

    Attributes:
        tokens: tokens of prompts and answers together, as the replies tell of them. Those of rows in flight when it is
            used up come on top.
        failures: rows that may fail.
        seconds: wall clock.
        grace: seconds that calls in flight are given when the job stops for one of these, or because it is hopeless;
            `math.inf` lets them all finish.
    """

    tokens: int | None = None
    failures: int | None = None
    seconds: float | None = None
    grace: float = 30.0

    def __post_init__(self) -> None:
        for name in ("tokens", "failures", "seconds", "grace"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
                raise ConfigurationError(f"Budget({name}=...) must be a number of at least 0, not {value!r}.")
