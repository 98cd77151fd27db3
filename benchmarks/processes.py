"""The processes of a run: the server on one core, the clients on another, and how busy the server is.

Clients are asked in turn, one at a time; whoever is not asked sleeps on its pipe.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from .measures import Numbers

LONGEST = 300.0
"""Seconds after which a client that does not answer is given up."""

LAST_WORDS = 400
"""Characters of what a failed process said that are shown."""


def cores() -> tuple[int, int] | None:
    """The core for the clients and the one for the server; None where a process cannot be pinned to one."""
    usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return (usable[0], usable[-1]) if len(usable) > 1 else None


class Failed(Exception):
    """A process ended, or did not answer, when it was to measure."""


class Child:
    """A process of this package that answers in lines of JSON."""

    def __init__(self, module: str, *arguments: str, core: int | None) -> None:
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{module}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=Path(__file__).parent.parent,
        )
        if core is not None:
            os.sched_setaffinity(self._process.pid, {core})

    def line(self) -> str:
        """What it says next."""
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            line = self._process.stdout.readline() if selector.select(LONGEST) else b""
        if not line:
            self.close()
            self._errors.seek(0)
            raise Failed(self._errors.read().decode("utf-8", "replace")[-LAST_WORDS:] or "it did not answer")
        return line.decode()

    def ask(self) -> Numbers:
        """Have it measure once."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        numbers: Numbers = json.loads(self.line())
        return numbers

    def cpu(self) -> float:
        """Seconds of CPU that it has used; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Server(Child):
    """The server, listening.

    Attributes:
        port: Where.
    """

    def __init__(self) -> None:
        pinned = cores()
        super().__init__("server", core=pinned[1] if pinned else None)
        self.port = int(self.line())


def client(module: str, *arguments: str) -> Child:
    """A process on the clients' core."""
    pinned = cores()
    return Child(module, *arguments, core=pinned[0] if pinned else None)
