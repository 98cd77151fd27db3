"""Ctrl-C: the first stops a job, the second ends it, whoever runs the event loop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from baseten_sdk.batch.run.signals import obey_signals
from baseten_sdk.batch.run.stop import Stop
from baseten_sdk.emulator import Emulator

PROGRAM = """
import sys
import anyio
from baseten_sdk import AsyncClient, BatchInterrupted, Client, Endpoints, batch, user

how, url, source, sink = sys.argv[1:]
endpoints = Endpoints.below(url)

def ask(row):
    return batch.chat(model=row["model"], messages=[user("Hi")])

def told(progress):
    print(progress.in_flight, progress.ok, flush=True)

options = dict(request=ask, concurrency=4, hint="Go on with: again", progress=told)

async def main():
    async with AsyncClient(api_key="k" * 12, endpoints=endpoints) as client:
        await client.batch.run(source, sink, **options)

try:
    if how == "sync":
        with Client(api_key="k" * 12, endpoints=endpoints) as client:
            client.batch.run(source, sink, **options)
    else:
        anyio.run(main, backend=how)
except BatchInterrupted as interrupted:
    print(interrupted, interrupted.report.ok, flush=True)
    sys.exit(7)
"""


@pytest.fixture(scope="module")
def emu() -> Iterator[Emulator]:
    with Emulator(api_key="k" * 12) as running:
        yield running


class Running:
    """A job in a process of its own, and what it prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.printed: list[str] = []

    def wait_for(self, reached: Callable[[int, int], bool]) -> None:
        """Wait until so many are in flight and so many are done."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line)
            numbers = line.split()
            if len(numbers) == 2 and reached(int(numbers[0]), int(numbers[1])):
                return
        raise AssertionError(f"it ended: {self.printed}")


def started(how: str, emu: Emulator, folder: Path, models: list[str]) -> Running:
    source = folder / "in.jsonl"
    source.write_text("".join(json.dumps({"id": n, "model": model}) + "\n" for n, model in enumerate(models)))
    arguments = [sys.executable, "-c", PROGRAM, how, emu.url, str(source), str(folder / "out.jsonl")]
    return Running(
        subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ})
    )


def lines(path: Path) -> list[str]:
    text = path.read_text()
    assert text.endswith("\n")
    return text.splitlines()


@pytest.mark.parametrize("how", ["asyncio", "trio", "sync"])
def test_the_first_stops_and_lets_what_is_in_flight_finish(how: str, emu: Emulator, tmp_path: Path) -> None:
    running = started(how, emu, tmp_path, ["emulator/delay-20"] * 2000)
    with running.process as process:
        running.wait_for(lambda in_flight, done: done > 0)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 7, err
    assert "SIGINT stopped the batch before its end. Go on with: again" in out
    assert "Go on with: again" in err
    count = len(lines(tmp_path / "out.jsonl"))
    assert 0 < count < 2000
    assert out.rstrip().endswith(f" {count}")


@pytest.mark.parametrize("how", ["asyncio", "trio", "sync"])
def test_the_second_ends_at_once(how: str, emu: Emulator, tmp_path: Path) -> None:
    running = started(how, emu, tmp_path, ["openai/gpt-oss-120b"] * 8 + ["emulator/hang"] * 8)
    with running.process as process:
        running.wait_for(lambda in_flight, done: (in_flight, done) == (4, 8))
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert "Once more stops at once" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 7, err
    assert "Stopped at once" in err
    assert len(lines(tmp_path / "out.jsonl")) == 8


def test_a_machine_that_is_taken_away_asks_in_the_same_way(emu: Emulator, tmp_path: Path) -> None:
    running = started("asyncio", emu, tmp_path, ["emulator/delay-20"] * 2000)
    with running.process as process:
        running.wait_for(lambda in_flight, done: done > 0)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 7, err
    assert "SIGTERM stopped the batch" in out


HANDLER_OF_THE_APPLICATION = """
import asyncio, signal, sys
from baseten_sdk import AsyncClient, Endpoints, batch, user

url, source, sink, name = sys.argv[1:]
number = getattr(signal, name)

async def main():
    called = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(number, called.set)
    async with AsyncClient(api_key="k" * 12, endpoints=Endpoints.below(url)) as client:
        ask = lambda row: batch.chat(model=row["model"], messages=[user("Hi")])
        await client.batch.run(source, sink, request=ask, progress="none")
    signal.raise_signal(number)
    await called.wait()
    print("called")

asyncio.run(main())
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_handler_that_the_application_gave_to_its_loop_works_afterwards(
    emu: Emulator, tmp_path: Path, name: str
) -> None:
    (tmp_path / "in.jsonl").write_text('{"model": "openai/gpt-oss-120b"}\n')
    arguments = [emu.url, str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"), name]
    ended = subprocess.run(
        [sys.executable, "-c", HANDLER_OF_THE_APPLICATION, *arguments], capture_output=True, text=True, timeout=60
    )
    assert ended.stdout == "called\n", ended.stderr


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """A handler of the application for SIGTERM, and what it heard."""
    heard: list[str] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append("application"))
    yield heard
    signal.signal(signal.SIGTERM, before)


