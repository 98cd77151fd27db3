"""The limits that a client shares with other processes: its share of them, and the thread that talks to the store.

Theory of operation. A store may block, so one thread sends all orders of a client. It runs while the share holds
something or a call waits, and for a moment longer. Callers look at the share, and are woken when it has changed. If the
store fails, those who wait get the error; a moment later, the next call tries again. So no call goes out without its
part of the limits. Before the process ends, the share gives back what it holds. A fork begins with an empty share,
since its parent uses the other one. It waits until no store is in use, because a lock that another thread holds would
stay locked in the child.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
import uuid
from _thread import start_new_thread
from copy import copy
from functools import partial
from math import inf
from typing import Protocol
from weakref import WeakSet

from .._core.policy.lease import Lease
from .._core.policy.lease_book import LimitStateError, lease
from .._core.policy.lease_share import LeaseShare
from .._core.policy.rate_limit import Reservation
from ..errors import BasetenError, LimitStoreError
from ..types.limit_store import LimitStore

LINGER = 1.0
"""Seconds for which the thread waits for more to do."""


class Wakeable(Protocol):
    """Can be woken from any thread."""

    def set(self) -> None:
        """Wake it."""
        ...


class SharedRates:
    """The part of shared limits that a client has. It is used as a `RateLimit` is.

    Args:
        store: Where the limits are.
        requests: Requests a minute of all processes. None: no limit.
        tokens: Tokens a minute of all processes. None: no limit.
    """

    def __init__(self, store: LimitStore, requests: float | None, tokens: float | None) -> None:
        self._store = store
        self._limits = (requests, tokens)
        self.reset()
        _ALL.add(self)

    def reset(self) -> None:
        """Begin with nothing, as a process of its own."""
        # Entering a Condition takes a call of Python, in which an interrupt would leave it locked.
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._exchanging = threading.RLock()
        self._share = LeaseShare(uuid.uuid4().hex[:12], *self._limits)
        self._running = False
        self._looks_at = -inf
        self._error: BasetenError | None = None
        self._waiters: dict[Wakeable, None] = {}

    def subscribe(self, waiter: Wakeable) -> None:
        """Wake a caller after each exchange with the store."""
        with self._lock:
            self._waiters[waiter] = None

    def unsubscribe(self, waiter: Wakeable) -> None:
        """Do not wake it any more. Twice is fine."""
        with self._lock:
            self._waiters.pop(waiter, None)

    def opens(self, tokens: float, now: float) -> float:
        """Return the moment at which a request with this estimate can be sent. `inf`: it is not known yet.

        Raises:
            LimitStoreError: The store fails.
        """
        with self._lock:
            opens = self._share.opens(tokens, now)
            if opens > now:
                if self._error is not None and self._share.due(now) > now:
                    raise copy(self._error)
                self._look(now)
            return opens

    def soonest(self, ahead: int, now: float) -> float:
        """Return a lower bound for the turn of a call that has `ahead` others before it."""
        with self._lock:
            return self._share.soonest(ahead, now)

    def hold(self, tokens: float, now: float, reservation: Reservation | None = None) -> Reservation:
        """Hold what an attempt may use, in a reservation that holds nothing yet."""
        with self._lock:
            return self._share.hold(tokens, now, reservation)

    def sent(self, reservation: Reservation, now: float) -> None:
        """Spend the request of an attempt, because it is sent now."""
        with self._lock:
            self._share.sent(reservation, now)
            self._look(now)

    def settle(self, reservation: Reservation, used: float, now: float) -> None:
        """Replace the estimate of an attempt by the tokens that it used."""
        with self._lock:
            self._share.settle(reservation, used, now)
            self._look(now)

    def restrict(self, requests: float | None, tokens: float | None) -> None:
        """Adopt limits that the service reports, if they are lower."""
        with self._lock:
            self._share.restrict(requests, tokens)

    def drain(self, now: float) -> None:
        """End the burst, because the service has refused a request."""
        with self._lock:
            self._share.drain(now)

    def pause(self) -> None:
        """Wait for the exchange that is going on, and begin no other."""
        self._exchanging.acquire()

    def resume(self) -> None:
        """Go on after a pause."""
        self._exchanging.release()

    def leave(self) -> None:
        """Report and give back everything now, because the process ends."""
        with self._lock:
            if self._share.due(time.monotonic()) == inf:
                return
        for leaving in (False, True):  # first what is on its way
            if not self._exchange(leaving=leaving):
                return

    def close(self) -> None:
        """Close the store, because the process ends."""
        with self._exchanging:
            self._store.close()

    def _look(self, now: float) -> None:
        """Have the thread look at the share, if it would not soon enough by itself."""
        if not self._running:
            self._running = True
            # Not a `Thread`: an interrupt while it starts would leave one that never runs.
            try:
                start_new_thread(self._run, ())
            except RuntimeError:
                self._running = False
                raise
        elif self._share.due(now) < self._looks_at:
            self._looks_at = -inf
            self._changed.notify()

    def _run(self) -> None:
        while self._wait():
            self._exchange()
        self._store.close()

    def _wait(self) -> bool:
        """Wait for the next order. Returns whether there is one."""
        with self._lock:
            ends = inf
            while True:
                now = time.monotonic()
                due = self._share.due(now)
                if due <= now:
                    return True
                if due < inf:
                    ends = inf
                elif ends == inf:
                    ends = now + LINGER
                elif now >= ends:
                    self._running = False
                    return False
                self._looks_at = min(due, ends)
                self._changed.wait(self._looks_at - now)
                self._looks_at = -inf

    def _exchange(self, *, leaving: bool = False) -> bool:
        """Carry out an order. Returns whether that was possible."""
        with self._exchanging:
            return self._exchange_one(leaving=leaving)

    def _exchange_one(self, *, leaving: bool) -> bool:
        with self._lock:
            began = time.monotonic()
            order = self._share.order(began, leaving=leaving)
        given: Lease | None = None
        error: BasetenError | None = None
        try:
            given = self._store.change(partial(lease, order))
        except LimitStateError as problem:
            error = _unusable(self._store, str(problem))
        except BasetenError as problem:
            error = problem
        except Exception as problem:
            error = _unusable(self._store, type(problem).__name__)
        with self._lock:
            self._error = error
            now = time.monotonic()
            if given is not None:
                self._share.granted(given, began, now)
            else:
                self._share.failed(now)
            waiters = list(self._waiters)
        for each in waiters:
            each.set()
        return given is not None


def _unusable(store: LimitStore, problem: str) -> LimitStoreError:
    return LimitStoreError(f"The limits in {store!r} cannot be used: {problem}.", store=repr(store))


_ALL: WeakSet[SharedRates] = WeakSet()


def _leave_all() -> None:
    for each in list(_ALL):
        each.leave()
        each.close()


class _Paused(threading.local):
    """What the thread that forks has paused."""

    def __init__(self) -> None:
        self.rates: list[SharedRates] = []


_PAUSED = _Paused()


def _pause_all() -> None:
    for each in sorted(_ALL, key=id):  # in one order, whichever thread forks
        each.pause()
        _PAUSED.rates.append(each)


def _resume_all() -> None:
    while _PAUSED.rates:
        _PAUSED.rates.pop().resume()


def _begin_all() -> None:
    _PAUSED.rates.clear()
    for each in list(_ALL):
        each.reset()


atexit.register(_leave_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_pause_all, after_in_parent=_resume_all, after_in_child=_begin_all)
