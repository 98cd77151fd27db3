"""One client and one engine on an event loop in their own thread.

Ray Data blocks an actor's own event loop while its results are not taken. Calls in flight on that loop would stop, and
connections would time out. Here they continue. All batches of the actor share the engine, so slots stay in use while a
batch ends.

It knows rows and outcomes. It must not know tables or Ray.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

import anyio

from ... import AsyncClient
from ...batch import Call, Concurrency, Feed, Row, run_rows
from ...errors import ClientClosedError, InvalidRequestError
from ...types.batch import Failed, Ok, Outcome
from .columns import Row as Fields

OnOutcome: TypeAlias = Callable[[int, Outcome[Fields, object]], object]
"""Takes the position of a row and its outcome, in the thread of the rows."""


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A row of a batch, and the receiver of its outcome."""

    position: int
    fields: Fields
    on_outcome: OnOutcome


class RowSupply:
    """The rows without an outcome. They are the supply of the engine's feed."""

    def __init__(self) -> None:
        self.pending: dict[int, PendingRow] = {}
        self._rows: deque[Row[PendingRow]] = deque()
        self._number = 0
        self._more = anyio.Event()
        self._closed = False

    def push(self, items: Sequence[PendingRow]) -> None:
        """Add rows."""
        for pending in items:
            self._number += 1
            self.pending[self._number] = pending
            self._rows.append(Row(self._number, str(self._number), pending))
        self._more.set()

    def close(self) -> None:
        """Accept no more rows, and drop those that wait."""
        self._closed = True
        self._more.set()

    async def take(self, most: int) -> list[Row[PendingRow] | Failed[PendingRow]] | None:
        """Return the next rows, at most `most`; None once the queue is closed."""
        while not self._rows and not self._closed:
            self._more = anyio.Event()
            await self._more.wait()
        return None if self._closed else [self._rows.popleft() for _ in range(min(most, len(self._rows)))]


class RowThread:
    """Run rows in a separate thread.

    Args:
        make_client: Makes the client, in that thread.
        request: Makes the call of a row.
        concurrency: How many rows may be in flight.
        retries: How often a row is tried again.
    """

    def __init__(
        self,
        make_client: Callable[[], AsyncClient],
        request: Callable[[Fields], Call[object]],
        concurrency: Concurrency,
        retries: int,
    ) -> None:
        self._make_client = make_client
        self._request = request
        self._concurrency = concurrency
        self._retries = retries
        self._client: AsyncClient | None = None
        self._lock = threading.Lock()
        self._over: Exception | None = None
        self._supply = RowSupply()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="baseten-sdk batch", daemon=True)
        self._thread.start()

    def submit(self, rows: Sequence[Fields], on_outcome: OnOutcome) -> None:
        """Run rows, each to one outcome. Call this from any thread.

        Raises:
            ClientClosedError: The thread was closed.
        """
        items = [PendingRow(position, fields, on_outcome) for position, fields in enumerate(rows)]
        with self._lock:
            if self._over is not None:
                raise self._over
            self._loop.call_soon_threadsafe(self._supply.push, items)

    def close(self) -> None:
        """End the thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._supply.close)

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        over: Exception = ClientClosedError("The mapper was closed.")
        try:
            self._loop.run_until_complete(self._run())
        except Exception as error:
            over = error
        with self._lock:
            self._over = over
        self._loop.run_until_complete(asyncio.sleep(0))  # what was submitted until now is in the queue after this
        self._loop.close()
        for number, pending in self._supply.pending.items():
            pending.on_outcome(pending.position, Failed(str(number), pending.fields, over, number))

    async def _run(self) -> None:
        async with self._make_client() as self._client:
            feed = Feed(self._supply, lookahead=max(8, self._concurrency.current))
            await run_rows(feed, self._perform, self._deliver, concurrency=self._concurrency, retries=self._retries)

    async def _perform(self, pending: PendingRow) -> object:
        assert self._client is not None, "rows are run while there is a client"
        call = self._request(pending.fields)
        if not isinstance(call, Call):
            raise InvalidRequestError(f"request must return a call, such as batch.chat(...), not {call!r:.200}.")
        return await call.make(self._client)

    async def _deliver(self, position: int, outcome: Outcome[PendingRow, object]) -> None:
        pending = self._supply.pending.pop(outcome.number)
        pending.on_outcome(pending.position, _of_fields(outcome, pending.fields))


def _of_fields(outcome: Outcome[PendingRow, object], fields: Fields) -> Outcome[Fields, object]:
    if isinstance(outcome, Ok):
        return Ok(outcome.key, fields, outcome.value, outcome.number, outcome.attempts, outcome.seconds)
    return Failed(outcome.key, fields, outcome.error, outcome.number, outcome.attempts, outcome.seconds)
