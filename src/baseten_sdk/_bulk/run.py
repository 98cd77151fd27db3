"""Runs the parts of a call with many texts, and delivers the outcome of each.

The engine is that of batches: as many workers as the concurrency allows. This module must not know what happens to
outcomes.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Sequence
from functools import partial
from math import inf
from typing import Protocol, TypeAlias, TypeVar

import anyio

from .._async.calls.service import AsyncService
from .._core.texts.cutting import BadText, Cutting, Part
from .._core.texts.gathering import Gathering
from .._runs.feed import Feed, Item, Row, Supply
from .._runs.first_error import first_error
from .._runs.supply import AsyncSupply, HereSupply, Record, ThreadSupply
from ..batch.run.engine import Deliver, Gauge, run_rows
from ..errors import BatchRowError, DeadlineExceeded
from ..types.batch import Failed, Ok, Outcome
from ..types.many import InputProgress
from ..types.meta import Meta
from .options import Bulk
from .show import show

LOOKAHEAD = 16
"""How many parts to cut before a worker asks for them."""

SOON = 1e-6
"""Timeout in seconds for a request whose deadline is over, so that it fails as such."""


class WithMeta(Protocol):
    """A result with the `Meta` of its exchange."""

    meta: Meta


V = TypeVar("V", bound=WithMeta)
R = TypeVar("R", bound=Sequence[object])

Slot: TypeAlias = Part | BadText
"""A row of the engine."""


async def run_parts(
    service: AsyncService, bulk: Bulk[V], deliver: Deliver[Slot, V], progress: Callable[[Gauge], InputProgress]
) -> None:
    """Run every part.

    Args:
        service: Makes the requests.
        deliver: Takes each outcome. An exception from it ends the run.
        progress: The progress to update.

    Raises:
        DeadlineExceeded: The deadline of the whole call is over.
    """
    caller, clock, options = service.caller, service.caller.clock, bulk.options
    deadline = inf if options.deadline is None else options.deadline
    start = clock.now()
    gauge = Gauge()

    async def perform(part: Slot) -> V:
        if isinstance(part, BadText):
            raise part.error
        left = options if deadline == inf else options.within(max(start + deadline - clock.now(), SOON))
        found, meta = await caller.fetch(bulk.call.request(part, left), left, partial(bulk.call.read, part))
        found.meta = meta
        return found

    feed = Feed(supply_of(bulk), lookahead=LOOKAHEAD)
    with first_error(), anyio.move_on_after(deadline) as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(show, bulk, lambda: progress(gauge))
            await run_rows(feed, perform, deliver, concurrency=bulk.concurrency, retries=0, gauge=gauge)
            tasks.cancel_scope.cancel()
    if scope.cancelled_caught:
        raise DeadlineExceeded(
            f"The deadline of {deadline:g} s ended the call before all inputs had been answered.",
            phase="idle",
            limit=deadline,
        )


def settle(gathering: Gathering[V, R], outcome: Outcome[Slot, V]) -> None:
    """Record an outcome.

    Raises:
        Exception: It ends the call.
    """
    match outcome:
        case Ok(row=Part() as part, value=found):
            gathering.took(part, found)
        case Failed(row=Part() as part, error=error):
            gathering.lost(part, error)
        case Failed(row=BadText() as text):
            gathering.refused(text)
        case _:
            pass


def supply_of(bulk: Bulk[V]) -> Supply[Slot]:
    """Return the parts of a call: from a sequence in the event loop, from any other iterable in a worker thread."""
    texts, cutting = bulk.texts, bulk.cutting
    if isinstance(texts, AsyncIterable):
        return AsyncSupply(_parts(cutting, texts), _admit)
    records = _records(cutting.parts(texts))
    return HereSupply(records, _admit) if isinstance(texts, Sequence) else ThreadSupply(records, _admit)


def _records(slots: Iterator[Slot]) -> Iterator[Record[Slot]]:
    for number, slot in enumerate(slots, 1):
        yield Record(number, slot)


async def _parts(cutting: Cutting, texts: AsyncIterable[object]) -> AsyncIterator[Slot]:
    source = aiter(texts)
    ended = False
    while not ended or not cutting.empty:
        while not ended and cutting.room:
            try:
                cutting.give([await anext(source)])
            except StopAsyncIteration:
                ended = True
        if not cutting.empty:
            yield cutting.take()


def _admit(record: Record[Slot]) -> Item[Slot] | None:
    return None if isinstance(record.value, BatchRowError) else Row(record.number, "", record.value)
