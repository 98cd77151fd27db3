"""Work in another thread: its result and its errors, in order, and an interrupt that ends the wait alone."""

from __future__ import annotations

import os
import signal
import threading
import weakref
from contextvars import ContextVar
from functools import partial

import pytest

from baseten_sdk._io.uninterrupted import AsyncUninterrupted, Uninterrupted

PATIENCE = 60.0


def test_it_is_done_in_another_thread_in_the_same_context() -> None:
    variable: ContextVar[str] = ContextVar("variable")
    variable.set("mine")
    ident, value = Uninterrupted().run(lambda: (threading.get_ident(), variable.get()))
    assert ident != threading.get_ident()
    assert value == "mine"


def test_what_it_raises_is_raised_here() -> None:
    order = Uninterrupted()
    with pytest.raises(ZeroDivisionError):
        order.run(lambda: 1 / 0)
    assert order.run(lambda: 1) == 1


def test_another_thread_does_it_where_it_is() -> None:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(Uninterrupted().run(threading.get_ident)))
    thread.start()
    thread.join()
    assert found == [thread.ident]


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="this system has no signals to send")
def test_an_interrupt_ends_the_wait_and_the_work_goes_on() -> None:
    class Strike(BaseException):
        pass

    def strike(*_: object) -> None:
        raise Strike

    go, done = threading.Event(), threading.Event()
    said: list[str] = []

    def work() -> None:
        os.kill(os.getpid(), signal.SIGUSR1)
        assert go.wait(PATIENCE)
        said.append("work")

    def close() -> None:
        said.append("close")
        done.set()

    order = Uninterrupted()
    before = signal.signal(signal.SIGUSR1, strike)
    try:
        with pytest.raises(Strike):
            order.run(work)
        order.finish(close)
        assert said == []
        go.set()
        assert done.wait(PATIENCE)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert said == ["work", "close"]


@pytest.mark.anyio
async def test_a_task_does_it_where_it_is() -> None:
    async def where() -> int:
        return threading.get_ident()

    assert await AsyncUninterrupted().run(where) == threading.get_ident()


class Thing:
    """Something that tells when nothing holds it anymore."""

    def __init__(self) -> None:
        self.gone = threading.Event()
        weakref.finalize(self, self.gone.set)


def test_one_thread_does_it_all() -> None:
    order = Uninterrupted()
    assert len({order.run(threading.get_ident) for _ in range(10)}) == 1


def test_the_thread_keeps_nothing_of_its_last_work() -> None:
    order = Uninterrupted()
    thing = Thing()
    gone = thing.gone
    assert order.run(partial(id, thing)) == id(thing)
    del thing
    assert gone.wait(PATIENCE)


def test_the_thread_ends_once_nobody_can_give_it_work() -> None:
    order = Uninterrupted()
    local = threading.local()

    def leave_a_thing() -> threading.Event:
        local.thing = Thing()
        return local.thing.gone  # type: ignore[no-any-return]  # what a local holds has no type

    gone = order.run(leave_a_thing)
    assert not gone.is_set()
    del order
    assert gone.wait(PATIENCE)


def test_a_thread_that_cannot_start_is_started_for_the_next_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise RuntimeError("can't start new thread")

    order = Uninterrupted()
    with monkeypatch.context() as patched:
        patched.setattr("baseten_sdk._io.uninterrupted.start_new_thread", refuse)
        with pytest.raises(RuntimeError, match="can't start"):
            order.run(threading.get_ident)
    assert order.run(threading.get_ident) != threading.get_ident()
