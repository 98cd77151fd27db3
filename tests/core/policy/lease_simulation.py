"""Processes that share limits, in a time that is computed: each has a share, and one state is kept for all of them."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field

from baseten_sdk._core.policy.lease import Lease
from baseten_sdk._core.policy.lease_book import lease
from baseten_sdk._core.policy.lease_share import LeaseShare
from baseten_sdk._core.policy.rate_limit import Reservation

TICK = 0.05


@dataclass
class Work:
    """A call: when it is asked for, what it is thought to use, what it uses, and how long it takes."""

    at: float
    tokens: float = 0.0
    used: float = 0.0
    takes: float = 0.0


@dataclass
class Process:
    """One process, with its calls in the order in which they are asked for."""

    share: LeaseShare
    work: deque[Work]
    dies: float = float("inf")
    flying: list[tuple[float, int, float, Reservation]] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    used: list[tuple[float, float]] = field(default_factory=list)
    exchanges: int = 0

    def step(self, now: float) -> None:
        """Send what can be sent, and settle what has ended."""
        while self.flying and self.flying[0][0] <= now:
            _, _, used, reservation = heapq.heappop(self.flying)
            self.share.settle(reservation, used, now)
        while self.work and self.work[0].at <= now and self.share.opens(self.work[0].tokens, now) <= now:
            work = self.work.popleft()
            reservation = self.share.hold(work.tokens, now)
            self.share.sent(reservation, now)
            self.sent.append(now)
            self.used.append((now, work.used))
            heapq.heappush(self.flying, (now + work.takes, len(self.sent), work.used, reservation))


class Machine:
    """All processes, and the state that they share."""

    def __init__(self, processes: list[Process]) -> None:
        self.processes = processes
        self.state: bytes | None = None
        self.now = 1000.0

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while self.now < end:
            for process in self.processes:
                if self.now >= process.dies:
                    continue
                process.step(self.now)
                if process.share.due(self.now) <= self.now:
                    self.exchange(process)
                    process.step(self.now)
            self.now += TICK

    def exchange(self, process: Process) -> Lease:
        """Carry out the order of a process."""
        process.exchanges += 1
        self.state, given = lease(process.share.order(self.now), self.state, self.now)
        process.share.granted(given, self.now, self.now)
        return given


def machine(works: list[list[Work]], requests: float | None, tokens: float | None = None) -> Machine:
    """Processes with the same limits. Times of calls count from the beginning."""
    return Machine(
        [
            Process(
                LeaseShare(str(at), requests, tokens),
                deque(Work(1000.0 + w.at, w.tokens, w.used, w.takes) for w in each),
            )
            for at, each in enumerate(works)
        ]
    )


def most_in_a_minute(moments: list[float]) -> int:
    """The most of some moments that lie within one minute."""
    moments = sorted(moments)
    return max((bisect_left(moments, start + 60) - at for at, start in enumerate(moments)), default=0)
