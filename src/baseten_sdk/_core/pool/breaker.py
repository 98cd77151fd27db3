"""The health of one member, judged by its calls.

    closed --(THRESHOLD failures in a row)--> open --(its time is over)--> half open --success--> closed
                                               ^------------------failure------------|

An open breaker lets no call through. A half-open one lets a single call through, the probe. Each time in a row that it
opens, it stays open longer.
"""

from __future__ import annotations

from math import inf
from typing import Literal, TypeAlias

from ..policy.backoff import Backoff

THRESHOLD = 3
OPEN = Backoff(first=1.0, longest=60.0)

State: TypeAlias = Literal["closed", "open", "half open"]


class Breaker:
    """Counts failures, and decides whether to ask the member.

    Attributes:
        failures: The failures since the last answer.
    """

    __slots__ = ("_opened", "_openings", "_probing", "_until", "failures")

    def __init__(self) -> None:
        self.failures = 0
        self._openings = 0
        self._until = -inf
        self._opened = False
        self._probing = False

    def state(self, now: float) -> State:
        """Return whether it is closed, open or half open."""
        if not self._opened:
            return "closed"
        return "open" if now < self._until else "half open"

    def admits(self, now: float) -> bool:
        """Whether a call may be sent: always while it is closed, one at a time while it is half open."""
        return not self._opened or (now >= self._until and not self._probing)

    def sent(self, now: float) -> None:
        """Note that a call is sent. If it is half open, this is the probe."""
        if self._opened and now >= self._until:
            self._probing = True

    def succeeded(self) -> None:
        """Note that a call was answered, so the member is healthy."""
        self.failures = self._openings = 0
        self._opened = self._probing = False

    def failed(self, now: float, *, at_once: bool = False) -> None:
        """Note a failure of the member. `at_once` opens the breaker without waiting for more failures."""
        self.failures += 1
        if self._opened and not self._probing:
            return  # The call began before the breaker opened.
        if at_once or self._probing or self.failures >= THRESHOLD:
            self._openings += 1
            self._opened, self._probing = True, False
            self._until = now + OPEN.after(self._openings)

    def forgot(self) -> None:
        """Note that a call ended without saying anything about the member, because it was canceled or invalid."""
        self._probing = False

    @property
    def until(self) -> float:
        """The moment from which it is not open any more."""
        return self._until if self._opened else -inf
