"""Ctrl-C: the first stops a job, the second ends it, whoever runs the event loop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
