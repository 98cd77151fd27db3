"""How one deployment, or one model of the Model APIs, behaves. A value; it counts nothing and knows no requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite

from ..behaviors.parse import BehaviorError, Spec, parse
from ..behaviors.plan import Plan


@dataclass(frozen=True, slots=True)
class FleetMember:
    """How a member of the fleet behaves.

    Attributes:
        behavior: The behavior of all its replies, as in the header `x-emulator`: "status=503", "drop", "hang". None
            means that it is healthy.
        delay: Seconds before the first byte.
        slow: The share of requests that are slow, between 0 and 1.
        slow_delay: Seconds before the first byte of a slow request.
        requests_per_minute: The limit of requests per minute. Further requests get a 429 with the service's headers.
            The allowance refills continuously. None means no limit.
        tokens_per_minute: The limit of tokens per minute, in prompts and answers, counted when an answer is made. None
            means no limit.
        burst: How many requests can arrive at once. By default, a whole minute's.

    Raises:
        BehaviorError: If a behavior does not exist, or a number is out of range.
    """

    behavior: Spec | None = None
    delay: float = 0.0
    slow: float = 0.0
    slow_delay: float = 1.0
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    burst: int | None = None
    plan: Plan = field(init=False, repr=False, compare=False, default_factory=Plan)

    def __post_init__(self) -> None:
        if self.behavior is not None:
            object.__setattr__(self, "plan", parse(self.behavior))
        for name in ("delay", "slow", "slow_delay"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not (value >= 0 and isfinite(value)):
                raise BehaviorError(f"{name} of a fleet member takes a number of at least 0, not {value!r}")
        if self.slow > 1:
            raise BehaviorError(f"slow of a fleet member is a share between 0 and 1, not {self.slow!r}")
        for name in ("requests_per_minute", "tokens_per_minute", "burst"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise BehaviorError(f"{name} of a fleet member takes a whole number of at least 1, not {value!r}")
        if self.burst is not None and self.requests_per_minute is None:
            raise BehaviorError("burst of a fleet member needs requests_per_minute")
