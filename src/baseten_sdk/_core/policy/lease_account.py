"""What one holder has of shared limits, and its claim while it waits for more. It must not know the limits."""

from __future__ import annotations

from dataclasses import dataclass

GRACE = 0.5
"""Seconds for which a claim lasts beyond the moment at which its holder was told to ask again."""


@dataclass(slots=True)
class Account:
    """What one holder has, and what it last asked for.

    Attributes:
        since: Since when it waits. None: it does not.
        until: When its claim ends.
        wanted: The tokens of the call that it waits with.
        calls: What its last order got, in case that order comes again.
        granted: The same in tokens.
    """

    heard: float
    number: int = 0
    requests_limit: float | None = None
    tokens_limit: float | None = None
    requests: float = 0.0
    tokens: float = 0.0
    since: float | None = None
    until: float = 0.0
    wanted: float = 0.0
    calls: int = 0
    granted: float = 0.0

    def claim(self, wait: float, tokens: float, now: float) -> None:
        """Note that it waits, and when it was told to ask again."""
        self.since = now if self.since is None else self.since
        self.until, self.wanted = now + wait + GRACE, tokens

    def is_before(self, other: Account, now: float) -> bool:
        """Whether it waits, and has waited longer than another one."""
        if self is other or self.since is None or now >= self.until:
            return False
        return other.since is None or self.since < other.since
