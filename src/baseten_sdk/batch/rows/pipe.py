"""Reads from a pipe that may stay silent for long, in a thread that can be stopped.

A thread that blocks in a read cannot be stopped, and keeps the process from ending: a Ctrl-C would do nothing until the
pipe closes. So this one waits a moment at a time. It must not know what it reads.
"""

from __future__ import annotations

import os
import select
import sys
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOMENT = 0.1


class Pipe(RawIOBase):
    """A pipe, or another file that can be read once.

    Args:
        file: The open file, or the path of one to open. An open file stays open.

    Attributes:
        given_up: Whether a read that waits must end, as if the pipe had.
    """

    def __init__(self, file: int | Path) -> None:
        super().__init__()
        self.given_up = False
        self._owns = not isinstance(file, int)
        # Linux distinguishes a pipe that was never opened for writing from one that has ended. Others do not.
        flags = os.O_RDONLY | (os.O_NONBLOCK if sys.platform == "linux" else 0)
        self._file = file if isinstance(file, int) else os.open(file, flags)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        while sys.platform != "win32" and not select.select([self._file], [], [], MOMENT)[0]:
            if self.given_up:
                return 0
        data = os.read(self._file, len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if self._owns and not self.closed:
            os.close(self._file)
        super().close()
