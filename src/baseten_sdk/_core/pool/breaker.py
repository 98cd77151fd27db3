"""The health of one member, from what its calls bring.

    closed --(THRESHOLD failures in a row)--> open --(its time is over)--> half open --success--> closed
                                               ^------------------failure------------|

An open breaker lets nothing through. Half open it lets one call through, the probe. Each opening in a row lasts longer.
"""

from __future__ import annotations

from math import inf
from typing import Literal, TypeAlias

from ..policy.backoff import Backoff

THRESHOLD = 3
OPEN = Backoff(first=1.0, longest=60.0)

State: TypeAlias = Literal["closed", "open", "half open"]


class Breaker:
    """Counts failures, and says whether the member may be asked."""

    __slots__ = ("_failures", "_opened", "_openings", "_probing", "_until")

    def __init__(self) -> None:
        self._failures = 0
        self._openings = 0
        self._until = -inf
        self._opened = False
        self._probing = False

    def state(self, now: float) -> State:
        """Closed, open or half open."""
        if not self._opened:
            return "closed"
        return "open" if now < self._until else "half open"

    def admits(self, now: float) -> bool:
        """Whether a call may be sent: always while it is closed, one at a time while it is half open."""
        return not self._opened or (now >= self._until and not self._probing)

    def sent(self, now: float) -> None:
        """A call goes out. While it is half open, that is the probe."""
        if self._opened and now >= self._until:
            self._probing = True

    def succeeded(self) -> None:
        """A call was answered: the member is well."""
        self._failures = self._openings = 0
        self._opened = self._probing = False

    def failed(self, now: float, *, at_once: bool = False) -> None:
        """A call failed in a way that speaks of the member; `at_once` opens without waiting for more of them."""
        self._failures += 1
        if self._opened and not self._probing:
            return  # a call from before it opened
        if at_once or self._probing or self._failures >= THRESHOLD:
            self._openings += 1
            self._opened, self._probing = True, False
            self._until = now + OPEN.after(self._openings)

    def forgot(self) -> None:
        """A call ended without telling anything of the member: it was canceled, or its own fault."""
        self._probing = False

    @property
    def until(self) -> float:
        """When it stops being open."""
        return self._until if self._opened else -inf
