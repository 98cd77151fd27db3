"""A socket in an event loop: told of once, read only where somebody waits, and forgotten when it is closed."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from math import inf

import pytest
import trio
import trio.testing

from baseten_sdk._core.policy.phases import Expired, TimeLimits
from baseten_sdk._core.policy.time_bounds import LATE
from baseten_sdk._io.readiness import AnyReadiness, LoopReadiness, readiness
from baseten_sdk._io.sockets import AsyncSocket
from baseten_sdk._io.timer import AsyncTimer
from baseten_sdk.config import Timeout
from tests.virtual_time import stand_still

LOOPS: list[Callable[[], asyncio.AbstractEventLoop]] = [asyncio.new_event_loop]
if find_spec("uvloop"):  # There is none for Windows.
    LOOPS.append(import_module("uvloop").new_event_loop)

TURNS = 5
"""Turns of the loop after which it would have seen what there was."""


@pytest.fixture(params=LOOPS, ids=lambda made: made.__module__)
def runner(request: pytest.FixtureRequest) -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=request.param) as runner:
        yield runner


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


Pair = tuple[socket.socket, socket.socket]


async def turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0.001)


class Watched:
    """How often a loop was told of a socket, and told to forget it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.added = 0
        self.woken = 0
        self._add = loop.add_reader
        monkeypatch.setattr(loop, "add_reader", self.add_reader)

    def add_reader(self, descriptor: int, callback: Callable[[], None]) -> None:
        self.added += 1

        def woken() -> None:
            self.woken += 1
            callback()

        self._add(descriptor, woken)


