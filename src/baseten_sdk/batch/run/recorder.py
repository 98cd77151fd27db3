"""From the outcome of a row to its line: counted, weighed by the circuit breaker, written, and held against the budget.

It must not know where rows come from, or how a line looks.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from ...errors import BudgetExceededError
from ...types.batch import Failed, Ok, Outcome
from ...types.prices import Prices
from ..results.lines import Lines
from ..results.sink import Sink
from ..rows.intake import Intake
from .breaker import CircuitBreaker
from .budget import Budget
from .engine import Gauge
from .reasons import with_missing_field
from .stop import Stop
from .tally import Tally

R = TypeVar("R")
T = TypeVar("T")


class Recorder(Generic[R, T]):
    """Takes the outcomes of one run.

    Args:
        sink: Writes the lines.
        lines: Makes a line of an outcome.
        intake: Knows which rows failed before.
        breaker: Holds failures back that may abort the batch.
        budget: What the batch may use up.
        hint: What to say about resuming.
        stop: Is requested when the batch aborts or the budget is used up.
        gauge: Has the number of other rows in flight.
        prices: What tokens cost, if that is known.

    Attributes:
        tally: The counts so far.
        taken: How many outcomes came.
    """

    def __init__(
        self,
        sink: Sink,
        lines: Lines[R, T],
        intake: Intake[R],
        breaker: CircuitBreaker[R],
        budget: Budget,
        hint: str,
        stop: Stop,
        gauge: Gauge,
        prices: Prices | None = None,
    ) -> None:
        self.tally = Tally(prices=prices)
        self.taken = 0
        self._sink = sink
        self._lines = lines
        self._intake = intake
        self._breaker = breaker
        self._budget = budget
        self._hint = hint
        self._stop = stop
        self._gauge = gauge

    async def take(self, position: int, outcome: Outcome[R, T]) -> None:
        self.taken += 1
        if isinstance(outcome, Ok):
            try:
                line = self._lines.of_result(outcome)
            except Exception as error:
                outcome = Failed(outcome.key, outcome.row, error, outcome.number, outcome.attempts, outcome.seconds)
            else:
                self.tally.result(outcome, line.tokens)
                await self._write_failures(self._breaker.success())
                await self._sink.result(line.data)
                self._check_budget()
                return
        outcome = with_missing_field(outcome, self._intake.unit)
        again = self._intake.is_again(outcome)
        await self._write_failures(self._breaker.failure(outcome, again=again, in_flight=self._gauge.in_flight))
        if self._breaker.aborted is not None:
            self._stop.request(self._breaker.aborted, grace=self._budget.grace)
        self._check_budget()

    async def finish(self) -> None:
        """Write the failures that were held back."""
        await self._write_failures(self._breaker.released())

    async def expire(self, seconds: float) -> None:
        """Stop the batch after a time."""
        if await self._stop.sleep(seconds):
            self._exceed(f"{seconds:g} s are over.")

    async def _write_failures(self, failures: list[Failed[R]]) -> None:
        for failed in failures:
            self.tally.failure(failed)
            await self._sink.failure(self._lines.of_failure(failed))

    def _check_budget(self) -> None:
        budget, tally = self._budget, self.tally
        used = tally.tokens.input + tally.tokens.output
        if budget.tokens is not None and used >= budget.tokens:
            self._exceed(f"{used:,} tokens of {budget.tokens:,} are used.")
        if budget.dollars is not None:
            spending = tally.spending
            if spending.dollars >= budget.dollars:
                self._exceed(f"${spending.dollars:,.4f} of ${budget.dollars:,.4f} are used.")
            elif spending.unpriced:
                what = f"of the model {spending.unknown!r}" if spending.unknown else "of a row"
                self._exceed(f"the cost {what} is not known, so dollars cannot be counted.")
        if budget.failures is not None and tally.failed + len(self._breaker.withheld) > budget.failures:
            self._exceed(f"More than {budget.failures:,} rows failed.")

    def _exceed(self, what: str) -> None:
        if not self._stop.requested:
            error = BudgetExceededError(f"The batch reached its budget: {what} {self._hint}")
            self._stop.request(error, grace=self._budget.grace)
