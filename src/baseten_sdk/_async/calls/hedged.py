"""The calls of a client that hedges: it sends a second request to the same place if the first one is slow.

Theory of operation. A call is sent as usual, with its retries. If it has no answer after the delay, the same request is
sent again. The first to answer wins, and the other is closed. A stream counts as answered at its first event.
`_core.pool.hedging` decides when and how often. A client that does not hedge never imports this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ..._core.policy.gate_key import gate_key
from ..._core.pool.first_event import FirstEvent
from ..._core.pool.hedging import Hedging, is_hedgeable
from ..._core.reply.response import WholeResponse
from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._io.race import AsyncRace
from ...errors import APIError
from ...types.meta import Meta
from ...types.pool import Hedge
from .body import AsyncResponseStream
from .call import AsyncCaller
from .pooled import AsyncAttempt, AsyncDiscard, AsyncSend, forget

if TYPE_CHECKING:
    from .upgraded import AsyncUpgraded

T = TypeVar("T")


class AsyncHedgedCaller:
    """Makes calls, and hedges those that may be sent twice.

    Args:
        caller: Makes each request.
        hedge: When to send the second one.

    Attributes:
        plain: Makes calls without hedges.
    """

    def __init__(self, caller: AsyncCaller, hedge: Hedge) -> None:
        self.plain = caller
        self._hedging = Hedging(hedge)
        self.limits = caller.limits
        self.clock = caller.clock
        self.budget = caller.budget

    async def fetch(self, request: Request, options: Options, read: Callable[[WholeResponse], T]) -> tuple[T, Meta]:
        """Make a call and read its whole reply; see `AsyncCaller.fetch`."""
        if not is_hedgeable(request):
            return await self.plain.fetch(request, options, read)

        async def send(request: Request, options: Options) -> tuple[T, Meta]:
            return await self.plain.fetch(request, options, read)

        return await self._run(request, options, send, forget)

    async def open(self, request: Request, options: Options) -> AsyncResponseStream:
        """Make a call whose reply is a stream. Return once the first event has arrived."""
        if not is_hedgeable(request):
            return await self.plain.open(request, options)

        async def send(request: Request, options: Options) -> AsyncResponseStream:
            stream = await self.plain.open(request, options)
            await stream.await_first(FirstEvent.of(request, self.limits), None)
            return stream

        return await self._run(request, options, send, AsyncResponseStream.aclose)

    async def connect(self, request: Request, options: Options) -> AsyncUpgraded:
        """Make a call that asks for another protocol, without a hedge: a second connection gains nothing."""
        return await self.plain.connect(request, options)

    def continuation(self, request: Request, options: Options) -> None:
        """Return None: the reader of a stream handles a cut."""

    async def _run(self, request: Request, options: Options, send: AsyncSend[T], discard: AsyncDiscard[T]) -> T:
        """Send a request, and a second one if it is slow.

        Return the first answer, or raise the error of the first failure.
        """
        clock, route, hedging = self.clock, gate_key(request), self._hedging
        start = clock.now()
        errors: list[APIError] = []

        async def attempt(request: Request, options: Options) -> T | None:
            began = clock.now()
            try:
                result = await send(request, options)
            except APIError as error:
                errors.append(error)
                return None
            hedging.answered(route, clock.now() - began)
            return result

        def second() -> AsyncAttempt[T] | None:
            if not hedging.take():
                return None
            once = replace(options, retry=replace(options.retry, max_retries=0))
            if options.deadline is not None:
                once = once.left_of_deadline(max(options.deadline - (clock.now() - start), 0.0))
            return partial(attempt, request._replace(hedge=True), once)

        after = hedging.began(route)
        first = partial(attempt, request, options)
        result = await first() if after is None else await AsyncRace[T](discard).run(first, after, second)
        if result is None:
            raise errors[0]
        return result