def test_the_loop_is_told_once_for_many_reads(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        ours, theirs = pair
        watched = Watched(asyncio.get_running_loop(), monkeypatch)
        connection = readiness(ours)
        for number in range(10):
            theirs.send(b"%d" % number)
            assert await connection.read() == b"%d" % number
        assert (watched.added, watched.woken) == (1, 10)
        assert connection.forget()

    asyncio.run(main())


def test_nothing_is_read_that_nobody_asked_for(pair: Pair, runner: asyncio.Runner) -> None:
    async def main() -> None:
        ours, theirs = pair
        connection = AsyncSocket(ours)
        assert connection.quiet()
        theirs.send(b"surplus")
        assert not connection.quiet()
        await turns()
        assert not connection.quiet()
        assert ours.recv(100) == b"surplus"
        assert connection.quiet()
        connection.close()

    runner.run(main())


def test_the_loop_does_not_wake_up_again_and_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        ours, theirs = pair
        watched = Watched(asyncio.get_running_loop(), monkeypatch)
        connection = readiness(ours)
        theirs.send(b"unasked")
        await turns()
        assert watched.woken == 1
        assert await connection.read() == b"unasked"
        assert watched.added == 2
        connection.forget()

    asyncio.run(main())


def test_the_end_is_seen_and_told(pair: Pair, runner: asyncio.Runner) -> None:
    async def main() -> None:
        ours, theirs = pair
        connection = AsyncSocket(ours)
        waiting = asyncio.create_task(connection.receive(timer()))
        await turns()
        theirs.shutdown(socket.SHUT_WR)
        assert await waiting == b""
        await turns()
        assert not connection.quiet()
        connection.close()

    runner.run(main())


def test_a_reset_behind_data_is_an_error_and_no_silence(runner: asyncio.Runner) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            ours = socket.create_connection(server.getsockname())
            theirs, _ = server.accept()
        ours.setblocking(False)
        connection = AsyncSocket(ours)
        theirs.send(b"data")
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        theirs.close()
        with pytest.raises(ConnectionResetError):
            await drain(connection)
        connection.close()

    async def drain(connection: AsyncSocket) -> None:
        while await asyncio.wait_for(connection.receive(timer()), 60):
            pass

    runner.run(main())


def test_who_waits_when_it_is_closed_gets_an_error(pair: Pair, runner: asyncio.Runner) -> None:
    async def main() -> None:
        ours, _ = pair
        connection = AsyncSocket(ours)
        waiting = asyncio.create_task(connection.receive(timer()))
        await turns()
        connection.close()
        with pytest.raises(ConnectionAbortedError):
            await waiting
        with pytest.raises(ConnectionAbortedError):
            await connection.receive(timer())

    runner.run(main())


def test_a_cancelled_wait_takes_nothing(pair: Pair, runner: asyncio.Runner) -> None:
    async def main() -> None:
        ours, theirs = pair
        connection = AsyncSocket(ours)
        waiting = asyncio.create_task(connection.receive(timer()))
        await turns()
        waiting.cancel()
        theirs.send(b"late")
        await turns()
        assert waiting.cancelled()
        assert not connection.quiet()
        assert ours.recv(100) == b"late"
        connection.close()

    runner.run(main())


@pytest.mark.parametrize("how", ["close", "abandon"])
def test_another_socket_may_get_the_same_number(how: str, runner: asyncio.Runner) -> None:
    async def main() -> None:
        for _ in range(3):
            ours, theirs = socket.socketpair()
            ours.setblocking(False)
            with theirs:
                connection = AsyncSocket(ours)
                theirs.send(b"x")
                assert await connection.receive(timer()) == b"x"
                if how == "close":
                    connection.close()
                else:
                    connection.abandon()

    runner.run(main())


def test_an_abandoned_one_is_closed_by_its_own_loop(pair: Pair, runner: asyncio.Runner) -> None:
    async def main() -> None:
        ours, theirs = pair
        connection = AsyncSocket(ours)
        thread = threading.Thread(target=connection.abandon)
        thread.start()
        thread.join()
        assert ours.fileno() >= 0
        await turns()
        assert ours.fileno() == -1
        assert theirs.recv(1) == b""

    runner.run(main())


@pytest.mark.parametrize("closed", [True, False])
def test_a_loop_that_runs_no_more_is_no_obstacle(pair: Pair, runner: asyncio.Runner, closed: bool) -> None:
    ours, _ = pair

    async def main() -> AsyncSocket:
        return AsyncSocket(ours)

    connection = runner.run(main())
    if closed:
        runner.close()
    connection.abandon()
    assert ours.fileno() == -1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_leaves_the_loop_of_its_parent_alone(pair: Pair, runner: asyncio.Runner) -> None:
    async def main() -> None:
        ours, theirs = pair
        connection = AsyncSocket(ours)
        abandon_in_a_fork(connection)
        theirs.send(b"still here")
        assert await asyncio.wait_for(connection.receive(timer()), 60) == b"still here"
        connection.close()

    runner.run(main())


def abandon_in_a_fork(connection: AsyncSocket) -> None:
    child = os.fork()
    if not child:
        connection.abandon()
        os._exit(0)
    os.waitpid(child, 0)


def test_a_loop_that_cannot_watch_is_waited_for_by_anyio(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object, descriptor: int, callback: object) -> None:
        raise NotImplementedError

    async def main() -> None:
        assert isinstance(readiness(pair[0]), LoopReadiness)
        asyncio.get_running_loop().remove_reader(pair[0])
        monkeypatch.setattr(asyncio.SelectorEventLoop, "add_reader", refuse)
        assert isinstance(readiness(pair[0]), AnyReadiness)

    asyncio.run(main())


def timer() -> AsyncTimer:
    return AsyncTimer(TimeLimits(Timeout(), 30.0, inf, inf))


def test_on_trio_what_came_while_the_process_stood_still_counts_once(pair: Pair) -> None:
    ours, theirs = pair

    async def main() -> tuple[bytes, bool]:
        found = b""
        timer = AsyncTimer(TimeLimits(Timeout(idle=1.0), 1.0))
        try:
            with timer:
                timer.enter("idle")
                theirs.sendall(b"x")
                stand_still(1.0 + LATE * 2)
                found = await AnyReadiness(ours).read(timer)
                await AnyReadiness(ours).read(timer)
        except Expired:
            return found, True
        return found, False

    clock = trio.testing.MockClock(autojump_threshold=0)
    assert trio.run(main, clock=clock) == (b"x", True)
