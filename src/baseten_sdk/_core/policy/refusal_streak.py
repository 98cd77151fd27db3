"""Distinguishes a single unlucky refusal from a streak. Pure, and without a clock.

The backoff gate of a client, the gate of submissions and the adaptive concurrency of a batch all use this rule.
"""

from __future__ import annotations

ENOUGH = 20
"""After this many accepted requests, a single refusal is bad luck."""

SUSPICIOUS = 1.5
"""From this length, a streak is more than bad luck, whatever came before it."""

OLD_NEWS = 0.125
"""How much an accepted request shortens the streak if it was sent before the last refusal was known."""


class RefusalStreak:
    """Counts refusals in a row.

    Args:
        taken: How many requests the service accepted before.

    Attributes:
        length: The number of refusals. It is a float, because requests already on their way shorten it by a fraction.
    """

    __slots__ = ("_taken", "length")

    def __init__(self, taken: int = 0) -> None:
        self.length = 0.0
        self._taken = taken

    def refused(self) -> bool:
        """Note a refused request. Returns whether it is more than bad luck, so that others should hold back."""
        self.length += 1
        taken, self._taken = self._taken, 0
        return self.length >= SUSPICIOUS or taken < ENOUGH

    def taken(self, *, sent_since: bool) -> None:
        """Note an accepted request. If it was sent after the last refused one (`sent_since`), the streak ends."""
        self._taken += 1
        self.length = 0.0 if sent_since else max(self.length - OLD_NEWS, 0.0)
