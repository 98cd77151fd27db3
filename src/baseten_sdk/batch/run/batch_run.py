"""A job: a source, an output, and the engine between them.

Theory of operation. Before anything is sent, the output is locked, mended and compared with its manifest, and the keys
in it are read: what is there is done. Then the source is run from its beginning, past the rows that are done. The
outcome of a row is one line in one of two files, written once. At the end the file of failures is tidied: of a key
that failed in several runs the last line is left, of one that succeeded in the end none.

It must not know how a call is made, or how a line looks.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import anyio
import anyio.to_thread

from ..._runs.display import Display
from ..._runs.feed import Feed
from ..._runs.first_error import ungrouped
from ...errors import BatchOutputError, BudgetExceededError, InvalidRequestError
from ...types.batch import Failed, Ok, Outcome, Report
from ..calls.call import Call
from ..results.lines import Lines
from ..results.manifest import HEAD, Manifest, manifest_of, read_manifest, settle
from ..results.output import Output
from ..results.sink import Sink
from ..rows.intake import Intake, KeyOf, Place, as_key, choose_key
from ..rows.shard import Shard
from ..rows.source import Source
from .breaker import CircuitBreaker
from .budget import Budget
from .engine import Concurrency, FixedConcurrency, Gauge, run_rows
from .progress import Progress
from .signals import obey_signals
from .stop import Stop
from .tally import Tally

if TYPE_CHECKING:
    from ... import AsyncClient

R = TypeVar("R")
T = TypeVar("T")


def make_call(request: Callable[[R], Call[T]], row: R) -> Call[T]:
    """The call of a row.

    Raises:
        InvalidRequestError: the function gives something else.
    """
    call = request(row)
    if not isinstance(call, Call):
        raise InvalidRequestError(f"request must return a call, such as batch.chat(...), not {call!r:.200}.")
    return call


@dataclass(frozen=True, slots=True)
class BatchPlan(Generic[R, T]):
    """Everything that a job is told."""

    source: Source[R]
    sink: Path
    request: Callable[[R], Call[T]]
    lines: Lines[R, T]
    level: Concurrency
    display: Display[Progress]
    key: str | KeyOf[R] | None = None
    budget: Budget = field(default_factory=Budget)
    abort_after: int | None = 20
    retries: int = 4
    lookahead: int = 64
    retry_failed: bool = False
    force: bool = False
    fingerprint: str | None = None
    signals: bool = True
    hint: str = "Run it again to go on where it stopped."
    place: Place = "row"
    skip_rows_of: Path | None = None
    shard: Shard | None = None


class BatchRun(Generic[R, T]):
    """One run of a job."""

    def __init__(self, client: AsyncClient, plan: BatchPlan[R, T]) -> None:
        self._client = client
        self._plan = plan
        self._tally = Tally()
        self._gauge = Gauge()
        self._stop = Stop()
        self._delivered = 0
        self._complete = False
        self._verdict: CircuitBreaker[R] = CircuitBreaker(plan.abort_after, plan.level.current)

    async def run(self) -> Report:
        """Run it to its end.

        Raises:
            BatchStopped: it ended before each row had its outcome.
            BatchError: it could not begin, or its source or output failed.
        """
        plan = self._plan
        first = await plan.source.first()
        key_of = choose_key(plan.key, first)
        intake = Intake(key_of, retry_failed=plan.retry_failed, place=plan.place, shard=plan.shard)
        output = Output(plan.sink, plan.lines)
        try:
            earlier = read_manifest(plan.sink, force=plan.force)
            manifest = self._manifest(first, key_of, HEAD if earlier is None else earlier.head)
            settle(plan.sink, manifest, earlier, begun=output.begun, force=plan.force)
            if plan.skip_rows_of is not None:
                await anyio.to_thread.run_sync(output.learn, plan.skip_rows_of, intake)
            await anyio.to_thread.run_sync(output.load, intake)
            if output.done.size:
                self._verdict.success()
            with plan.display:
                await self._run(intake, output)
            if plan.retry_failed:
                await anyio.to_thread.run_sync(lambda: output.tidy(complete=self._complete))
        finally:
            output.close()
        # What came when there was nothing left to stop has stopped nothing.
        stopped = None if self._complete else self._stop.error
        report = self._tally.report(
            done_before=intake.done_before,
            failed_before=intake.failed_before,
            stopped=None if stopped is None else stopped.message,
            level=None if isinstance(plan.level, FixedConcurrency) else plan.level.current,
        )
        if stopped is not None:
            stopped.report = report
            raise stopped
        return report

    def _manifest(self, first: R | None, key_of: KeyOf[R] | None, head: int) -> Manifest:
        """What the job is known by; a first row of which no call can be made is told of when it is run."""
        plan = self._plan
        source = plan.source.identity(head)
        if plan.shard is not None:
            source["shard"] = str(plan.shard)
        if first is not None:
            with suppress(Exception):
                key = "the first" if key_of is None else as_key(key_of(first))
                return manifest_of(source, key, make_call(plan.request, first), plan.fingerprint)
        return manifest_of(source, None, None, plan.fingerprint)

    async def _run(self, intake: Intake[R], output: Output[R, T]) -> None:
        plan = self._plan
        feed = Feed(plan.source.supply(intake, intake.only), lookahead=plan.lookahead)
        sink = Sink(output.done, output.failed)
        deliver = partial(self._deliver, sink, intake)
        try:
            with ungrouped():
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(sink.run)
                    tasks.start_soon(self._show, intake)
                    if plan.signals:
                        tasks.start_soon(obey_signals, self._stop, plan.display.say, plan.hint)
                    if plan.budget.seconds is not None:
                        tasks.start_soon(self._expire, plan.budget.seconds)
                    await run_rows(
                        feed,
                        self._perform,
                        deliver,
                        level=plan.level,
                        stop=self._stop,
                        retries=plan.retries,
                        gauge=self._gauge,
                    )
                    hopeless = self._verdict.hopeless is not None
                    self._complete = feed.used_up and self._delivered == feed.taken and not hopeless
                    for failed in self._verdict.released():
                        await self._fail(sink, failed)
                    tasks.cancel_scope.cancel()
        except BatchOutputError:
            raise
        except BaseException:
            with suppress(BatchOutputError):
                await sink.finish()
            raise
        await sink.finish()
        plan.display.show(self._progress(intake))

    async def _perform(self, row: R) -> T:
        return await make_call(self._plan.request, row).make(self._client)

    async def _deliver(self, sink: Sink, intake: Intake[R], place: int, outcome: Outcome[R, T]) -> None:
        self._delivered += 1
        if isinstance(outcome, Ok):
            try:
                line = self._plan.lines.of_result(outcome)
            except Exception as error:
                outcome = Failed(outcome.key, outcome.row, error, outcome.number, outcome.attempts, outcome.seconds)
            else:
                self._tally.result(outcome, line.tokens)
                for freed in self._verdict.success():
                    await self._fail(sink, freed)
                await sink.result(line.data)
                self._check_budget()
                return
        again = intake.is_again(outcome)
        for freed in self._verdict.failure(outcome, again=again, in_flight=self._gauge.in_flight):
            await self._fail(sink, freed)
        if self._verdict.hopeless is not None:
            self._stop.request(self._verdict.hopeless, grace=self._plan.budget.grace)
        self._check_budget()

    async def _fail(self, sink: Sink, failed: Failed[R]) -> None:
        self._tally.failure(failed)
        await sink.failure(self._plan.lines.of_failure(failed))

    def _check_budget(self) -> None:
        budget, tally = self._plan.budget, self._tally
        if budget.tokens is not None and tally.tokens.input + tally.tokens.output >= budget.tokens:
            self._exceed(f"{tally.tokens.input + tally.tokens.output:,} tokens were used of {budget.tokens:,}.")
        if budget.failures is not None and tally.failed + len(self._verdict.held) > budget.failures:
            self._exceed(f"More than {budget.failures:,} rows failed.")

    async def _expire(self, seconds: float) -> None:
        if await self._stop.sleep(seconds):
            self._exceed(f"{seconds:g} s are over.")

    def _exceed(self, what: str) -> None:
        if not self._stop.requested:
            error = BudgetExceededError(f"The batch was stopped before its end: {what} {self._plan.hint}")
            self._stop.request(error, grace=self._plan.budget.grace)

    async def _show(self, intake: Intake[R]) -> None:
        display = self._plan.display
        while True:
            await anyio.sleep(display.every)
            display.show(self._progress(intake))

    def _progress(self, intake: Intake[R]) -> Progress:
        skipped = intake.done_before + intake.failed_before
        return self._tally.progress(
            skipped=skipped,
            in_flight=self._gauge.in_flight,
            level=self._plan.level.current,
            done=self._plan.source.progress(),
        )
