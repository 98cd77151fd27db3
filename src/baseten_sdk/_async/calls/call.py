"""The call loop: it takes a request through the limiter, the transport, the timer and the retries.

Theory of operation. `fetch` reads a whole reply, `open` leaves a stream open; both hand one attempt to `_run`, which
repeats it as `_core.policy.retry` decides. An attempt holds a slot of the limiter from before it connects until its
reply was read (a stream: until it is closed), never while it waits for the next attempt. A timer bounds the attempt;
when the time is up it raises `Expired`, which becomes a public error here. Nothing is made for retries until something
fails.

It must not know what is asked for or how a reply is read: that is passed in.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Protocol, TypeVar

from ..._core.policy.phases import Expired, TimeLimits, timeout_error
from ..._core.policy.retry_budget import RetryBudget
from ..._core.reply.call_context import locate
from ..._core.reply.reading import Reading
from ..._core.reply.redaction import redact
from ..._core.reply.response import WholeResponse
from ..._core.request.auth import bearer
from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._io.clock import AsyncClock
from ..._io.key_source import AsyncKeySource
from ..._io.timer import AsyncTimer
from ...config import Limits
from ...errors import APIConnectionError, APIError, ResponseValidationError
from ...hooks import Hook, Observer, RetryEvent
from ...types.meta import Meta
from ..transports.base import AsyncOpenResponse
from ..transports.decoded import inflated
from .body import AsyncResponseStream
from .connections import AsyncConnections, AsyncLane, AsyncRoute

if TYPE_CHECKING:
    from ..._core.policy.retry import Recovery
    from ..._io.rate_state import RateState

log = logging.getLogger("baseten_sdk")

ERROR_BODY = 5.0
"""Seconds for the body behind an error status: what matters is known, and the rest is worth no long wait."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class AsyncAttempt(Protocol[T_co]):
    """One attempt at a call, with a timer of its own."""

    async def __call__(self, lane: AsyncRoute, request: Request, timer: AsyncTimer, /) -> T_co: ...


