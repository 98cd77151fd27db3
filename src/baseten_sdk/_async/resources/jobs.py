"""`client.jobs`: many async requests with a ledger that survives the end of the process."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..._core.queue.async_predict import InferenceRetryConfig
from ..._core.request.json_codec import encode_json

if TYPE_CHECKING:
    from ..._runs.display import Show
    from ...jobs import JobsReport
    from ...jobs.progress import JobsProgress
    from ...jobs.rows import Rows
    from ...jobs.webhook_source import InboxLike
    from .chains import AsyncChain
    from .deployments import AsyncDeployment


class AsyncJobs:
    """Many async requests at once."""

    async def submit(
        self,
        rows: Rows | None,
        *,
        deployment: AsyncDeployment | AsyncChain,
        webhook: InboxLike | str,
        ledger: str | os.PathLike[str],
        key: Callable[[object], str] | None = None,
        priority: int | None = None,
        max_time_in_queue_seconds: int | None = None,
        inference_retry_config: InferenceRetryConfig | None = None,
        max_submissions: int = 3,
        outstanding: int = 1000,
        concurrency: int = 32,
        max_queued: int = 1000,
        delivery_window: float = 40.0,
        hold: float | None = None,
        retry_failed: bool = False,
        progress: Show[JobsProgress] = "auto",
    ) -> JobsReport:
        """Submit a job for each row, and return when every row is over.

        Everything is written to the ledger first, so that a run which is interrupted, even by `kill -9`, is continued
        by the next one with the same ledger: no row is lost, and none is sent again whose request Baseten had
        acknowledged, unless it expired or its output was lost. A row whose request may have been taken, since nobody
        has seen the reply, is held until its delivery comes (a tag in the webhook's URL tells them apart), or until
        the deployment's queue was empty for a `delivery_window`.

        Example:
            ledger = "jobs.sqlite"
            async with client.webhooks.listen(url="https://example.com", secrets=[secret], store=ledger) as inbox:
                report = await client.jobs.submit(rows, deployment=deployment, webhook=inbox, ledger=ledger)
            for result in report.results():
                print(result.key, result.output)

        Args:
            rows: the inputs, each any JSON value that the deployment takes (a chain: its arguments). They are read as
                they are needed, and may be an async iterable. None: go on with what the ledger holds.
            deployment: the deployment or the chain.
            webhook: the inbox that receives the outputs. Or the URL of a receiver of yours: then outputs are not in the
                ledger, deliveries are known from the status alone, and rows of unknown fate are reported as failed,
                not sent again.
            ledger: an SQLite file; made if there is none. It may be the inbox's store too. One run at a time has it.
            key: names a row, so that rows may come in another order next time. Without it they are named by their
                positions, from 1, and have to be the same ones. A row that comes twice is sent once.
            priority: as for `async_predict`.
            max_time_in_queue_seconds: as for `async_predict`.
            inference_retry_config: as for `async_predict`.
            max_submissions: how often a row may be sent in all, when it expires or its output is lost.
            outstanding: rows that may be sent and not over; bounds the memory too.
            concurrency: submissions in flight.
            max_queued: requests in the deployment's queue, of whomever, above which no more are sent.
            delivery_window: seconds after a job's end by which its delivery has come or never will. Baseten's two
                attempts take 22 s at most; older pages have three, in 35.
            hold: seconds after which a request of unknown fate is made again even though the queue was never empty.
                None: as long as a job can live, `max_time_in_queue_seconds` and an hour.
            retry_failed: send the rows that failed in an earlier run again.
            progress: how to show it: "bar", "log", "none", a function of a `JobsProgress`, or "auto": a bar on a
                terminal where rich is installed, else a line to the log `baseten_sdk.jobs` every 15 s.

        Returns:
            Counts, durations and failures, and the results row by row. Rows that cannot be sent (too large, no JSON),
            that fail or are cancelled are reported, not raised.

        Raises:
            ConfigurationError: an argument cannot be, or the ledger cannot be opened.
            LedgerError: another run has the ledger, or it belongs to another deployment or other rows.
            APIStatusError: the key is wrong, the deployment does not exist, or there is no credit.
        """
        from ...jobs.limits import JobLimits
        from ...jobs.outcomes import longest_life
        from ...jobs.queue_client import JobOptions
        from ...jobs.run import AsyncRun, Order

        longest = longest_life(max_time_in_queue_seconds, delivery_window) if hold is None else hold
        order = Order(
            rows=rows,
            webhook=webhook,
            ledger=ledger,
            key=key,
            encode=encode_json,
            options=JobOptions(priority, max_time_in_queue_seconds, inference_retry_config),
            plan=JobLimits(max_submissions, outstanding, concurrency, max_queued, delivery_window, longest),
            retry_failed=retry_failed,
            progress=progress,
        )
        return await AsyncRun.run(order, deployment)
