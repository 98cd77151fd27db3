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

SLACK = 0.001
"""Seconds by which the clock may seem to be behind the end of a pause."""

State: TypeAlias = Literal["closed", "open", "half open"]


class Breaker:
    """Counts failures, and decides whether to ask the member.

    Attributes:
        failures: The failures since the last answer.
        opened: Whether it is open or half open.
        openings: How often it has opened since the last answer.
    """

    __slots__ = ("_probing", "_until", "failures", "opened", "openings")

    def __init__(self) -> None:
        self.failures = 0
        self.openings = 0
        self._until = -inf
        self.opened = False
        self._probing = False

    def state(self, now: float) -> State:
        """Return whether it is closed, open or half open."""
        if not self.opened:
            return "closed"
        return "open" if now < self._until else "half open"

    def admits(self, now: float) -> bool:
        """Whether a call may be sent: always while it is closed, one at a time while it is half open."""
        return not self.opened or (now >= self._until and not self._probing)

    def sent(self, now: float) -> None:
        """Note that a call is sent. If it is half open, this is the probe."""
        if self.opened and now >= self._until - SLACK:
            self._probing = True

    def succeeded(self) -> None:
        """Note that a call was answered, so the member is healthy."""
        self.failures = self.openings = 0
        self.opened = self._probing = False

    def failed(self, began: float, now: float, *, at_once: bool = False) -> None:
        """Note that a call failed that began then. `at_once` opens the breaker without waiting for more failures."""
        self.failures += 1
        if self.opened and not self._is_probe(began):
            return  # The call began before the breaker opened.
        if at_once or self.opened or self.failures >= THRESHOLD:
            self.openings += 1
            self.opened, self._probing = True, False
            self._until = now + OPEN.after(self.openings)

    def forgot(self, began: float) -> None:
        """Note that a call ended without saying anything about the member, because it was canceled or invalid."""
        if self._is_probe(began):
            self._probing = False

    def _is_probe(self, began: float) -> bool:
        """Whether a call that began then is the probe. Others began before the breaker was half open."""
        return self._probing and began >= self._until - SLACK

    @property
    def until(self) -> float:
        """The moment from which it is not open any more."""
        return self._until if self.opened else -inf
