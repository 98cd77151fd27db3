"""`BatchMapper`: one call for each row of a Ray dataset, in actors with one client each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Literal

import pyarrow as pa

from ... import AsyncClient, Limits
from ...batch import AdaptiveConcurrency, Call, Concurrency, FixedConcurrency
from ...errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidRequestError,
    LimitStoreError,
    PaymentRequiredError,
)
from ...types.batch import Failed, Outcome
from .columns import Batch, Output, Row, table_of, usual_columns, with_outcomes
from .row_thread import RowThread

LINGER = 0.25
"""Seconds in which more rows may end before those that have ended are passed on."""

CONCURRENCY = 64
"""Rows in flight in each actor, by default."""

FATAL = (AuthenticationError, PaymentRequiredError, ConfigurationError, LimitStoreError)
"""Errors that every row would raise. An `InvalidRequestError` among them concerns its own row only."""


class BatchMapper:
    """Make a call for each row: an actor class for `Dataset.map_batches`.

    Each actor has one client and one event loop, with rows of several batches in flight at once. A batch comes back
    with its own columns and these: `response` (or `embedding`), `input_tokens`, `output_tokens`, `attempts`, `seconds`,
    `error` and `error_type`. The last two are null if the row succeeded. Rows come in the order in which they finish.

    Example:
        answered = dataset.map_batches(
            BatchMapper,
            fn_constructor_kwargs={"request": ask},
            concurrency=4,  # actors
            batch_size=256,
        )

    Args:
        request: Returns the call of a row, such as `batch.chat(...)`. The row is a dict of its columns.
        client: Makes the client in the actor. None: `AsyncClient()`, with the actor's `BASETEN_API_KEY`.
        concurrency: Rows in flight in each actor. "auto" finds the number. The client's limits apply too.
        retries: How often to try a row again that failed for a transient reason, after the client's own attempts.
        output: Makes the columns of a success, instead of the usual ones. If it raises, the row fails with that error.
        limits: The limits of `AsyncClient()`. With `shared=`, all actors have those per minute together.

    Raises (from the batches, and the job ends):
        AuthenticationError: The key is wrong.
        PaymentRequiredError: There is no credit.
        ConfigurationError: The client cannot be made.
        LimitStoreError: Shared limits cannot be used, and will not be by themselves. All other failures are values in
            the columns.
    """

    def __init__(
        self,
        request: Callable[[Row], Call[object]],
        *,
        client: Callable[[], AsyncClient] | None = None,
        concurrency: int | Literal["auto"] = CONCURRENCY,
        retries: int = 2,
        output: Output | None = None,
        limits: Limits | None = None,
    ) -> None:
        if client is not None and limits is not None:
            raise ConfigurationError("Give limits= to the client that client= makes.")
        self._output = output or usual_columns
        make_client = client or (lambda: AsyncClient(limits=limits))
        self._thread = RowThread(make_client, request, _concurrency(concurrency), retries)

    async def __call__(self, batch: Batch) -> AsyncIterator[pa.Table]:
        """Run the rows of a batch, and yield them as they finish."""
        table = table_of(batch)
        rows = table.to_pylist()
        ended: asyncio.Queue[tuple[int, Outcome[Row, object]]] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def on_outcome(position: int, outcome: Outcome[Row, object]) -> None:
            loop.call_soon_threadsafe(ended.put_nowait, (position, outcome))

        self._thread.submit(rows, on_outcome)
        left = len(rows)
        if not left:
            yield with_outcomes(table, [], self._output)
        while left:
            some = [await ended.get()]
            if len(some) < left:
                await asyncio.sleep(LINGER)
            while not ended.empty():
                some.append(ended.get_nowait())
            left -= len(some)
            _raise_if_hopeless(some)
            yield with_outcomes(table, some, self._output)

    def close(self) -> None:
        """Close the actor's client and end its thread."""
        self._thread.close()

    def __del__(self) -> None:
        thread = getattr(self, "_thread", None)
        if thread is not None:
            thread.close()


def _concurrency(concurrency: int | Literal["auto"]) -> Concurrency:
    if concurrency == "auto":
        return AdaptiveConcurrency()
    if isinstance(concurrency, bool) or not isinstance(concurrency, int) or concurrency < 1:
        raise ConfigurationError(f'concurrency must be an integer of at least 1, or "auto", not {concurrency!r}.')
    return FixedConcurrency(concurrency)


def _raise_if_hopeless(some: Sequence[tuple[int, Outcome[Row, object]]]) -> None:
    for _, outcome in some:
        error = outcome.error if isinstance(outcome, Failed) else None
        if isinstance(error, FATAL) and not (isinstance(error, InvalidRequestError) or error.transient):
            raise error
