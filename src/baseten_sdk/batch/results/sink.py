"""The output of a batch on disk: two files to which whole lines are appended, by one process at a time.

Theory of operation. Lines are collected. Every few hundredths of a second a worker thread writes them in one piece, and
every second it forces them to the disk. A process that is killed leaves whole lines behind, except for the last one,
which is cut off when the file is next opened: no whole line is lost, and a cut line never counted as done. When the
disk is slower than the rows, the workers that bring lines wait.

It must not know what a line contains.
"""

from __future__ import annotations

import time

import anyio
import anyio.to_thread

from .line_file import LineFile

FLUSH_SECONDS = 0.05
SYNC_SECONDS = 1.0
FULL = 8 * 1024 * 1024
"""Bytes that may wait to be written."""


class Sink:
    """Collects lines for two files and writes them from time to time.

    Args:
        done: Receives the results.
        failed: Receives the failures.
    """

    def __init__(self, done: LineFile, failed: LineFile) -> None:
        self._files = (done, failed)
        self._waiting: tuple[list[bytes], list[bytes]] = ([], [])
        self._size = 0
        self._synced = time.monotonic()
        self._room = anyio.Event()

    async def result(self, line: bytes) -> None:
        self._waiting[0].append(line)
        await self._took(len(line))

    async def failure(self, line: bytes) -> None:
        self._waiting[1].append(line)
        await self._took(len(line))

    async def _took(self, size: int) -> None:
        self._size += size
        while self._size > FULL:
            room = self._room
            await room.wait()

    async def run(self) -> None:
        """Write lines as they come, until canceled."""
        while True:
            await anyio.sleep(FLUSH_SECONDS)
            await self._flush(sync=time.monotonic() - self._synced >= SYNC_SECONDS)

    async def finish(self) -> None:
        """Write the remaining lines, and force all of them to the disk."""
        await self._flush(sync=True)

    async def _flush(self, *, sync: bool) -> None:
        if not self._size and not sync:
            return
        pieces = [b"".join(lines) for lines in self._waiting]
        for lines in self._waiting:
            lines.clear()
        self._size = 0
        room, self._room = self._room, anyio.Event()
        room.set()

        def write() -> None:
            for file, piece in zip(self._files, pieces, strict=True):
                if piece:
                    file.write(piece)
                if sync:
                    file.sync()

        # The lists are empty now, so their lines must be written whatever happens meanwhile.
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(write)
        if sync:
            self._synced = time.monotonic()
