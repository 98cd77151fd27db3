"""The standard streams of the process: whatever they are connected to, no write to them is a bug.

A character that an encoding lacks is written as its escape. What stderr does not take is dropped. A closed stream is
connected to the null device, so that no file or socket takes its number. It must not know what is written.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from ._terminal import say, shown_on

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

INTERRUPTED = 130
BROKEN_PIPE = 141
"""Exit codes: 128 plus the number of the signal that would have ended another program."""


class _Lossy(io.FileIO):
    """A file that drops what it cannot write.

    Nothing may buffer in front of it: if a Ctrl-C ends `write` just after the data was written, a buffer would write
    the data again.
    """

    def write(self, data: ReadableBuffer, /) -> int:
        rest = memoryview(data)
        size = rest.nbytes
        with suppress(OSError):
            while rest:
                rest = rest[super().write(rest) or size :]
        return size


def prepare_streams() -> None:
    """Prepare the streams of this process. Call it first."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
    if sys.stderr is None or not sys.stderr.isatty():
        encoding = "utf-8" if sys.stderr is None else sys.stderr.encoding
        lossy = _Lossy(2, "w", closefd=False)
        sys.stderr = io.TextIOWrapper(lossy, encoding, "backslashreplace", write_through=True)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def run_main(main: Callable[[], int]) -> NoReturn:
    """Run the main function of a server's process, and exit."""
    prepare_streams()
    exit_after(main)


def exit_after(main: Callable[[], int]) -> NoReturn:
    """Run a main function, and exit. If stdout has not taken everything by then, the exit code says so."""
    code: str | int | None
    try:
        code = main()
    except SystemExit as ended:  # --help, or wrong arguments
        code = ended.code
    except KeyboardInterrupt:  # before the server has taken over the signal
        code = INTERRUPTED
    sys.exit(put("", end="") or code)


def put(text: str, *, end: str = "\n") -> int:
    """Write a text to stdout and flush it. If stdout fails, it goes to stderr.

    Returns:
        The exit code: 0, 1 if stdout failed, or `BROKEN_PIPE` if its reader is gone, and the text with it.
    """
    try:
        if sys.stdout is not None:
            sys.stdout.write(shown_on(sys.stdout, text + end))
            sys.stdout.flush()
    except BrokenPipeError:
        forget_stdout()
        return BROKEN_PIPE
    except OSError as error:
        forget_stdout()
        say(f"Error: Cannot write to stdout: {error.strerror}.")
        if text:
            say(text)
        return 1
    return 0


def forget_stdout() -> None:
    """Discard what stdout still buffers, so that the interpreter does not fail on it at exit."""
    if sys.stdout is not None:
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
