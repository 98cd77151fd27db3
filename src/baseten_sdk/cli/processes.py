"""`baseten-sdk batch --processes N`: the same command in N processes, each with a part of the rows and of the limits.

Every process is started anew, runs one shard, and writes an output of its own beside the one that was asked for. When
all rows have their outcomes, the parts are joined. Ctrl-C reaches them all, since they share the terminal; they drain,
and this process waits for them. It must not know what a row is.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import FrameType

from ..batch.lines import Lines
from ..batch.parts import join, part_path
from ..batch.shard import Shard
from ..types.batch import Report


@dataclass(frozen=True, slots=True)
class Division:
    """What is divided among processes.

    Attributes:
        count: how many there are.
        concurrency: rows in flight together; None where each finds its own.
        requests: requests a minute together.
        tokens: tokens a minute together.
    """

    count: int
    concurrency: int | None
    requests: float | None
    tokens: float | None

    def options(self, shard: Shard, sink: Path, report: Path) -> list[str]:
        """What one process is told beside the command itself; of an option that is given twice the last one holds."""
        told = ["--shard", str(shard), "--part-of", str(sink), "--processes", "1", "--progress", "log"]
        told += ["--report", str(report)]
        if self.concurrency is not None:
            told += ["--concurrency", str(max(1, self.concurrency // self.count))]
        if self.requests is not None:
            told += ["--requests-per-minute", str(max(1.0, self.requests / self.count))]
        if self.tokens is not None:
            told += ["--tokens-per-minute", str(max(1.0, self.tokens / self.count))]
        return told


def run_processes(
    command: Sequence[str], division: Division, sink: Path, lines: Lines[object, object], *, retry_failed: bool
) -> tuple[int, Report]:
    """Run a command in several processes and join their outputs: the exit code, and the report of the whole.

    Args:
        command: what starts one of them; the options of its part are added.
        division: what each is given.
        sink: the output.
        lines: how keys are read.
        retry_failed: whether failed rows are run again.
    """
    began = time.monotonic()
    shards = [Shard(index, division.count) for index in range(1, division.count + 1)]
    reports = [part_path(sink, shard).with_suffix(".report.json") for shard in shards]
    for path in reports:
        path.unlink(missing_ok=True)
    running: list[subprocess.Popen[bytes]] = []
    with _leaving_signals_to(running):
        for shard, path in zip(shards, reports, strict=True):
            told = [*command, *division.options(shard, sink, path)]
            running.append(subprocess.Popen(told, stdout=subprocess.DEVNULL))
        codes = [process.wait() for process in running]
    found = [_read(path) for path in reports if path.exists()]
    for path in reports:
        path.unlink(missing_ok=True)
    if len(found) == division.count and all(report.stopped is None for report in found):
        join(sink, division.count, lines, retry_failed=retry_failed)
    return max(codes, key=abs), replace(merged(found), seconds=time.monotonic() - began)


def merged(reports: Sequence[Report]) -> Report:
    """The reports of all processes as one: sums, and of latencies the largest."""
    whole = Report()
    for report in reports:
        sums = {
            each.name: getattr(whole, each.name) + getattr(report, each.name)
            for each in fields(Report)
            if each.name not in ("p50", "p95", "seconds", "stopped")
        }
        whole = replace(
            whole,
            p50=_larger(whole.p50, report.p50),
            p95=_larger(whole.p95, report.p95),
            stopped=whole.stopped or report.stopped,
            **sums,
        )
    return whole


def this_program() -> list[str]:
    """What starts this program anew, with the arguments that it has."""
    return [sys.executable, "-m", "baseten_sdk", *sys.argv[1:]]


def _larger(one: float | None, other: float | None) -> float | None:
    known = [each for each in (one, other) if each is not None]
    return max(known, default=None)


def _read(path: Path) -> Report:
    known = {each.name for each in fields(Report)}
    return Report(**{name: value for name, value in json.loads(path.read_text()).items() if name in known})


@contextmanager
def _leaving_signals_to(running: Sequence[subprocess.Popen[bytes]]) -> Generator[None]:
    """Ctrl-C has reached them when it comes here; what ends this process alone is handed on."""

    def hand_on(number: int, frame: FrameType | None) -> None:
        for process in running:
            process.send_signal(number)

    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, lambda number, frame: None),
        signal.SIGTERM: signal.signal(signal.SIGTERM, hand_on),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
