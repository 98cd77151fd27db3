"""One run of a batch: a source, an output, and the engine between them.

Theory of operation. Before anything is sent, the output is locked, repaired and compared with its manifest, and its
keys are read: the rows that they name are done. Then the source is run from its beginning, past the rows that are done.
The outcome of a row is one line in one of two files, written once. At the end the file of failures is tidied: of a key
that failed in several runs the last line stays, of a key that succeeded in the end none.

It must not know how a call is made, or how a line looks.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

import anyio
import anyio.to_thread

from ..._characters import whole_text
from ..._runs.feed import Feed
from ..._runs.first_error import first_error
from ...errors import BatchAbortedError, BatchOutputError, ConfigurationError
from ...types.batch import Report
from ..results.manifest import HEAD, Manifest, check_same_batch, manifest_of, read_manifest
from ..results.output import Output, failed_path
from ..results.sink import Sink
from ..rows.intake import Intake, KeyOf, as_key, choose_key
from .breaker import CircuitBreaker
from .concurrency import FixedConcurrency
from .engine import Gauge, run_rows
from .plan import Plan, call_of
from .progress import Progress
from .recorder import Recorder
from .signals import obey_signals
from .stop import Stop

if TYPE_CHECKING:
    from ... import AsyncClient

R = TypeVar("R")
T = TypeVar("T")

UNREAD = 0.99
"""The largest share that is shown while the source has not been read to its end."""


class BatchRun(Generic[R, T]):
    def __init__(self, client: AsyncClient, plan: Plan[R, T]) -> None:
        self._client = client
        self._plan = plan
        self._gauge = Gauge()
        self._stop = Stop()
        self._breaker: CircuitBreaker[R] = CircuitBreaker(plan.abort_after, plan.concurrency.current)
        self._complete = False

    async def run(self) -> Report:
        """Run the batch to its end.

        Raises:
            BatchStopped: It ended before each row had its outcome.
            ConfigurationError: No row can be sent. Found before any row had its outcome.
            BatchError: It could not begin, or its source or output failed.
            APIError: The prices that a budget of dollars needs could not be fetched.
        """
        plan = self._plan
        first = await plan.source.first()
        prices = plan.prices
        if prices is None and plan.budget.dollars is not None:
            prices = await self._client.models.prices()
        key_of = choose_key(plan.key, first)
        intake = Intake(key_of, retry_failed=plan.retry_failed, unit=plan.source.unit, shard=plan.shard)
        output = Output(plan.sink, plan.lines)
        sink = Sink(output.done, output.failed)
        recorder = Recorder(
            sink, plan.lines, intake, self._breaker, plan.budget, plan.hint, self._stop, self._gauge, prices
        )
        try:
            earlier = read_manifest(plan.sink, force=plan.force)
            manifest = self._manifest(first, key_of, HEAD if earlier is None else earlier.head)
            check_same_batch(plan.sink, manifest, earlier, begun=output.begun, force=plan.force)
            if plan.skip_rows_of is not None:
                await anyio.to_thread.run_sync(output.learn, plan.skip_rows_of, intake)
            await anyio.to_thread.run_sync(output.load, intake)
            if output.done.size:
                self._breaker.success()
            with plan.display:
                await self._run(intake, sink, recorder)
            await anyio.to_thread.run_sync(output.verify)
            if plan.retry_failed:
                await anyio.to_thread.run_sync(lambda: output.tidy(complete=self._complete))
        finally:
            output.close()
        return self._report(intake, recorder)

    def _report(self, intake: Intake[R], recorder: Recorder[R, T]) -> Report:
        # A stop that came when every row had its outcome has stopped nothing.
        stopped = None if self._complete else self._stop.error
        concurrency = self._plan.concurrency
        report = recorder.tally.report(
            done_before=intake.done_before,
            failed_before=intake.failed_before,
            stopped=None if stopped is None else stopped.message,
            concurrency=None if isinstance(concurrency, FixedConcurrency) else concurrency.current,
            failures=whole_text(str(failed_path(self._plan.sink))),
            gauge=self._gauge,
        )
        if stopped is not None:
            stopped.report = report
            wrong = stopped.error if isinstance(stopped, BatchAbortedError) else None
            raise wrong if isinstance(wrong, ConfigurationError) and not recorder.tally.outcomes else stopped
        return report

    def _manifest(self, first: R | None, key_of: KeyOf[R] | None, head: int) -> Manifest:
        """Return the manifest. A first row that makes no call fails when it is run, not here."""
        plan = self._plan
        source = plan.source.identity(head)
        if plan.shard is not None:
            source["shard"] = str(plan.shard)
        if first is not None:
            with suppress(Exception):
                key = "the first" if key_of is None else as_key(key_of(first))
                return manifest_of(source, key, call_of(plan.request, first), plan.fingerprint)
        return manifest_of(source, None, None, plan.fingerprint)

    async def _run(self, intake: Intake[R], sink: Sink, recorder: Recorder[R, T]) -> None:
        plan = self._plan
        feed = Feed(plan.source.supply(intake, intake.only), lookahead=plan.lookahead)
        try:
            with first_error():
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(sink.run)
                    tasks.start_soon(self._show, intake, feed, recorder)
                    if plan.signals:
                        tasks.start_soon(obey_signals, self._stop, plan.display.say, plan.hint)
                    if plan.budget.seconds is not None:
                        tasks.start_soon(recorder.expire, plan.budget.seconds)
                    await run_rows(
                        feed,
                        self._perform,
                        recorder.take,
                        concurrency=plan.concurrency,
                        stop=self._stop,
                        retries=plan.retries,
                        gauge=self._gauge,
                    )
                    aborted = self._breaker.aborted is not None
                    self._complete = feed.used_up and recorder.taken == feed.taken and not aborted
                    await recorder.finish()
                    tasks.cancel_scope.cancel()
        except BatchOutputError:
            raise
        except BaseException:
            with suppress(BatchOutputError):
                await sink.finish()
            raise
        await sink.finish()
        plan.display.show(self._progress(intake, feed, recorder))

    async def _perform(self, row: R) -> T:
        return await call_of(self._plan.request, row).make(self._client)

    async def _show(self, intake: Intake[R], feed: Feed[R], recorder: Recorder[R, T]) -> None:
        display = self._plan.display
        while True:
            await anyio.sleep(display.every)
            display.show(self._progress(intake, feed, recorder))

    def _progress(self, intake: Intake[R], feed: Feed[R], recorder: Recorder[R, T]) -> Progress:
        skipped = intake.done_before + intake.failed_before
        share = self._plan.source.progress()
        if share is not None:
            # Rows are read ahead, and reading is not doing.
            share *= (recorder.taken + skipped) / max(feed.taken + feed.waiting + skipped, 1)
            if not feed.used_up:
                share = min(share, UNREAD)  # the last bytes may hold many rows that were not counted yet
        return recorder.tally.progress(
            self._gauge,
            concurrency=self._plan.concurrency.current,
            done=share,
            done_before=intake.done_before,
            failed_before=intake.failed_before,
        )
