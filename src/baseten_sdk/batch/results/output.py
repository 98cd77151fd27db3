"""The two files of an output, and what earlier runs left in them.

Results are in the file that the caller named, failures in one beside it: `out.failed.jsonl` for `out.jsonl`. It must
not know how rows are run.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from ..._runs.durable import whole_lines
from ...errors import BatchOutputError
from ..rows.intake import DONE, FAILED, Intake
from ..rows.keys import KeyTable
from .line_file import LineFile
from .lines import Lines, Name

R = TypeVar("R")
T = TypeVar("T")

MOST_FAILURES = 254
"""Up to here, the number of a key counts its lines with failures."""

SUCCEEDED = 255
"""The number of a key that failed and then succeeded."""


def failed_path(path: Path) -> Path:
    """Return where the failures of an output go."""
    return path.with_name(f"{path.stem}.failed{path.suffix}")


class Output(Generic[R, T]):
    """The files of one batch, locked while it runs.

    Args:
        lines: Reads lines.

    Raises:
        BatchLockedError: Another process writes to them.
        BatchOutputError: They cannot be written.
    """

    def __init__(self, path: Path, lines: Lines[R, T]) -> None:
        self.done = LineFile(path, follow=True)
        try:
            self.failed = LineFile(failed_path(path))
        except BaseException:
            self.done.close()
            raise
        self._lines = lines
        self._done_before = self._failed_before = 0

    @property
    def begun(self) -> bool:
        """Whether they have any lines."""
        return bool(self.done.size or self.failed.size)

    def learn(self, path: Path, intake: Intake[R]) -> None:
        """Tell an intake what is in another output of the same batch, to which nothing writes."""
        for each, state in ((path, DONE), (failed_path(path), FAILED)):
            for line in whole_lines(each):
                name = self._lines.name_of(line)
                if name.key is None:
                    intake.positions.put(str(name.position), FAILED)
                elif intake.keys.get(name.key) != DONE:
                    intake.keys.put(name.key, state)

    def load(self, intake: Intake[R]) -> None:
        """Tell an intake what earlier runs did.

        Raises:
            BatchOutputError: Some lines are not lines of a batch.
        """
        at = self._read(self.done, 0, lambda name: intake.keys.put(name.key or "", DONE))
        if at < self.done.size:
            self.done.cut(at)
        stale = False

        def failed(name: Name) -> None:
            nonlocal stale
            if name.key is None:
                stale |= intake.positions.put(str(name.position), FAILED) != 0
            elif intake.keys.get(name.key) == DONE:
                stale = True
            else:
                stale |= intake.keys.put(name.key, FAILED) != 0

        at = self._read(self.failed, 0, failed)
        if at < self.failed.size:
            self.failed.cut(at)
        if stale:
            self._tidy(0)
        self._done_before, self._failed_before = self.done.size, self.failed.size

    def verify(self) -> None:
        """Make sure that the lines that were written are at the paths.

        Raises:
            BatchOutputError: Another program moved, deleted, replaced or changed a file.
        """
        self.done.verify()
        self.failed.verify()

    def tidy(self, *, complete: bool) -> None:
        """Of the failures that were run again, keep those that failed again.

        Args:
            complete: Whether every row has its outcome. Then all failures are in the lines of this run.
        """
        if complete:
            self.failed.keep(lambda at, line: at >= self._failed_before)
        else:
            self._tidy(self._done_before)

    def _tidy(self, done_before: int) -> None:
        """Keep the last line of every key that failed, or none if its result is at or after a byte of the results."""
        times = KeyTable()

        def count(name: Name) -> None:
            key = known_as(name)
            times.put(key, min(times.get(key) + 1, MOST_FAILURES))

        def succeeded(name: Name) -> None:
            key = known_as(name)
            if times.get(key):
                times.put(key, SUCCEEDED)

        self._read(self.failed, 0, count)
        self._read(self.done, done_before, succeeded)

        def is_last(at: int, line: bytes) -> bool:
            key = known_as(self._lines.name_of(line))
            left = times.get(key)
            if left == SUCCEEDED:
                return False
            times.put(key, max(left - 1, 1))
            return left == 1

        self.failed.keep(is_last)

    def _read(self, file: LineFile, start: int, note: Callable[[Name], object]) -> int:
        """Read the names of the lines from a byte on. Return the byte after the last line that has one.

        A machine that loses power may leave garbage at the end of a file, but not in its middle.
        """
        good = at = start
        bad: tuple[int, ValueError] | None = None
        name_of = self._lines.name_of
        for number, line in enumerate(file.lines(start), 1):
            at += len(line)
            try:
                name = name_of(line)
            except ValueError as error:
                bad = bad or (number, error)
                continue
            if bad is not None:
                raise BatchOutputError(f"Line {bad[0]} of {file.path} is not a line of this batch: {bad[1]}.")
            good = at
            note(name)
        return good

    def close(self) -> None:
        """Close the files. A file without failures is deleted."""
        self.failed.remove()
        self.done.close()


def known_as(name: Name) -> str:
    """Return a key or position as a string, for a table that holds both."""
    return f"position {name.position}" if name.key is None else f"key {name.key}"
