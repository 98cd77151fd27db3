"""What `client.batch.map` returns: outcomes, as they come or in the order of the rows.

The engine runs in the background and passes outcomes to the queue. This file must not know how rows are run.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Generic, Self, TypeAlias, TypeVar

from ..._runs.background import Background
from ..._runs.loop_thread import LoopThread
from ...types.batch import Outcome

if TYPE_CHECKING:
    from ... import AsyncClient
from .outcome_queue import OutcomeQueue

R = TypeVar("R")
T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)
T_co = TypeVar("T_co", covariant=True)

AT_ONCE = 256
"""How many outcomes are fetched from the other thread together."""

Run: TypeAlias = Callable[[OutcomeQueue[R, T]], Awaitable[None]]
"""Runs rows and delivers their outcomes."""


class AsyncOutcomes(Generic[R_co, T_co]):
    """The outcomes of a batch, each an `Ok` or a `Failed`.

    Rows start to run with the first `async for`, or with `async with`, which ends them when it is left early. Without
    it they end when this object is garbage collected.

    Example:
        async with client.batch.map(rows, request=request) as outcomes:
            async for outcome in outcomes:
                print(outcome.key, outcome)
    """

    def __init__(self, run: Run[R_co, T_co], window: int, *, ordered: bool) -> None:
        self._run = run
        self._queue: OutcomeQueue[R_co, T_co] = OutcomeQueue(window, ordered=ordered)
        self._background: Background | None = None

    def _start(self) -> None:
        if self._background is None:
            self._background = Background(_until_ended(self._run, self._queue))
            # Nothing in the background refers to this object, or it would never be collected.
            weakref.finalize(self, self._background.abandon)

    async def take(self, most: int) -> list[Outcome[R_co, T_co]]:
        """Return the outcomes that are ready, at most `most` of them; wait for one. An empty list is the end."""
        self._start()
        return await self._queue.take(most)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Outcome[R_co, T_co]:
        outcomes = await self.take(1)
        if not outcomes:
            raise StopAsyncIteration
        return outcomes[0]

    async def __aenter__(self) -> Self:
        self._start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the rows that are in flight. Outcomes that were not read are lost."""
        if self._background is not None:
            await self._background.end()
        self._queue.end()


class Outcomes(Generic[R_co, T_co]):
    """The outcomes of a batch, each an `Ok` or a `Failed`.

    Rows start to run with the first iteration, or with `with`, which ends them when it is left early. Without it they
    end when this object is garbage collected.

    Example:
        with client.batch.map(rows, request=request) as outcomes:
            for outcome in outcomes:
                print(outcome.key, outcome)
    """

    def __init__(self, client: AsyncClient, make: Callable[[AsyncClient], AsyncOutcomes[R_co, T_co]]) -> None:
        self._client = client
        self._make = make
        self._thread: LoopThread | None = None
        self._outcomes: AsyncOutcomes[R_co, T_co] | None = None
        self._ready: deque[Outcome[R_co, T_co]] = deque()
        self._over = False

    def _start(self) -> tuple[LoopThread, AsyncOutcomes[R_co, T_co]]:
        if self._thread is None or self._outcomes is None:
            self._thread = LoopThread()
            self._outcomes = self._thread.call(self._make_outcomes)
            weakref.finalize(self, self._thread.end)
        return self._thread, self._outcomes

    async def _make_outcomes(self) -> AsyncOutcomes[R_co, T_co]:
        return self._make(self._client)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Outcome[R_co, T_co]:
        if not self._ready:
            if not self._over:
                thread, outcomes = self._start()
                try:
                    self._ready.extend(thread.call(outcomes.take, AT_ONCE))
                except BaseException:
                    self.close()
                    raise
            if not self._ready:
                self.close()
                raise StopIteration
        return self._ready.popleft()

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the rows that are in flight. Outcomes that were not read are lost."""
        self._over = True
        thread, outcomes = self._thread, self._outcomes
        if thread is None or outcomes is None or thread.interrupt is not None:
            return
        self._thread = None

        async def end() -> None:
            await outcomes.aclose()
            await self._client.aclose()
            await thread.portal.stop()

        thread.call(end)


def _until_ended(run: Run[R, T], queue: OutcomeQueue[R, T]) -> Callable[[], Awaitable[None]]:
    async def function() -> None:
        failure: BaseException | None = None
        try:
            await run(queue)
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            failure = error
        finally:
            queue.end(failure)

    return function
