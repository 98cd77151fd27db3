"""How batches are run from either flavour: in the running event loop, or in one of their own.

It must not know what a batch does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .._runs.loop_thread import run_in_loop
from ..types.batch import Report
from .options import MapOptions, RunOptions
from .prepare import Key, PathLike, Request, Rows, job, outcomes
from .results.outcomes import AsyncOutcomes, Outcomes

if TYPE_CHECKING:
    from .. import AsyncClient, Client


class AsyncRunner:
    """In the running event loop."""

    @staticmethod
    async def run(
        client: AsyncClient,
        source: Rows,
        sink: PathLike,
        request: Request | None,
        key: Key | None,
        output: Callable[..., object] | None,
        row_type: type[object] | None,
        options: RunOptions,
    ) -> Report:
        """Run a job to its end."""
        return await job(client, source, sink, request, key, output, row_type, options).run()

    @staticmethod
    def map(
        client: AsyncClient,
        source: Rows,
        request: Request | None,
        key: Key | None,
        row_type: type[object] | None,
        ordered: bool,
        window: int | None,
        options: MapOptions,
    ) -> AsyncOutcomes[object, object]:
        """Outcomes, still to be asked for."""
        return outcomes(client, source, request, key, row_type, ordered, window, options)


class Runner:
    """In an event loop of its own, with an `AsyncClient` of the same configuration."""

    @staticmethod
    def run(
        client: Client,
        source: Rows,
        sink: PathLike,
        request: Request | None,
        key: Key | None,
        output: Callable[..., object] | None,
        row_type: type[object] | None,
        options: RunOptions,
    ) -> Report:
        """Run a job to its end, in this thread where no event loop is running in it, so that it gets the signals."""

        async def run() -> Report:
            async with client.to_async() as twin:
                return await job(twin, source, sink, request, key, output, row_type, options).run()

        return run_in_loop(run)

    @staticmethod
    def map(
        client: Client,
        source: Rows,
        request: Request | None,
        key: Key | None,
        row_type: type[object] | None,
        ordered: bool,
        window: int | None,
        options: MapOptions,
    ) -> Outcomes[object, object]:
        """Outcomes, still to be asked for."""

        def make(twin: AsyncClient) -> AsyncOutcomes[object, object]:
            return outcomes(twin, source, request, key, row_type, ordered, window, options)

        return Outcomes(client.to_async(), make)
