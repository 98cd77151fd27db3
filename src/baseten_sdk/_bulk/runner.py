"""Runs calls with many inputs for both flavors of client.

A sync client runs them in its own event loop, with an `AsyncClient` of the same settings. But if its texts fit
into one request, or if it has an httpx client that belongs to its flavor, it makes its requests itself, one after
another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from .._core.texts.call import Store
from .._core.texts.cutting import BadText, Part
from .._core.texts.gathering import Gathering, InputCounts
from .._runs.loop_thread import run_in_loop
from ..batch.results.outcome_queue import OutcomeQueue
from ..batch.results.outcomes import AsyncOutcomes, Outcomes
from ..batch.run.engine import Gauge
from ..errors import DeadlineExceeded
from ..types.batch import Failed, Ok, Outcome
from ..types.many import InputProgress
from ..types.vectors import Vectors
from .options import Bulk
from .run import SOON, Slot, WithMeta, run_parts, settle
from .stream import AsyncEmbeddingStream, EmbeddingStream

if TYPE_CHECKING:
    from .._async.calls.service import AsyncService
    from .._sync.calls.service import Service

V = TypeVar("V", bound=WithMeta)
R = TypeVar("R", bound=Sequence[object])

WINDOW = 32
"""How many parts of a stream may wait for their reader."""


class AsyncBulkRunner:
    """Runs calls in the running event loop."""

    @staticmethod
    async def run(service: AsyncService, bulk: Bulk[V], store: Store[V, R]) -> R:
        """Run a call to its end."""
        gathering = Gathering(store, bulk.cutting, bulk.on_failure, bulk.rows)

        async def deliver(position: int, outcome: Outcome[Slot, V]) -> None:
            settle(gathering, outcome)

        try:
            await run_parts(service, bulk, deliver, _progress(bulk, gathering.counts))
        except DeadlineExceeded as error:
            if error.results is not None:
                raise
            late = error
        else:
            return gathering.result()
        gathering.ended(late)

    @staticmethod
    def stream(service: AsyncService, bulk: Bulk[Vectors], *, ordered: bool) -> AsyncEmbeddingStream:
        """Return an iterator over parts. Nothing runs until it is used."""
        return AsyncEmbeddingStream(_outcomes(service, bulk, ordered=ordered))


class BulkRunner:
    """Runs calls in its own event loop."""

    @staticmethod
    def run(service: Service, bulk: Bulk[V], store: Store[V, R]) -> R:
        """Run a call to its end."""
        texts: object = bulk.texts
        one = isinstance(texts, Sequence) and bulk.cutting.fits(texts)
        if isinstance(texts, Iterable) and (one or service.settings is None):
            return _run_here(service, bulk, texts, store)

        from .._bridge import async_service

        async def run() -> R:
            async with async_service(service) as twin:
                return await AsyncBulkRunner.run(twin, bulk, store)

        return run_in_loop(run)

    @staticmethod
    def stream(service: Service, bulk: Bulk[Vectors], *, ordered: bool) -> EmbeddingStream:
        """Return an iterator over parts. Nothing runs until it is used."""
        from .._bridge import service_over, to_async

        return EmbeddingStream(
            Outcomes(
                to_async(service.portable()),
                lambda client: _outcomes(service_over(service, client), bulk, ordered=ordered),
            )
        )


def _run_here(service: Service, bulk: Bulk[V], texts: Iterable[object], store: Store[V, R]) -> R:
    """Make the requests of a call one after another, with the client itself."""
    gathering = Gathering(store, bulk.cutting, bulk.on_failure, bulk.rows)
    clock, deadline = service.caller.clock, bulk.options.deadline
    start = clock.now()
    for slot in bulk.cutting.parts(texts):
        if isinstance(slot, BadText):
            gathering.refused(slot)
            continue
        left = bulk.options
        if deadline is not None:
            left = left.within(max(start + deadline - clock.now(), SOON))
        try:
            request = bulk.call.request(slot, left)
            found, meta = service.caller.fetch(request, left, partial(bulk.call.read, slot))
        except Exception as error:
            gathering.lost(slot, error)
        else:
            found.meta = meta
            gathering.took(slot, found)
    return gathering.result()


def _outcomes(service: AsyncService, bulk: Bulk[Vectors], *, ordered: bool) -> AsyncOutcomes[Slot, Vectors]:
    counts = InputCounts()

    async def run(queue: OutcomeQueue[Slot, Vectors]) -> None:
        async def deliver(position: int, outcome: Outcome[Slot, Vectors]) -> None:
            match outcome:
                case Ok(value=found):
                    counts.done += len(found)
                case Failed(row=row, error=error):
                    if bulk.on_failure == "raise" or counts.ended_by(error):
                        raise error
                    counts.failed += len(row.texts) if isinstance(row, Part) else 1
            await queue.deliver(position, outcome)

        await run_parts(service, bulk, deliver, _progress(bulk, counts))

    return AsyncOutcomes(run, WINDOW, ordered=ordered)


def _progress(bulk: Bulk[V], counts: InputCounts) -> Callable[[Gauge], InputProgress]:
    began = monotonic()

    def progress(gauge: Gauge) -> InputProgress:
        seconds = monotonic() - began
        return InputProgress(counts.done, counts.failed, bulk.rows, gauge.in_flight, bulk.concurrency.current, seconds)

    return progress
