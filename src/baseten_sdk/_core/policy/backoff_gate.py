"""After a 429: which call may go next, and when. Pure: it never waits.

Theory of operation. A gate belongs to one model of the Model APIs, one deployment, or one path. A refusal closes it for
as long as the service asks. The exception is a single refusal after many accepted calls: it delays only its own caller.
If a request that was *sent after* the refused one succeeds, the service accepts calls again, and the gate opens.

Several refusals in a row mean a limit. Requests that were sent earlier may still succeed in between, so each such
success shortens the streak only a little. Behind a limit, the gate lets calls through at a pace: the calls accepted
since it last opened, over the time since. Each success raises the pace a little, and a refusal sets it back to the
accepted rate. So the pace settles at the limit, whatever it is.
"""

from __future__ import annotations

from math import inf

from .refusal_streak import ENOUGH, RefusalStreak

IN_A_ROW = 6
"""From this many refusals in a row, there is a limit, not one unlucky request."""

GROWTH = 1.0002
"""Growth of the pace with each success. It is small, because a limit per minute shows only after a while."""

CATCH_UP = 1.02
"""Growth of the pace while it is below `FAR_BELOW` of the pace that was last refused."""

FAR_BELOW = 0.95

FORGET = 1.0004
"""Growth of the refused pace with each success, so that the gate finds a limit that was raised."""

FIND_OUT = 0.25
"""Growth of the pace with each success, as a share, until a pace is refused for the first time."""

MOST_AT_ONCE = 4.0
"""Calls a second that a success adds to that pace at most, so that it takes a sixth of a second to double."""

SPAN = 5.0
"""The fewest seconds over which to measure a pace. A shorter time measures only a burst."""

STEP_BACK = 0.985
"""The pace after a refusal, as a share of the accepted rate since the last one, which is the best measure of the limit.
"""

LEAP_BACK = 0.7
"""The pace after a refusal, as a share of the refused pace, if fewer than `ENOUGH` calls were accepted to measure by.
"""

SLOWEST = 0.5
"""The slowest pace in calls a second, so that some call always tests whether the service accepts again."""

YOUNG = 120.0
"""In this many first seconds of a client's life, all accepted calls count towards the first measure of a limit."""

QUIET = 60.0
"""After this many seconds without a refusal or a wait, the gate is forgotten."""


class BackoffGate:
    """Hold back the calls to one model, deployment or path after a refusal.

    Args:
        since: When the count of accepted calls began.
        accepted: How many calls were accepted since then.
    """

    __slots__ = (
        "_accepted",
        "_bound",
        "_closed_until",
        "_measured",
        "_next",
        "_pace",
        "_refused",
        "_refused_pace",
        "_since",
        "_stepped",
        "_streak",
        "_taken",
    )

    def __init__(self, since: float, accepted: int = 0) -> None:
        self._closed_until = -inf
        self._bound = -inf
        self._refused = -inf
        self._streak = RefusalStreak(accepted)
        self._pace: float | None = None
        self._next = -inf
        self._accepted = accepted
        self._since = since
        self._refused_pace = inf
        self._stepped = -inf
        self._taken = 0
        self._measured = 0.0

    def refused(self, sent: float, seconds: float, now: float) -> None:
        """Note a refused request.

        Args:
            seconds: How long the service asks to wait.
        """
        self._refused = max(self._refused, sent)
        if not self._streak.refused() and self._pace is None:
            return  # one unlucky refusal
        self._closed_until = max(self._closed_until, now + seconds)
        if (self._pace is None and self._streak.length < IN_A_ROW) or sent < self._stepped:
            return  # unlucky as well, or sent at the earlier pace
        self._stepped, taken, self._taken = now, self._taken, 0
        self._next = self._closed_until
        span = self._closed_until - self._since
        if self._pace is None and (span < SPAN or self._accepted < ENOUGH):
            self._pace = max(1 / max(seconds, 1e-3), SLOWEST)
            if span < SPAN:
                self._accepted, self._since = 0, self._closed_until
        elif self._accepted >= ENOUGH:
            measured = self._accepted / max(span, 1e-3)
            self._refused_pace = measured if self._pace is None else self._pace
            self._pace = max(measured * STEP_BACK, SLOWEST)
            self._accepted, self._since, self._measured = 0, self._closed_until, measured
        elif taken and self._pace is not None:
            self._refused_pace = max(self._pace, self._measured)
            self._pace = max(max(self._pace, self._measured) * LEAP_BACK, SLOWEST)

    def succeeded(self, sent: float, now: float) -> bool:
        """Note an accepted request. Returns whether the gate has opened for the calls that wait."""
        self._accepted += 1
        self._taken += 1
        self._streak.taken(sent_since=sent > self._refused)
        if sent <= self._refused:
            span = self._closed_until - self._since
            if self._pace is not None and self._refused_pace == inf and self._accepted >= ENOUGH and span >= SPAN:
                # These replies arrived after the refusals of later requests.
                self._pace = max(self._pace, self._accepted / span * STEP_BACK)
            return False
        if self._pace is not None:
            if self._refused_pace == inf:
                self._pace += min(self._pace * FIND_OUT, MOST_AT_ONCE)
            else:
                self._refused_pace *= FORGET
                self._pace *= CATCH_UP if self._pace < self._refused_pace * FAR_BELOW else GROWTH
            return False
        opened = now < self._closed_until
        self._closed_until = -inf
        return opened

    def close(self, until: float) -> None:
        """Close the gate until a moment, because an accepted reply says that no more fits before it."""
        self._closed_until = max(self._closed_until, until)

    def closed(self, now: float) -> bool:
        """Return whether it is closed. Between two calls of a pace, it is not."""
        return self._closed_until > now

    def opens(self, now: float) -> float:
        """Return the moment at which the next call may pass. It is at once if the moment is not after `now`."""
        opens = max(self._closed_until, self._next) if self._pace is not None else self._closed_until
        if opens > now:
            self._bound = now
        return opens

    def passed(self, now: float) -> None:
        """Note that a call has passed."""
        if self._pace is not None:
            self._next = max(self._next, now - 1 / self._pace) + 1 / self._pace

    def soonest(self, ahead: int, now: float) -> float:
        """Return the earliest moment for the turn of a call that has `ahead` others before it."""
        opens = max(self.opens(now), now)
        return opens if self._pace is None else opens + ahead / self._pace

    def over(self, now: float) -> bool:
        """Return whether the gate can be forgotten, because no call was refused or waited for a while."""
        return now > max(self._closed_until, self._refused, self._bound) + QUIET
