"""A run from its arguments to its report, for the async and the sync client: one engine for both.

The sync client's run has its own event loop and async client.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio.to_thread

from .._bridge import async_target
from .._runs.clock import RunClock
from .._runs.display import Show, display_of
from .._runs.loop_thread import run_in_loop
from .engine import LedgerRun
from .ledger import Ledger
from .limits import JobLimits
from .progress import SUBJECT, JobsProgress
from .queue_client import JobOptions, QueueClient
from .report import JobsReport, read_report
from .rows import Key, NewRows, Rows, supply_of
from .webhook_source import InboxLike, WebhookSource

if TYPE_CHECKING:
    from .. import AsyncChain, AsyncDeployment, Chain, Deployment


@dataclass(frozen=True, slots=True)
class SubmitArguments:
    """The arguments of the caller."""

    rows: Rows | None
    webhook: InboxLike | str
    ledger: str | os.PathLike[str]
    key: Key | None
    encode: Callable[[object], bytes]
    options: JobOptions
    limits: JobLimits
    retry_failed: bool
    progress: Show[JobsProgress]


class AsyncRun:
    """The run of an async client."""

    @staticmethod
    async def run(arguments: SubmitArguments, target: AsyncDeployment | AsyncChain) -> JobsReport:
        return await _run(arguments, target)


class Run:
    """The run of a sync client."""

    @staticmethod
    def run(arguments: SubmitArguments, target: Deployment | Chain) -> JobsReport:
        async def run() -> JobsReport:
            async with async_target(target) as twin:
                return await _run(arguments, twin)

        return run_in_loop(run)


async def _run(arguments: SubmitArguments, target: AsyncDeployment | AsyncChain) -> JobsReport:
    clock = RunClock()
    began = clock.now()
    queue = QueueClient(target, arguments.options)
    display = display_of(arguments.progress, SUBJECT)
    ledger = await anyio.to_thread.run_sync(Ledger, arguments.ledger, target.name, clock.epoch)
    try:
        source = await anyio.to_thread.run_sync(WebhookSource.of, arguments.webhook, arguments.ledger)
        if arguments.retry_failed:
            await anyio.to_thread.run_sync(ledger.transact, [Ledger.retry_failed])
        supply = None
        if arguments.rows is not None:
            supply = supply_of(arguments.rows, NewRows(ledger, arguments.encode, arguments.key))
        with display:
            await LedgerRun(ledger, supply, queue, source, arguments.limits, display, clock).run()
        # Not if the run ends early: then deliveries on their way must be kept too.
        source.close()
        return await anyio.to_thread.run_sync(read_report, arguments.ledger, clock.now() - began)
    finally:
        ledger.close()
