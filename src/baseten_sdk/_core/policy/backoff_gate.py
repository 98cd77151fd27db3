"""After a 429: who may send again, and when. Pure; it waits for nothing.

Theory of operation. A gate belongs to what was refused: one model of the Model APIs, one deployment, one path. A
refusal closes it for as long as the service asks, unless many calls were taken since the one before: a lone refusal
among many successes costs nobody but its own caller. Replies are evidence: a success of a request that was *sent after*
the refused one shows that the service takes calls, so it opens the gate again.

Refusals in a row are a limit that holds. Successes of requests that were sent earlier may come between them, so each of
these takes only a little off the row. Behind a limit the gate lets calls through at a pace: what was accepted since it
last opened, over the time since. Each success makes the pace a little faster, a further refusal sets it back to what
was accepted. So the pace settles at the limit, whatever it is.
"""

from __future__ import annotations

from math import inf

from .refusal_row import ENOUGH, RefusalRow

IN_A_ROW = 6
"""Refusals in a row that are a limit, and not one unlucky request."""

GROWTH = 1.0002
"""How much faster the pace is after a success. It must not grow far before a limit a minute is found out."""

CATCH_UP = 1.02
"""How much faster it is while it is below `FAR_BELOW` of the pace that was last refused."""

FAR_BELOW = 0.95

FORGET = 1.0004
"""How the refused pace fades with each success, so that a limit that was raised is found."""

FIND_OUT = 0.25
"""The part by which the pace is faster after a success, until a pace has been refused for the first time."""

MOST_AT_ONCE = 4.0
"""Calls a second that a success adds to that pace at most, so that it takes a sixth of a second to double."""

SPAN = 5.0
"""Seconds over which a pace can be measured. What was taken in less was a burst."""

STEP_BACK = 0.985
"""The pace after a refusal, as a part of what was taken since the last one: the limit, as far as it can be measured."""

LEAP_BACK = 0.7
"""The pace after a refusal, as a part of the refused one, where fewer calls than `ENOUGH` were taken to measure by."""

SLOWEST = 0.5
"""Calls a second at least, so that there is always somebody who finds out whether the service takes calls again."""

YOUNG = 120.0
"""Seconds of a client's life in which all that it was given counts towards the first measure of a limit."""

QUIET = 60.0
"""Seconds without a refusal or a wait after which a gate is forgotten."""


class BackoffGate:
    """The gate of one thing that has refused.

    Args:
        since: from when on accepted calls were counted.
        accepted: how many there were.
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
        "_row",
        "_since",
        "_stepped",
        "_taken",
    )

    def __init__(self, since: float, accepted: int = 0) -> None:
        self._closed_until = -inf
        self._bound = -inf
        self._refused = -inf
        self._row = RefusalRow(accepted)
        self._pace: float | None = None
        self._next = -inf
        self._accepted = accepted
        self._since = since
        self._refused_pace = inf
        self._stepped = -inf
        self._taken = 0
        self._measured = 0.0

    def refused(self, sent: float, seconds: float, now: float) -> None:
        """A request was refused.

        Args:
            sent: when it was sent.
            seconds: how long the service asks to wait.
            now: the time.
        """
        self._refused = max(self._refused, sent)
        if not self._row.refused() and self._pace is None:
            return  # bad luck
        self._closed_until = max(self._closed_until, now + seconds)
        if (self._pace is None and self._row.length < IN_A_ROW) or sent < self._stepped:
            return  # an unlucky one, or one that was sent at the pace before
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
        """A request was taken. Whether the gate has opened for those who wait.

        Args:
            sent: when it was sent.
            now: the time.
        """
        self._accepted += 1
        self._taken += 1
        self._row.taken(sent_since=sent > self._refused)
        if sent <= self._refused:
            span = self._closed_until - self._since
            if self._pace is not None and self._refused_pace == inf and self._accepted >= ENOUGH and span >= SPAN:
                # The replies of what was taken before came after the refusals.
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
        """A reply tells that nothing will be taken before a moment, though it was not refused itself."""
        self._closed_until = max(self._closed_until, until)

    def opens(self, now: float) -> float:
        """The moment at which the next one may pass; `now` or before: at once."""
        opens = max(self._closed_until, self._next) if self._pace is not None else self._closed_until
        if opens > now:
            self._bound = now
        return opens

    def passed(self, now: float) -> None:
        """Somebody has passed."""
        if self._pace is not None:
            self._next = max(self._next, now - 1 / self._pace) + 1 / self._pace

    def soonest(self, ahead: int, now: float) -> float:
        """The earliest moment at which it can be the turn of a call, with `ahead` others before it."""
        opens = max(self.opens(now), now)
        return opens if self._pace is None else opens + ahead / self._pace

    def over(self, now: float) -> bool:
        """Whether nobody was refused or had to wait for so long that the gate can be forgotten."""
        return now > max(self._closed_until, self._refused, self._bound) + QUIET
