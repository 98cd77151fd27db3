"""A command at a pseudo-terminal, and everything that it showed there."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pty
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Event

PROCESSES = multiprocessing.get_context("forkserver")
"""Where commands run: each in a process of its own, forked from one that has imported what they need."""

PROCESSES.set_forkserver_preload(
    [
        "baseten_sdk.__main__",
        "baseten_sdk.batch.runner",
        "baseten_sdk.cli.app",
        "baseten_sdk.cli.async_requests",
        "baseten_sdk.cli.batch",
        "baseten_sdk.cli.chat",
        "baseten_sdk.cli.decide",
        "baseten_sdk.cli.models",
        "baseten_sdk.cli.predict",
        "baseten_sdk.cli.webhook",
        "baseten_sdk.receiver.__main__",
        "tests.cli.terminals",
    ]
)


def shown_at_a_terminal(
    environment: Mapping[str, str],
    arguments: Sequence[str],
    stdin: bytes = b"",
    module: str = "baseten_sdk",
) -> tuple[int, bytes]:
    """Run a command whose output is a terminal: its exit code, and what the terminal got.

    Args:
        environment: its environment.
        arguments: what stands behind the name of the command.
        stdin: what it reads; no more than a pipe holds.
        module: the command, as a module.
    """
    ours, theirs = pty.openpty()
    opened = PROCESSES.Event()
    command = _Command(os.ttyname(theirs), {**environment, "TERM": "dumb"}, os.getcwd(), arguments, stdin, module)
    process = PROCESSES.Process(target=command.run, args=(opened,))
    process.start()
    assert opened.wait(60)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # Linux: the other end was closed
        pass
    finally:
        os.close(ours)
    process.join(30)
    assert process.exitcode is not None
    return process.exitcode, shown


@dataclass(frozen=True, slots=True)
class _Command:
    """What a shell would have started."""

    terminal: str
    environment: Mapping[str, str]
    folder: str
    arguments: Sequence[str]
    stdin: bytes
    module: str

    def run(self, opened: Event) -> None:
        """Make this process like one that a shell has started, and run the command."""
        source, sink = os.pipe()
        os.write(sink, self.stdin)
        os.close(sink)
        shown = os.open(self.terminal, os.O_RDWR | os.O_NOCTTY)
        opened.set()
        for number, taken in enumerate((source, shown, shown)):
            os.dup2(taken, number)
        os.closerange(3, 1024)
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.environment)
        sys.argv = [self.module, *self.arguments]
        sys.exit(importlib.import_module(f"{self.module}.__main__").main())
