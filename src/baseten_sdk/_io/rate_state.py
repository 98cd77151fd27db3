"""The rate state of a client: what it sent and used in the last minute, what is in flight, and what has refused it.

All event loops and threads of the client share it, so a lock guards it. Nothing here waits; `throttle` does.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .._core.policy.backoff_gate import YOUNG, BackoffGate
from .._core.policy.gate_queue import GateQueue
from .._core.policy.rate_limit import RateLimit, Reservation
from .._core.policy.token_estimate import UNMETERED, Estimate, TokenEstimates, Used
from .._core.reply.retry_after import number, retry_after
from .._core.request.request import Request
from ..config import Limits
from ..types.limit_store import LimitStore
from .forks import reset_in_forks
from .wakeup import AsyncWakeup, Wakeup

if TYPE_CHECKING:
    from .shared_rates import SharedRates, Wakeable


class GateWaiter:
    """A call that waits at a gate.

    Attributes:
        wakeup: Wakes it. None: it has not waited yet.
    """

    __slots__ = ("wakeup",)

    def __init__(self, wakeup: AsyncWakeup | Wakeup | None = None) -> None:
        self.wakeup = wakeup

    def wake(self) -> None:
        """Wake it, if it waits."""
        if self.wakeup is not None:
            self.wakeup.set()


class RateState:
    """The rate state of one client.

    Attributes:
        idle: Whether there is nothing to wait for: no limits, and no gate that may be closed.
        limited: Whether there are limits.
        metered: Whether tokens are counted.
    """

    __slots__ = ("__weakref__", "_estimates", "_gates", "_lock", "_rates", "_shared", "idle", "limited", "metered")

    def __init__(self, limits: Limits) -> None:
        requests, tokens, store = limits.requests_per_minute, limits.tokens_per_minute, limits.store
        self.metered = tokens is not None
        self.limited = requests is not None or self.metered
        self.idle = not self.limited
        self._lock = threading.RLock()
        self._shared = None if store is None else _shared_rates(store, requests, tokens)
        self._rates = self._shared or RateLimit(requests, tokens)
        self._estimates = TokenEstimates()
        self._gates: dict[str, GateQueue[GateWaiter]] = {}
        reset_in_forks(self)

    def reset(self) -> None:
        """Reset in a forked process: none of the calls in flight or in a queue is its own."""
        self._lock = threading.RLock()
        if isinstance(self._rates, RateLimit):
            self._rates.release()
        for queue in self._gates.values():
            queue.release()

    def estimate(self, request: Request) -> Estimate:
        """Estimate what an attempt may use."""
        return self._estimates.estimate(request) if self.metered else UNMETERED

    def reserve(self, tokens: float, now: float, reservation: Reservation | None = None) -> Reservation | float:
        """Reserve what an attempt needs, or return the moment to ask again (`inf`: unknown).

        Args:
            tokens: The tokens that it may use.
            reservation: One that holds nothing yet. None: a new one.
        """
        with self._lock:
            opens = self._rates.opens(tokens, now)
            return opens if opens > now else self._rates.hold(tokens, now, reservation)

    def subscribe(self, waiter: Wakeable) -> None:
        """Have a caller woken when shared limits may let it through."""
        if self._shared is not None:
            self._shared.subscribe(waiter)

    def unsubscribe(self, waiter: Wakeable) -> None:
        """Do not wake it any more. Twice is fine."""
        if self._shared is not None:
            self._shared.unsubscribe(waiter)

    def soonest(self, ahead: int, now: float) -> float:
        """Return the earliest moment for the turn of a call with this many others before it."""
        with self._lock:
            return self._rates.soonest(ahead, now)

    def sent(self, reservation: Reservation, now: float) -> None:
        """Note that the request is sent."""
        with self._lock:
            self._rates.sent(reservation, now)

    def settle(self, reservation: Reservation, estimate: Estimate, used: Used | float, now: float) -> None:
        """Note that the attempt has ended, and how many tokens it used."""
        with self._lock:
            if isinstance(used, Used):
                self._estimates.learn(estimate, used)
                used = used.spent(estimate)
            self._rates.settle(reservation, used, now)

    def refused(self, key: str, sent: float, seconds: float, now: float, *, since: float, accepted: int) -> None:
        """Note that a request was refused.

        Args:
            seconds: How long the service asks to wait.
            since: When the client began.
            accepted: How many of its calls were accepted since.
        """
        with self._lock:
            if key not in self._gates:
                gate = BackoffGate(since, accepted) if now - since < YOUNG else BackoffGate(sent)
                self._gates[key] = GateQueue(gate)
            self._gates[key].gate.refused(sent, seconds, now)
            self._rates.drain(now)
            self.idle = False

    def accepted(self, key: str, sent: float, now: float) -> None:
        """Note that a request was accepted. Its gate may open for the waiting calls."""
        with self._lock:
            queue = self._gates.get(key)
            if queue is None:
                return
            if queue.gate.succeeded(sent, now):
                for waiter in queue.release():
                    waiter.wake()
            if not len(queue) and queue.gate.over(now):
                del self._gates[key]
                self.idle = not self.limited and not self._gates

    def closed(self, key: str, now: float) -> bool:
        """Return whether a gate is closed, however many calls wait at it."""
        with self._lock:
            queue = self._gates.get(key)
            return queue is not None and queue.gate.closed(now)

    def pass_gate(self, key: str, now: float) -> float:
        """Pass at once and return 0.0 if the gate is open and no call waits.

        Otherwise return the least number of seconds to wait.
        """
        with self._lock:
            queue = self._gates.get(key)
            if queue is None:
                return 0.0
            if not len(queue) and queue.gate.opens(now) <= now:
                queue.gate.passed(now)
                return 0.0
            return max(queue.gate.soonest(len(queue), now) - now, 0.001)

    def join_gate(self, key: str, waiter: GateWaiter, *, refused: bool) -> GateQueue[GateWaiter]:
        """Join the queue of a gate."""
        with self._lock:
            queue = self._gates[key]
            queue.join(waiter, refused=refused)
            return queue

    def look_gate(self, queue: GateQueue[GateWaiter], waiter: GateWaiter, now: float) -> float:
        """Return the seconds until the next look at a gate. 0.0: the call has passed."""
        with self._lock:
            return queue.look(waiter, now)

    def leave_gate(self, key: str, waiter: GateWaiter) -> None:
        """Leave the queue of a gate after passing or giving up. The next call looks again. Safe to call twice."""
        with self._lock:
            queue = self._gates.get(key)
            first = None
            if queue is not None:
                queue.leave(waiter)
                first = queue.first
        if first is not None:
            first.wake()

    def read_limits(self, key: str, headers: Mapping[str, str], wall: float, now: float) -> None:
        """Read the limits in a reply's headers, one of which may be used up.

        Args:
            key: What the reply came from.
            wall: Seconds since the epoch.
            now: The same moment on the steady clock.
        """
        requests, tokens = (number(headers.get(f"x-ratelimit-limit-{what}")) for what in ("requests", "tokens"))
        wait = retry_after(headers, wall, refused=False)
        with self._lock:
            self._rates.restrict(requests, tokens)
            if wait:
                queue = self._gates.setdefault(key, GateQueue(BackoffGate(now)))
                queue.gate.close(now + wait)


def _shared_rates(store: LimitStore, requests: float | None, tokens: float | None) -> SharedRates:
    from .shared_rates import SharedRates

    return SharedRates(store, requests, tokens)
