"""Reads rows a little ahead of the workers.

One task fills a short queue from a supply, which may read in a thread. The workers empty the queue. Taking a row that
is ready costs no turn of the event loop. This module owns the queue and its limits. It must not know where rows come
from.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

import anyio

from ..types.batch import Failed

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@dataclass(slots=True)
class Row(Generic[R_co]):
    """A row to be run.

    Attributes:
        number: Its position in its source, from 1.
        key: Its name in the output.
        value: The row as the user gave it.
    """

    number: int
    key: str
    value: R_co


Item: TypeAlias = Row[R] | Failed[R]
"""A row to be run, or one that could not even be read."""


class Supply(Protocol[R]):
    """Where a feed gets its rows from."""

    async def take(self, most: int) -> list[Item[R]] | None:
        """Return the next rows, at most `most`. Slow or large rows come in smaller lots. None is the end."""
        ...


class Feed(Generic[R]):
    """Keep a short queue of rows filled.

    Args:
        supply: Where the rows come from.
        lookahead: How many rows may wait in the queue.

    Attributes:
        taken: How many rows were taken.
        ended: Whether the supply has no more rows.
        failure: Why the supply ended early. The rows before that can still be taken.
    """

    def __init__(self, supply: Supply[R], *, lookahead: int) -> None:
        self.taken = 0
        self.ended = False
        self.failure: Exception | None = None
        self._supply = supply
        self._lookahead = lookahead
        self._low = lookahead // 2
        self._rows: deque[Item[R]] = deque()
        self._waiting: deque[anyio.Event] = deque()
        self._emptied = anyio.Event()
        self._scope = anyio.CancelScope()
        self._closed = False
        self._used_up = False

    @property
    def waiting(self) -> int:
        """The number of rows that were read but not taken."""
        return len(self._rows)

    @property
    def used_up(self) -> bool:
        """Whether every row of the supply was taken."""
        return self._used_up and not self._rows

    async def run(self) -> None:
        """Keep the queue filled until the supply or the feed has ended."""
        with self._scope:
            while not self._closed:
                wanted = self._lookahead - len(self._rows)
                if len(self._rows) > self._low:
                    self._emptied = anyio.Event()
                    await self._emptied.wait()
                    continue
                try:
                    rows = await self._supply.take(wanted)
                except Exception as error:
                    self.failure = error
                    break
                if rows is None:
                    self._used_up = True
                    break
                self._rows.extend(rows)
                for _ in range(min(len(rows), len(self._waiting))):
                    self._waiting.popleft().set()
        self.ended = True
        self._wake_all()

    async def next(self) -> Item[R] | None:
        """Return the next row, or None at the end. Wait only if none is ready."""
        rows = self._rows
        while not rows or self._closed:
            if self.ended or self._closed:
                return None
            turn = anyio.Event()
            self._waiting.append(turn)
            await turn.wait()
        self.taken += 1
        row = rows.popleft()
        if len(rows) == self._low:
            self._emptied.set()
        return row

    def close(self) -> None:
        """Stop handing out rows. Those in the queue stay there."""
        self._closed = True
        self._scope.cancel()
        self._wake_all()

    def _wake_all(self) -> None:
        while self._waiting:
            self._waiting.popleft().set()
