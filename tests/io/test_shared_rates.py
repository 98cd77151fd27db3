"""The thread that talks to the store of shared limits: what it does, when it ends, and what callers are told."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from math import inf
from typing import TypeVar

import pytest

from baseten_sdk import LimitStoreError
from baseten_sdk._core.policy.lease_book import LeaseBook
from baseten_sdk._io import shared_rates
from baseten_sdk._io.shared_rates import SharedRates
from baseten_sdk.limit_stores import LimitStore, StateChange

T = TypeVar("T")

LONG = 60.0


class MemoryStore:
    """A store in the memory of this process, which may fail."""

    def __init__(self) -> None:
        self.state: bytes | None = None
        self.error: Exception | None = None
        self.changes = 0
        self.closed = 0
        self.busy: Callable[[], object] = lambda: None
        self._lock = threading.Lock()

    def change(self, change: StateChange[T], /) -> T:
        with self._lock:
            self.changes += 1
            self.busy()
            if self.error is not None:
                raise self.error
            self.state, result = change(self.state, time.monotonic())
            return result

    def close(self) -> None:
        self.closed += 1

    def in_use(self) -> tuple[str, str]:
        return LeaseBook.read(self.state, time.monotonic()).in_use()


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


class Caller:
    """Waits for its turn as a throttle does."""

    def __init__(self, rates: SharedRates) -> None:
        self.rates = rates
        self.woken = threading.Event()

    def take(self, tokens: float = 0.0) -> None:
        self.rates.subscribe(self.woken)
        try:
            while True:
                self.woken.clear()
                now = time.monotonic()
                opens = self.rates.opens(tokens, now)
                if opens <= now:
                    break
                assert self.woken.wait(LONG)
        finally:
            self.rates.unsubscribe(self.woken)
        self.rates.sent(self.rates.hold(tokens, now), now)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def test_it_is_a_store(store: MemoryStore) -> None:
    assert isinstance(store, LimitStore)


def test_a_caller_gets_its_turn_and_all_of_it_is_reported(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_rates, "LINGER", 0.0)
    rates = SharedRates(store, 600, None)
    for _ in range(10):
        Caller(rates).take()
    until(lambda: store.in_use()[0] == "<10 of 600 a minute>")
    until(lambda: store.closed > 0)
    assert not rates._running
    Caller(rates).take()
    until(lambda: store.in_use()[0] == "<11 of 600 a minute>")


def test_threads_share_one_share(store: MemoryStore) -> None:
    rates = SharedRates(store, 6000, None)
    threads = [threading.Thread(target=Caller(rates).take) for _ in range(50)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(LONG)
    rates.leave()
    assert store.in_use()[0] == "<50 of 6000 a minute>"


def test_those_who_wait_are_told_that_the_store_fails_and_the_next_one_tries_again(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("baseten_sdk._core.policy.lease_share.RETRY_INTERVAL", 0.0)
    rates = SharedRates(store, 600, None)
    store.error = LimitStoreError("It is gone.", store="s", transient=True)
    with pytest.raises(LimitStoreError, match="It is gone") as caught:
        Caller(rates).take()
    assert caught.value is not store.error
    assert caught.value.transient
    store.error = None
    until(lambda: rates._share.due(time.monotonic()) > time.monotonic())
    Caller(rates).take()
    rates.leave()
    assert store.in_use()[0] == "<1 of 600 a minute>"


@pytest.mark.parametrize("error", [OSError(5, "of the disk"), ZeroDivisionError(), KeyError("password")])
def test_a_store_of_somebody_else_may_fail_in_any_way(store: MemoryStore, error: Exception) -> None:
    rates = SharedRates(store, 600, None)
    store.error = error
    with pytest.raises(LimitStoreError, match=f"MemoryStore.* cannot be used: {type(error).__name__}"):
        Caller(rates).take()


def test_a_state_that_is_none_is_an_error_that_names_the_store(store: MemoryStore) -> None:
    store.state = b'{"version": 7}'
    rates = SharedRates(store, 600, None)
    with pytest.raises(LimitStoreError, match=r"MemoryStore.*another version") as caught:
        Caller(rates).take()
    assert not caught.value.transient
    assert store.state == b'{"version": 7}'


def test_what_was_not_used_is_given_back_at_the_end_of_the_process(store: MemoryStore) -> None:
    rates = SharedRates(store, 60_000, None)
    for _ in range(4):
        Caller(rates).take()
    rates.leave()
    rates.leave()
    assert store.in_use()[0] == "<4 of 60000 a minute>"
    assert store.state is not None
    assert b'"holders":{}' in store.state


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_begins_with_an_empty_share(store: MemoryStore) -> None:
    rates = SharedRates(store, 60_000, None)
    for _ in range(4):
        Caller(rates).take()
    now = time.monotonic()
    mine = rates._share
    pid = os.fork()
    if not pid:
        empty = rates._share is not mine and not rates._running and rates.opens(0.0, now) == inf
        os._exit(0 if empty else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert rates._share is mine
    Caller(rates).take()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_waits_until_the_store_is_not_in_use(store: MemoryStore) -> None:
    rates = SharedRates(store, 60_000, None)
    entered, leave = threading.Event(), threading.Event()

    def busy() -> None:
        entered.set()
        leave.wait(LONG)

    store.busy = busy
    thread = threading.Thread(target=Caller(rates).take)
    thread.start()
    assert entered.wait(LONG)
    threading.Timer(0.05, leave.set).start()
    pid = os.fork()
    if not pid:
        store.busy = lambda: None
        Caller(rates).take()  # with a store that nobody has locked
        os._exit(0)
    assert leave.is_set()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    thread.join(LONG)
