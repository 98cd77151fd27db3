"""Many writes in few commits, each of which is done, or not begun."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from baseten_sdk.jobs.journal import Journal
from baseten_sdk.jobs.ledger import Ledger

pytestmark = pytest.mark.anyio


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "jobs.sqlite", "model m")
    yield made
    made.close()


async def test_writes_that_gather_share_a_commit(ledger: Ledger) -> None:
    journal = Journal(ledger)
    statements: list[str] = []
    ledger._writer.set_trace_callback(statements.append)
    numbers: list[int | None] = []

    async def write(key: str) -> None:
        numbers.append(await journal.write(lambda ledger: ledger.add(key, b"d", b"1")))

    async with anyio.create_task_group() as tasks:
        for number in range(50):
            tasks.start_soon(write, str(number))
    assert sorted(filter(None, numbers)) == list(range(1, 51))
    assert statements.count("COMMIT") <= 3


async def test_a_write_that_fails_takes_nothing_with_it_to_the_disk(ledger: Ledger) -> None:
    journal = Journal(ledger)

    def fail(ledger: Ledger) -> None:
        ledger.add("a", b"d", b"1")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await journal.write(fail)
    assert await journal.write(Ledger.counts) == {}
    assert await journal.write(lambda ledger: ledger.add("a", b"d", b"1")) == 1


async def test_a_write_that_fails_does_not_fail_those_that_share_its_commit(ledger: Ledger) -> None:
    journal = Journal(ledger)
    problems: list[str] = []
    numbers: list[int | None] = []

    def fail(ledger: Ledger) -> None:
        ledger.add("bad", b"d", b"1")
        raise ValueError("no")

    async def write(key: str) -> None:
        try:
            if key == "bad":
                await journal.write(fail)
            else:
                numbers.append(await journal.write(lambda ledger: ledger.add(key, b"d", b"1")))
        except ValueError as error:
            problems.append(f"{key}: {error}")

    async with anyio.create_task_group() as tasks:
        for key in ("a", "b", "bad", "c", "d"):
            tasks.start_soon(write, key)
    assert problems == ["bad: no"]
    assert sorted(filter(None, numbers)) == [1, 2, 3, 4]
    assert ledger.known("bad") is None


async def test_a_write_that_is_under_way_when_its_task_is_cancelled_is_done(ledger: Ledger) -> None:
    journal = Journal(ledger)
    began, let = threading.Event(), threading.Event()

    def slow(ledger: Ledger) -> None:
        began.set()
        assert let.wait(60)
        ledger.add("slow", b"d", b"1")

    def late(ledger: Ledger) -> None:
        ledger.add("late", b"d", b"1")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(journal.write, slow)
        await anyio.to_thread.run_sync(began.wait)
        tasks.start_soon(journal.write, late)
        await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()
        let.set()
    assert (ledger.known("slow"), ledger.known("late")) == (b"d", None)
