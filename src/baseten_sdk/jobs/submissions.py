"""The submissions of a run that are not over: what is known of each, and which is to be asked about next."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..types.json import JsonValue
from ..types.webhooks import AsyncPredictResult

FIRST = 2.0
GROWTH = 1.6
LONGEST = 60.0
A_SECOND = 10.0
"""Status calls that all submissions together may cause: half of what Baseten allows."""


@dataclass(slots=True)
class Live:
    """A submission that is not over.

    Attributes:
        number: its row.
        attempt: counts the submissions of the row.
        tag: what its delivery is recognised by.
        sent_at: when it was written down, in seconds since the epoch.
        request_id: its id; None while it is on its way, or where its fate is unknown.
        unknown: whether its fate is unknown.
        over_since: when it was first seen to be over, on the clock of the event loop.
        empty_since: when the queue was first seen to be empty since its fate is unknown, on that clock.
        failure: the delivery that tells of its failure, of which the status is yet to say more.
    """

    number: int
    attempt: int
    tag: str
    sent_at: float
    request_id: str | None = None
    unknown: bool = False
    over_since: float | None = None
    empty_since: float | None = None
    failure: AsyncPredictResult[JsonValue] | None = None
    interval: float = FIRST
    turn: int = field(default=0, repr=False)

    def seconds_over(self, now: float) -> float:
        """Seconds since it was first seen to be over, which is now at the latest."""
        if self.over_since is None:
            self.over_since = now
        return now - self.over_since


class Lives:
    """All of them, by their rows."""

    def __init__(self) -> None:
        self._by_row: dict[int, Live] = {}
        self._due: list[tuple[float, int, int]] = []

    def __len__(self) -> int:
        return len(self._by_row)

    def __iter__(self) -> Iterator[Live]:
        return iter(list(self._by_row.values()))

    def add(self, live: Live) -> None:
        """Have one more."""
        self._by_row[live.number] = live

    def of(self, number: int) -> Live | None:
        """That of a row, whichever attempt it is."""
        return self._by_row.get(number)

    def get(self, number: int, attempt: int) -> Live | None:
        """That of a row, if it is the attempt that is meant."""
        live = self._by_row.get(number)
        return live if live is not None and live.attempt == attempt else None

    def remove(self, live: Live) -> bool:
        """It is over: whether it was there."""
        if self._by_row.get(live.number) is not live:
            return False
        del self._by_row[live.number]
        return True

    def schedule(self, live: Live, moment: float) -> None:
        """Ask about it at that moment, and not at an earlier one that was set before."""
        live.turn += 1
        heapq.heappush(self._due, (moment, live.number, live.turn))

    def postpone(self, live: Live, now: float) -> None:
        """Ask again later: after longer and longer, and the more there are the later."""
        self.schedule(live, now + max(live.interval, len(self._by_row) / A_SECOND))
        live.interval = min(live.interval * GROWTH, LONGEST)

    def due(self, now: float) -> Live | float | None:
        """The one to ask about now, or the seconds until there is one; None where there is none."""
        while self._due:
            moment, number, turn = self._due[0]
            live = self._by_row.get(number)
            if live is None or live.turn != turn or live.request_id is None:
                heapq.heappop(self._due)
            elif moment > now:
                return moment - now
            else:
                heapq.heappop(self._due)
                return live
        return None

    def unknown(self) -> list[Live]:
        """Those of unknown fate."""
        return [live for live in self._by_row.values() if live.unknown]
