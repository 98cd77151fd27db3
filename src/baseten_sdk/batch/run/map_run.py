"""One run of `map`: rows whose outcomes go to the program. Like a `BatchRun`, but without files.

It must not know who reads the outcomes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from ..._runs.feed import Feed
from ...errors import ConfigurationError
from ...types.batch import Failed, Outcome
from ..calls.call import Call
from ..calls.usage import tokens_of
from ..results.outcome_queue import OutcomeQueue
from ..rows.intake import KeyOf, choose_key, every_row
from ..rows.shard import Shard
from ..rows.source import Source
from .breaker import CircuitBreaker
from .budget import Budget
from .concurrency import Concurrency
from .engine import Gauge, run_rows
from .plan import call_of
from .reasons import with_missing_field
from .stop import Stop
from .tally import Tally

if TYPE_CHECKING:
    from ... import AsyncClient

R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MapRun(Generic[R, T]):
    """Runs every row and passes its outcome to a queue."""

    client: AsyncClient
    source: Source[R]
    request: Callable[[R], Call[T]]
    concurrency: Concurrency
    lookahead: int
    key: str | KeyOf[R] | None
    abort_after: int | None
    retries: int
    shard: Shard | None

    async def __call__(self, queue: OutcomeQueue[R, T]) -> None:
        """Run every row.

        Raises:
            BatchAbortedError: Nothing succeeds.
            ConfigurationError: No row can be sent. Raised before the first outcome.
        """
        stop, gauge, tally = Stop(), Gauge(), Tally()
        breaker: CircuitBreaker[R] = CircuitBreaker(self.abort_after, self.concurrency.current)
        key_of = choose_key(self.key, await self.source.first())

        async def perform(row: R) -> T:
            return await call_of(self.request, row).make(self.client)

        async def deliver(position: int, outcome: Outcome[R, T]) -> None:
            if isinstance(outcome, Failed):
                outcome = with_missing_field(outcome, self.source.unit)
                breaker.failure(outcome, in_flight=gauge.in_flight)
                if breaker.aborted and isinstance(outcome.error, ConfigurationError) and not tally.outcomes:
                    raise outcome.error
                tally.failure(outcome)
                if breaker.aborted is not None:
                    stop.request(breaker.aborted, grace=Budget().grace)
            else:
                tally.result(outcome, tokens_of(outcome.value))
                breaker.success()
            await queue.deliver(position, outcome)

        rows = self.source.supply(every_row(key_of, self.source.unit, self.shard), self.shard)
        await run_rows(
            Feed(rows, lookahead=self.lookahead),
            perform,
            deliver,
            concurrency=self.concurrency,
            stop=stop,
            retries=self.retries,
            gauge=gauge,
        )
        if stop.error is not None:
            stop.error.report = tally.report(stopped=stop.error.message, gauge=gauge)
            raise stop.error