class AsyncCaller:
    """Makes the calls of a client, and of everything derived from it by `with_options`."""

    def __init__(
        self,
        *,
        key_source: AsyncKeySource,
        connections: AsyncConnections,
        limits: Limits,
        budget: RetryBudget,
        hooks: Sequence[Hook] = (),
    ) -> None:
        self.key_source = key_source
        self.connections = connections
        self.limits = limits
        self.clock = AsyncClock()
        self._budget = budget
        self._hooks = tuple(hook for hook in hooks if not isinstance(hook, Observer))
        self._meter = _meter(limits) if limits.rated else None

    async def fetch(self, request: Request, options: Options, read: Callable[[WholeResponse], T]) -> tuple[T, Meta]:
        """Make a call and read its whole reply.

        Args:
            request: what to send.
            options: what holds for the call.
            read: makes the result; it raises `ResponseValidationError` where it cannot.
        """
        answer, key, attempts, elapsed = await self._run(request, options, self._fetch_once)
        try:
            result = read(answer)
        except ResponseValidationError as error:
            locate(error, request, options, attempts, elapsed)
            redact(error, key, request.headers)
            raise
        return result, Meta(answer.status, answer.headers, attempts, elapsed, request.method, request.place)

    async def open(self, request: Request, options: Options) -> AsyncResponseStream:
        """Make a call whose reply is a stream: it returns when the headers are there and say success."""
        timeout = options.timeout
        if timeout.attempt is not None:
            options = replace(options, timeout=replace(timeout, idle=min(timeout.idle, timeout.attempt)))
        body, key, attempts, elapsed = await self._run(request, options, self._open_once)
        body.started(request, options, attempts, elapsed, key)
        return body

    async def _fetch_once(self, lane: AsyncRoute, request: Request, timer: AsyncTimer) -> WholeResponse:
        reading = Reading(self.limits.body)
        failure: Expired | APIConnectionError | None = None
        try:
            with timer:
                await lane.limiter.acquire(timer)
                try:
                    exchange = inflated(await lane.transport.send(request, timer))
                    if not reading.take(exchange.status, exchange.headers, exchange.whole()):
                        await _read(exchange, reading, timer)
                finally:
                    lane.limiter.release()
        except (Expired, APIConnectionError) as error:
            failure = error
        wrong = reading.error(failure, time.time())
        if wrong is not None:
            raise wrong
        return reading.answer()

    async def _open_once(self, lane: AsyncRoute, request: Request, timer: AsyncTimer) -> AsyncResponseStream:
        reading = Reading(self.limits.body)
        failure: Expired | APIConnectionError | None = None
        try:
            with timer:
                await lane.limiter.acquire(timer)
                try:
                    exchange = inflated(await lane.transport.send(request, timer))
                    if 200 <= exchange.status < 300:
                        return AsyncResponseStream(exchange, lane.limiter, timer)
                    if not reading.take(exchange.status, exchange.headers, exchange.whole()):
                        await _read(exchange, reading, timer)
                except BaseException:
                    lane.limiter.release()
                    raise
                lane.limiter.release()
        except (Expired, APIConnectionError) as error:
            failure = error
        wrong = reading.error(failure, time.time())
        assert wrong is not None, "an attempt that opened no stream has failed"
        raise wrong

    async def _run(
        self,
        request: Request,
        options: Options,
        attempt: AsyncAttempt[T],
    ) -> tuple[T, str, int, float]:
        """Make attempts until one succeeds or there is nothing more to try: its result, its key, their number, the
        seconds."""
        clock = self.clock
        started = clock.now()
        deadline = inf if options.deadline is None else options.deadline
        recovery: Recovery | None = None
        attempts = 0
        key = ""
        remaining = deadline
        while True:
            attempts += 1
            timer = AsyncTimer(TimeLimits(options.timeout, request.first_byte, deadline, remaining))
            try:
                key = await self.key_source.get(timer)
                ready = request.with_header("authorization", bearer(key))
                lane = self.connections.lane()
                route = lane if self._meter is None or self._meter.idle else _throttled(lane, self._meter, self.clock)
                result = await attempt(route, ready, timer)
            except Expired as expired:
                failure: APIError = timeout_error(expired.expiry)
            except APIError as error:
                failure = error
            else:
                self._budget.refund()
                return result, key, attempts, clock.now() - started

            now = clock.now()
            if recovery is None:
                recovery = _recovery(options, request, self._budget, started + deadline)
            wait = recovery.decide(failure, attempts, now)
            refusal = recovery.refusal(failure, wait)
            if refusal is not None:
                self._refused(request.place, refusal)
            if wait is None:
                locate(failure, request, options, attempts, now - started)
                redact(failure, key, request.headers)
                recovery.annotate(failure)
                raise failure
            event = RetryEvent(request.method, request.place, attempts, recovery.reason, wait, failure.request_id)
            self._tell(request, event)
            await clock.sleep(wait)
            remaining = deadline - (clock.now() - started)

    def _refused(self, place: str, seconds: float) -> None:
        """The service has answered 429: nobody else need run into it."""
        if self._meter is None:
            self._meter = _meter(self.limits)
        self._meter.refused(place, seconds, self.clock.steady())

    def _tell(self, request: Request, event: RetryEvent) -> None:
        """Tell of a retry; `request` says of which call."""
        log.info(
            "%s %s: attempt %d failed (%s), next in %.2f s, request id %s",
            event.method,
            event.url,
            event.attempt,
            event.reason,
            event.wait,
            event.request_id,
        )
        for hook in self._hooks:
            try:
                hook(event)
            except Exception:
                log.exception("A hook failed; the call goes on.")


async def _read(exchange: AsyncOpenResponse, reading: Reading, timer: AsyncTimer) -> None:
    """Read a body to its end, or until it is too large, and be done with the exchange."""
    if reading.failed:
        timer.shorten(ERROR_BODY)
    try:
        idle = False
        while not reading.full:
            if not idle and not exchange.ready:
                timer.enter("idle")
                idle = True
            piece = await exchange.receive()
            if not piece:
                break
            if reading.add(piece):
                timer.enter("idle")
    finally:
        await exchange.aclose()


def _recovery(options: Options, request: Request, budget: RetryBudget, end: float) -> Recovery:
    from ..._core.policy.retry import Recovery

    return Recovery(options.retry, request.safety, budget, end)


def _meter(limits: Limits) -> RateState:
    from ..._io.rate_state import RateState

    return RateState(limits)


def _throttled(lane: AsyncLane, meter: RateState, clock: AsyncClock) -> AsyncRoute:
    from .rate_limited import AsyncThrottledLane

    return AsyncThrottledLane(lane, meter, clock)
