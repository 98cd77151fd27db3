"""`client.jobs`: many async requests, with a ledger that survives the process."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from ..._core.queue.async_predict import InferenceRetryConfig
from ..._core.request.json_codec import encode_json

if TYPE_CHECKING:
    from ..._runs.display import Show
    from ...jobs import JobsReport
    from ...jobs.progress import JobsProgress
    from ...jobs.webhook_source import InboxLike
    from .chains import AsyncChain
    from .deployments import AsyncDeployment

R = TypeVar("R")


class AsyncJobs:
    """Many async requests at once."""

    async def submit(
        self,
        rows: Iterable[R] | AsyncIterable[R] | None,
        *,
        deployment: AsyncDeployment | AsyncChain,
        webhook: InboxLike | str,
        ledger: str | os.PathLike[str],
        key: Callable[[R], str] | None = None,
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
        """Submit a job for each row. Returns once every row has succeeded or failed.

        Everything is written to the ledger first. If a run is interrupted, even by `kill -9`, the next run with the
        same ledger continues it. No row is lost. No request that Baseten acknowledged is sent again, unless it expired
        or its output was lost. If the reply to a request was never seen, its row is held until the delivery comes (a
        tag in the webhook's URL identifies it) or the deployment's queue was empty for a `delivery_window`.

        Example:
            ledger = "jobs.sqlite"
            async with client.webhooks.listen(url="https://example.com", secrets=[secret], store=ledger) as inbox:
                report = await client.jobs.submit(rows, deployment=deployment, webhook=inbox, ledger=ledger)
            for result in report.results():
                print(result.key, result.output)

        Args:
            rows: The inputs, each any JSON value that the deployment takes (for a chain, its arguments). They are read
                as needed, and may be an async iterable. None: continue with the rows in the ledger.
            deployment: The deployment or the chain.
            webhook: The inbox that receives the outputs. Or the URL of your own receiver. Then the ledger holds no
                outputs, only the status shows deliveries, and rows whose fate is unknown are reported as failed.
            ledger: An SQLite file, created if missing. It may also be the inbox's store. Only one run at a time may use
                it.
            key: Returns the name of a row, so that rows may come in another order next time. Without it, rows are named
                by their positions, from 1, and must be the same every time. Duplicate rows are sent once.
            priority: As for `async_predict`.
            max_time_in_queue_seconds: As for `async_predict`.
            inference_retry_config: As for `async_predict`.
            max_submissions: How often a row may be sent in all, when it expires or its output is lost.
            outstanding: How many rows may be sent and not over. It bounds memory too.
            concurrency: Submissions in flight.
            max_queued: Send no more while the deployment's queue holds this many requests, from any sender.
            delivery_window: Seconds after the end of a job by which its delivery has come, or never will. Baseten's two
                attempts take 22 s at most; older documentation has three, in 35 s.
            hold: Seconds after which a request whose fate is unknown is sent again even if the queue was never empty.
                None: as long as a job can live, `max_time_in_queue_seconds` and one hour.
            retry_failed: Send the rows that failed in an earlier run again.
            progress: How to show progress: "bar", "log", "none", a function of a `JobsProgress`, or "auto": a bar if
                the terminal allows and rich is installed, else a line to the log `baseten_sdk.jobs` every 15 s.

        Returns:
            Counts, durations and failures, and the results row by row. Rows that cannot be sent (too large, not JSON),
            that fail or are canceled are reported, not raised.

        Raises:
            ConfigurationError: An argument is invalid, or the ledger cannot be opened.
            LedgerError: Another run uses the ledger, or it belongs to another deployment or to other rows.
            APIStatusError: The key is wrong, the deployment does not exist, or there is no credit.
        """
        from ...jobs.limits import JobLimits
        from ...jobs.outcomes import longest_life
        from ...jobs.queue_client import JobOptions
        from ...jobs.run import AsyncRun, SubmitArguments

        deployment._urls.at("async_queue_status")  # raises for a container, which has no queue
        longest = longest_life(max_time_in_queue_seconds, delivery_window) if hold is None else hold
        order = SubmitArguments(
            rows=rows,
            webhook=webhook,
            ledger=ledger,
            key=key,
            encode=encode_json,
            options=JobOptions(priority, max_time_in_queue_seconds, inference_retry_config),
            limits=JobLimits(max_submissions, outstanding, concurrency, max_queued, delivery_window, longest),
            retry_failed=retry_failed,
            progress=progress,
        )
        return await AsyncRun.run(order, deployment)
