"""Event loops whose time passes only while nobody has anything to do, and then at once.

A test on them waits for hours in no time, and nothing that the machine does meanwhile makes anything late. They are for
tasks alone: a thread or a socket that has yet to say something does not hold the time up.
"""

from __future__ import annotations

import asyncio
import selectors

import trio.lowlevel
import trio.testing

Backend = tuple[str, dict[str, object]]


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop of asyncio with a clock of its own.

    Attributes:
        interrupted: Whether the next wait ends without a look at the sockets, as that of a stopped process does.
    """

    def __init__(self) -> None:
        self._now = 1000.0
        self.interrupted = False
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass while the loop stands still."""
        self._now += seconds


class _Selector(selectors.DefaultSelector):
    """Passes the time that it is asked to wait."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select(None)
        if self._loop.interrupted:
            self._loop.interrupted = False
            return []
        ready = super().select(0)
        if not ready:
            self._loop.advance(timeout)
        return ready


def backend(name: str) -> Backend:
    """What the fixture `anyio_backend` gives for a library, with virtual time."""
    if name == "asyncio":
        return name, {"loop_factory": VirtualLoop}
    return name, {"clock": trio.testing.MockClock(autojump_threshold=0)}


def stand_still(seconds: float) -> None:
    """Let time pass while the running loop cannot turn, as a process does that is stopped for a while."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        clock = trio.lowlevel.current_clock()
        assert isinstance(clock, trio.testing.MockClock)
        clock.jump(seconds)
    else:
        assert isinstance(loop, VirtualLoop)
        loop.advance(seconds)
        loop.interrupted = True
