"""A second attempt beside a slow first one."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable

import anyio
import pytest

from baseten_sdk._io.race import AsyncRace, Race
from tests.virtual_time import Backend, backend


class TestAsync:
    pytestmark = pytest.mark.anyio

    @pytest.fixture(params=["asyncio", "trio"])
    def anyio_backend(self, request: pytest.FixtureRequest) -> Backend:
        return backend(request.param)

    async def test_it_is_asked_again_for_a_second_attempt_while_the_first_is_slow(self) -> None:
        asked: list[float] = []

        async def slow() -> str:
            await anyio.sleep(100.0)
            return "slow"

        async def quick() -> str:
            return "quick"

        def second() -> Callable[[], Awaitable[str]] | None:
            asked.append(anyio.current_time() - began)
            return quick if len(asked) == 3 else None

        began = anyio.current_time()
        assert await AsyncRace[str](forget).run(slow, 1.0, second) == "quick"
        assert asked == pytest.approx([1.0, 2.0, 3.0])

    async def test_a_first_attempt_that_ends_needs_no_second(self) -> None:
        async def first() -> str:
            await anyio.sleep(2.5)
            return "first"

        assert await AsyncRace[str](forget).run(first, 1.0, lambda: None) == "first"

    async def test_a_result_that_comes_as_its_caller_is_canceled_is_discarded(self) -> None:
        discarded: list[str] = []

        async def discard(result: str) -> None:
            await anyio.sleep(0.1)
            discarded.append(result)

        async def first() -> str:
            scope.cancel()
            return "first"

        with anyio.CancelScope() as scope:
            await AsyncRace[str](discard).run(first, 1.0, lambda: None)
        assert scope.cancelled_caught
        assert discarded == ["first"]


async def forget(result: object) -> None:
    """Nothing needs closing."""


class TestThreads:
    def test_it_is_asked_again_for_a_second_attempt_while_the_first_is_slow(self) -> None:
        released, asked = threading.Event(), list[int]()

        def slow() -> str:
            released.wait()
            return "slow"

        def second() -> Callable[[], str] | None:
            asked.append(1)
            return (lambda: "quick") if len(asked) == 3 else None

        assert Race[str](lambda result: None).run(slow, 0.001, second) == "quick"
        assert len(asked) == 3
        released.set()

    def test_a_first_attempt_that_ends_needs_no_second(self) -> None:
        released = threading.Event()

        def first() -> str:
            released.wait()
            return "first"

        def second() -> None:
            released.set()

        assert Race[str](lambda result: None).run(first, 0.001, second) == "first"
