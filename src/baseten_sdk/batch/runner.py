"""Batches of either flavor of client: in the running event loop, or in one of their own.

It must not know what a batch does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._runs.loop_thread import run_in_loop
from ..types.batch import Report
from .options import MapArguments, RunArguments
from .prepare import prepare_map, prepare_run
from .results.outcomes import AsyncOutcomes, Outcomes

if TYPE_CHECKING:
    from .. import AsyncClient, Client


class AsyncRunner:
    """In the running event loop."""

    @staticmethod
    async def run(client: AsyncClient, arguments: RunArguments) -> Report:
        """Run a batch to its end."""
        return await prepare_run(client, arguments).run()

    @staticmethod
    def map(client: AsyncClient, arguments: MapArguments) -> AsyncOutcomes[object, object]:
        """Return outcomes; nothing runs until they are iterated over."""
        return prepare_map(client, arguments)


class Runner:
    """In its own event loop, with an `AsyncClient` of the same configuration."""

    @staticmethod
    def run(client: Client, arguments: RunArguments) -> Report:
        """Run a batch to its end, in this thread if no event loop runs in it, so that it receives signals."""

        async def run() -> Report:
            async with client.to_async() as twin:
                return await prepare_run(twin, arguments).run()

        return run_in_loop(run)

    @staticmethod
    def map(client: Client, arguments: MapArguments) -> Outcomes[object, object]:
        """Return outcomes; nothing runs until they are iterated over."""
        return Outcomes(client.to_async(), lambda twin: prepare_map(twin, arguments))
