"""One trial: a job is started and killed again and again, run to its end, and what it wrote compared line by line."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .rows import Expected, write_rows

SHORTEST = 0.2
"""Seconds that a job is left alone at least."""

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial is made of.

    Attributes:
        rows: Lines of the source.
        kills: How often the job is killed.
        folder: Where the files are.
        seed: Chooses the rows, the faults and the moments.
        trouble: Share of the requests that go wrong.
        longest: Seconds that a job is left alone at most.
        growth: Bytes that the output grows by at most before the job is killed; None: it is killed after a time.
        concurrency: Rows in flight.
    """

    rows: int
    kills: int
    folder: Path
    seed: int = 0
    trouble: float = 0.2
    longest: float = 2.0
    growth: int | None = None
    concurrency: int = 32


@dataclass(slots=True)
class Result:
    """What came of it.

    Attributes:
        kills: How often the job was killed before it was done.
        torn: Kills that left a line cut in its middle.
        problems: What is wrong with the output.
        reports: The reports of the runs that were not killed.
        kinds: How rows had failed before the last run took them up again, with the tries that they had.
    """

    kills: int
    torn: int
    problems: list[str]
    reports: list[dict[str, object]]
    kinds: Counter[str]


def run(trial: Trial, tell: Callable[[str], None] = lambda text: None) -> Result:
    """Run a trial."""
    source, sink = trial.folder / "in.jsonl", trial.folder / "out.jsonl"
    expected = write_rows(source, trial.rows, trial.seed)
    moments = random.Random(trial.seed)
    result = Result(0, 0, [], [], Counter())
    command = [sys.executable, "-m", "scripts.kills.service", str(trial.seed), str(trial.trouble)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        url = f"http://127.0.0.1:{service.stdout.readline().strip()}/v1"

        def start(retry_failed: bool) -> subprocess.Popen[str]:
            arguments = [url, str(source), str(sink), str(trial.concurrency), "yes" if retry_failed else "no"]
            command = [sys.executable, "-m", "scripts.kills.worker", *arguments]
            return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

        while result.kills < trial.kills:
            # Failures are taken up again now and then, so that kills also come while their file is tidied.
            with start(retry_failed=moments.random() < 0.3) as job:
                _leave_alone(job, sink, trial, moments)
                if job.poll() is not None:
                    break
                os.kill(job.pid, signal.SIGKILL)
            result.kills += 1
            torn = _size(sink) > 0 and _last_byte(sink) != b"\n"
            result.torn += torn
            done = sink.read_bytes().count(b"\n") if sink.exists() else 0
            tell(f"kill {result.kills}: {done} lines{', the last one torn' if torn else ''}")
        for retry_failed in (False, True):
            with start(retry_failed) as job:
                printed, _ = job.communicate()
            if job.returncode:
                result.problems.append(f"the job ended with {job.returncode}")
                return result
            result.reports.append(json.loads(printed))
            if not retry_failed:
                result.kinds.update(_kind(failure) for failure in _failures(sink))
        assert service.stdin is not None
        service.stdin.close()
    result.problems += compare(expected, sink)
    return result


def _leave_alone(job: subprocess.Popen[str], sink: Path, trial: Trial, moments: random.Random) -> None:
    """Wait until the moment for a kill has come, or the job has ended."""
    if trial.growth is None:
        time.sleep(moments.uniform(SHORTEST, trial.longest))
        return
    enough = _size(sink) + moments.randrange(trial.growth)
    while _size(sink) <= enough and job.poll() is None:
        time.sleep(0.002)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def compare(expected: Expected, sink: Path) -> list[str]:
    """What is wrong with an output."""
    problems: list[str] = []
    seen: Counter[str] = Counter()
    for number, line in enumerate(sink.read_text("utf-8").splitlines(), 1):
        record = json.loads(line)
        key = record["key"]
        seen[key] += 1
        text = record["output"]["choices"][0]["message"]["content"]
        if text != f"You said {expected.done.get(key)}":
            problems.append(f"line {number}: {key!r} has the answer of another row: {text!r}")
    problems += [f"{key!r} is there {count} times" for key, count in seen.items() if count > 1]
    problems += [f"{key!r} is missing" for key in expected.done.keys() - seen.keys()]
    problems += [f"{key!r} should not be there" for key in seen.keys() - expected.done.keys()]
    failures = _failures(sink)
    keys = Counter(failure["key"] for failure in failures if failure["key"] is not None)
    lines = Counter(failure["line"] for failure in failures if failure["key"] is None)
    if keys != Counter(expected.failed):
        problems.append(f"failed keys differ: {keys - Counter(expected.failed)} {Counter(expected.failed) - keys}")
    if lines != Counter(expected.lines):
        problems.append(f"failed lines differ: {lines - Counter(expected.lines)} {Counter(expected.lines) - lines}")
    return problems


def _failures(sink: Path) -> list[dict[str, Any]]:
    path = sink.with_name("out.failed.jsonl")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def _kind(failure: dict[str, Any]) -> str:
    return f"{failure['error']['type']} after {failure['attempts']} attempts"


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read()
