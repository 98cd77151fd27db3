"""A command at a pseudo-terminal, and everything that it showed there."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping, Sequence


def shown_at_a_terminal(
    environment: Mapping[str, str],
    arguments: Sequence[str],
    stdin: bytes | None = None,
    module: str = "baseten_sdk",
) -> tuple[int, bytes]:
    """Run a command whose output is a terminal: its exit code, and what the terminal got.

    Args:
        environment: its environment.
        arguments: what stands behind the name of the command.
        stdin: what it reads.
        module: the command, as a module.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": "dumb"},
    )
    os.close(theirs)
    assert process.stdin is not None
    with process.stdin as source:
        source.write(stdin or b"")
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # Linux: the other end was closed
        pass
    finally:
        os.close(ours)
    return process.wait(30), shown