async def stopped(stop: Stop) -> None:
    while not stop.requested:
        await anyio.lowlevel.checkpoint()


@pytest.mark.anyio
async def test_a_signal_stops_every_run_of_the_process_and_then_the_handler_is_back(heard: list[str]) -> None:
    application = signal.getsignal(signal.SIGTERM)
    one, other = Stop(), Stop()
    said: list[str] = []
    async with anyio.create_task_group() as longer:
        longer.start_soon(obey_signals, one, said.append, "Again.")
        async with anyio.create_task_group() as shorter:
            shorter.start_soon(obey_signals, other, said.append, "Again.")
            await anyio.wait_all_tasks_blocked()
            signal.raise_signal(signal.SIGTERM)
            await stopped(one)
            await stopped(other)
            shorter.cancel_scope.cancel()
        assert signal.getsignal(signal.SIGTERM) != application
        signal.raise_signal(signal.SIGTERM)
        while len(said) < 3:
            await anyio.lowlevel.checkpoint()
        longer.cancel_scope.cancel()
    assert [text.splitlines()[0].partition(".")[0] for text in said] == [
        "Stopping: no more rows start, those in flight finish",
        "Stopping: no more rows start, those in flight finish",
        "Stopped at once",
    ]
    assert heard == []
    signal.raise_signal(signal.SIGTERM)
    assert heard == ["application"]


@pytest.mark.anyio
async def test_a_handler_that_the_application_installs_meanwhile_stays(heard: list[str]) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(obey_signals, Stop(), heard.append, "")
        await anyio.wait_all_tasks_blocked()
        signal.signal(signal.SIGTERM, lambda number, frame: heard.append("newer"))
        tasks.cancel_scope.cancel()
    signal.raise_signal(signal.SIGTERM)
    assert heard == ["newer"]


@pytest.mark.anyio
async def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(obey_signals, Stop(), print, "")
            await anyio.wait_all_tasks_blocked()
            assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
            tasks.cancel_scope.cancel()
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.anyio
async def test_a_terminal_that_is_gone_does_not_keep_a_run_from_stopping(heard: list[str]) -> None:
    def gone(text: str) -> None:
        raise BrokenPipeError

    stop = Stop()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(obey_signals, stop, gone, "")
        await anyio.wait_all_tasks_blocked()
        signal.raise_signal(signal.SIGTERM)
        await stopped(stop)
        tasks.cancel_scope.cancel()


@pytest.mark.anyio
async def test_a_run_in_another_thread_stops_with_one_in_the_main_thread(heard: list[str]) -> None:
    ready = threading.Event()

    async def elsewhere() -> None:
        stop = Stop()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(obey_signals, stop, print, "")
            await anyio.wait_all_tasks_blocked()
            ready.set()
            await stopped(stop)
            tasks.cancel_scope.cancel()

    stop = Stop()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(obey_signals, stop, print, "")
        thread = threading.Thread(target=anyio.run, args=(elsewhere,))
        thread.start()
        await anyio.to_thread.run_sync(ready.wait)
        signal.raise_signal(signal.SIGTERM)
        await stopped(stop)
        await anyio.to_thread.run_sync(thread.join)
        tasks.cancel_scope.cancel()


LEAVE = """
import signal
import sys
from baseten_sdk import Client, batch

how, error, sink = sys.argv[1:]
error = {"SystemExit": SystemExit, "KeyboardInterrupt": KeyboardInterrupt}[error]

async def make(client):
    return 1

def leave(*given):
    raise error("enough")

def rows():
    yield {"id": 1}
    leave()

def ask(row):
    return leave() if how == "request" else batch.custom(make)

before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
options = {"output": leave} if how == "output" else {"progress": leave} if how == "progress" else {}
source = rows() if how == "source" else [{"id": number} for number in range(9)]
try:
    with Client(api_key="k" * 12, base_url="http://127.0.0.1:9/v1") as client:
        client.batch.run(source, sink, request=ask, key="id", **options)
except BaseException as caught:
    assert type(caught) is error, repr(caught)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    print("left")
"""


@pytest.mark.parametrize("error", ["SystemExit", "KeyboardInterrupt"])
@pytest.mark.parametrize("how", ["request", "output", "progress", "source"])
def test_a_program_that_leaves_in_one_of_its_functions_leaves_with_its_own_error(
    how: str, error: str, tmp_path: Path
) -> None:
    sink = str(tmp_path / "out.jsonl")
    ended = subprocess.run([sys.executable, "-c", LEAVE, how, error, sink], capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.returncode) == ("left\n", 0), ended.stderr
