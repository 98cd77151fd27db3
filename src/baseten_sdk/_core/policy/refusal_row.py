"""Whether a refusal is one unlucky request among many, or one of several in a row. Pure; it knows no time.

The one rule behind the backoff gate of a client, that of submissions, and the adaptive concurrency of a batch.
"""

from __future__ import annotations

ENOUGH = 20
"""Requests taken that are many: a single refusal after them is an unlucky one."""

SUSPICIOUS = 1.5
"""The length of a row that is no bad luck, however many requests were taken before it."""

OLD_NEWS = 0.125
"""What a request that was taken, but sent before the last refusal was known, takes off the row."""


class RefusalRow:
    """The refusals in a row so far.

    Args:
        taken: requests that were taken before.

    Attributes:
        length: how many there were. It is a float, since requests that were on their way take off a part of one.
    """

    __slots__ = ("_taken", "length")

    def __init__(self, taken: int = 0) -> None:
        self.length = 0.0
        self._taken = taken

    def refused(self) -> bool:
        """A request was refused. Whether that is more than bad luck, so that others should hold back."""
        self.length += 1
        taken, self._taken = self._taken, 0
        return self.length >= SUSPICIOUS or taken < ENOUGH

    def taken(self, *, sent_since: bool) -> None:
        """A request was taken; `sent_since`: it was sent after the last one that was refused, which ends the row."""
        self._taken += 1
        self.length = 0.0 if sent_since else max(self.length - OLD_NEWS, 0.0)
