"""`baseten-sdk batch --processes N`: the same command in N processes, each with a share of the rows and of the budgets.

They share the limits per minute through a file. Each process runs one shard and writes an output of its own next to the
final one. Once every row has its outcome, they are joined. Ctrl-C reaches all processes, since they share the
terminal; they finish the rows in flight, and this process waits for them. It must not know what a row is.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from pydantic import TypeAdapter

from .._characters import whole_text
from ..batch import Shard, ShardedOutput, merge_reports, shard_path
from ..config import Limits
from ..errors import ConfigurationError
from ..types.batch import Report
from .interrupts import noticing_signals

REPORT = TypeAdapter(Report)


@dataclass(frozen=True, slots=True)
class Division:
    """What is divided among processes.

    Attributes:
        count: How many there are.
        concurrency: Rows in flight together; None where each finds its own.
        budget_tokens: Tokens after which all of them have stopped.
        budget_failures: Failed rows after which they have.
        budget_dollars: Dollars after which they have.

    Raises:
        ConfigurationError: There is less of something than there are processes.
    """

    count: int
    concurrency: int | None = None
    budget_tokens: int | None = None
    budget_failures: int | None = None
    budget_dollars: float | None = None

    def __post_init__(self) -> None:
        for name, whole in (("--concurrency", self.concurrency), ("--budget-tokens", self.budget_tokens)):
            if whole is not None and whole < self.count:
                raise ConfigurationError(
                    f"{name} {whole:g} cannot be shared by {self.count} processes: raise it, or lower --processes."
                )

    def options(self, shard: Shard, sink: Path, report: Path) -> list[str]:
        """Return the options that are added for one process."""
        added = ["--shard", str(shard), "--shard-of", str(sink), "--processes", "1", "--progress", "log"]
        added += ["--report", str(report)]
        divided = {
            "--concurrency": self.concurrency,
            "--budget-tokens": self.budget_tokens,
            "--budget-failures": self.budget_failures,
        }
        for name, whole in divided.items():
            added += [] if whole is None else [name, str(whole // self.count)]
        if self.budget_dollars is not None:
            added += ["--budget-dollars", str(self.budget_dollars / self.count)]
        return added


def run_processes(
    command: Sequence[str],
    division: Division,
    sink: Path,
    *,
    options: Sequence[str],
    openai: bool,
    retry_failed: bool,
    key: str | None = None,
) -> tuple[int, Report]:
    """Run a command in several processes and join their outputs. Return the exit code and the report of the whole.

    Args:
        command: What starts one of them. The options of its shard are added.
        division: What each is given.
        options: Further options of all of them.
        openai: Whether the lines are those of OpenAI's batch files.
        retry_failed: Whether failed rows are run again.
        key: The API key, if the processes cannot read it themselves. Each gets it over stdin.

    Raises:
        BatchLockedError: Another process writes to the output.
        BatchOutputError: It cannot be written.
    """
    began = time.monotonic()
    shards = [Shard(index, division.count) for index in range(1, division.count + 1)]
    reports = [shard_path(sink, shard).with_suffix(".report.json") for shard in shards]
    with ShardedOutput(sink, division.count, openai=openai) as output:
        for path in reports:
            path.unlink(missing_ok=True)
        of_all = [*options, *([] if key is None else ["--api-key-file", "-"])]
        commands = [
            _with_options(command, [*of_all, *division.options(shard, sink, path)])
            for shard, path in zip(shards, reports, strict=True)
        ]
        codes = _run_all(commands, key)
        found = [REPORT.validate_json(path.read_bytes()) for path in reports if path.exists()]
        for path in reports:
            path.unlink(missing_ok=True)
        whole = merge_reports(found)
        if len(found) == division.count and all(report.stopped is None for report in found):
            output.join(retry_failed=retry_failed)
            failures = whole_text(str(output.failures)) if whole.failed else None
            whole = replace(whole, failures=failures)
    return max(codes, key=abs), replace(whole, seconds=time.monotonic() - began)


def _with_options(command: Sequence[str], options: Sequence[str]) -> list[str]:
    """Add options to a command. If an option is given twice, the last one wins. What follows `--` is not an option."""
    end = command.index("--") if "--" in command else len(command)
    return [*command[:end], *options, *command[end:]]


def _run_all(commands: Sequence[Sequence[str]], key: str | None) -> list[int]:
    running: list[subprocess.Popen[bytes]] = []
    with _leaving_signals_to(running):
        for each in commands:
            process = subprocess.Popen(each, stdin=None if key is None else subprocess.PIPE, stdout=subprocess.DEVNULL)
            running.append(process)
            if process.stdin is not None and key is not None:
                with suppress(BrokenPipeError), process.stdin:  # The process may have ended before it read the key.
                    process.stdin.write(key.encode())
        with noticing_signals():
            return [process.wait() for process in running]


@contextmanager
def sharing(limits: Limits) -> Generator[list[str]]:
    """Yield the options with which processes share limits per minute: those of a new file, unless they have a store."""
    if not limits.rated or limits.shared is not None:
        yield []
        return
    with TemporaryDirectory(prefix="baseten-sdk-") as folder:
        yield ["--shared-limits", str(Path(folder) / "limits.db")]


def this_program() -> list[str]:
    """Return the command line that starts this program again with the same arguments."""
    return [sys.executable, "-m", "baseten_sdk", *sys.argv[1:]]


@contextmanager
def _leaving_signals_to(running: Sequence[subprocess.Popen[bytes]]) -> Generator[None]:
    """Ignore Ctrl-C, which has already reached all processes. Pass on signals that end only this one."""

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
