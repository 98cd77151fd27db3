"""The call loop: it takes a request through the limiter, the transport, the timer and the retries.

Theory of operation. `fetch` reads a whole reply, `open` leaves a stream open; both say what becomes of a reply whose
status is one of success, and `_run` makes attempts as `_core.policy.retry` decides. An attempt holds a permit from
before it connects until its reply was read (a stream: until it is closed), never while it waits for the next attempt. A
timer bounds the attempt; when the time is up it raises `Expired`, which becomes a public error here. Nothing is made
for retries until something fails.

It must not know what is asked for or how a reply is read: that is passed in.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from math import inf
from typing import TYPE_CHECKING, TypeVar, assert_never

from ..._core.policy.gate_key import gate_key
from ..._core.policy.observers import ObservedCall
from ..._core.policy.phases import Expired, TimeLimits, is_unsent, timeout_error
from ..._core.policy.retry import GiveUp, RetryAfter, RetryState
from ..._core.policy.retry_budget import RetryBudget
from ..._core.reply.call_record import NO_KEY, CallRecord
from ..._core.reply.own_frames import without_own_frames
from ..._core.reply.reading import Reading
from ..._core.reply.response import WholeResponse
from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._io.clock import AsyncClock
from ..._io.key_source import AsyncKeySource
from ..._io.stopper import check_stopped
from ..._io.timer import AsyncTimer
from ..._retry_count import count_retry
from ...config import Limits
from ...errors import APIConnectionError, APIError, ResponseValidationError
from ...hooks import Hook, Observer, RetryEvent
from ...types.meta import Meta
from ..transports.decoded import inflated
from .body import AsyncResponseStream
from .connections import AsyncChannel, AsyncConnections
from .opened import AsyncOpened, AsyncReceive, read_body, whole

if TYPE_CHECKING:
    from ..._io.rate_state import RateState
    from .upgraded import AsyncUpgraded

log = logging.getLogger("baseten_sdk")

T = TypeVar("T")


class AsyncCaller:
    """Makes the calls of a client, and of all its copies by `with_options`."""

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
        self.budget = budget
        self._hooks = tuple(hook for hook in hooks if not isinstance(hook, Observer))
        self._rate_state = _rate_state(limits) if limits.rated else None
        self._began = time.monotonic()

    async def fetch(
        self,
        request: Request,
        options: Options,
        read: Callable[[WholeResponse], T],
        observed: ObservedCall | None = None,
    ) -> tuple[T, Meta]:
        """Make a call and read its whole reply.

        Args:
            request: The request to send.
            options: The options of the call.
            read: Makes the result. It raises `ResponseValidationError` for a reply that it cannot read.
            observed: The observers of the call.
        """
        call, answer = await self._run(request, options, observed, whole)
        now = self.clock.steady()
        try:
            result = read(answer)
        except ResponseValidationError as error:
            # The reply may echo the key. It is in this frame and in those below, which a traceback would show.
            del answer
            raise call.describe(error.with_traceback(None), now) from None
        except BaseException as error:
            # The caller's own code failed, such as a validator.
            del answer
            error.with_traceback(without_own_frames(error.__traceback__))
            raise
        return result, call.meta(answer.status, answer.headers, now)

    async def open(
        self, request: Request, options: Options, observed: ObservedCall | None = None
    ) -> AsyncResponseStream:
        """Make a call whose reply is a stream. Return once the headers have arrived and report success."""
        _, stream = await self._run(request, options, observed, self._stream, streamed=True)
        return stream

    def continuation(self, request: Request, options: Options) -> None:
        """Return None: the reader of a stream handles a cut."""

    @property
    def plain(self) -> AsyncCaller:
        """What makes single calls: this object."""
        return self

    async def connect(self, request: Request, options: Options, observed: ObservedCall | None = None) -> AsyncUpgraded:
        """Make a call that asks for another protocol. Return once the server has changed to it.

        The deadline, the limits of an attempt and the retries end there.
        """
        from .upgraded import upgraded

        async def receive(opened: AsyncOpened) -> AsyncUpgraded:
            return await upgraded(opened, self.clock)

        _, connection = await self._run(request, options, observed, receive)
        return connection

    async def _stream(self, opened: AsyncOpened) -> AsyncResponseStream:
        return AsyncResponseStream(opened, self.clock)

    async def _run(
        self,
        request: Request,
        options: Options,
        observed: ObservedCall | None,
        receive: AsyncReceive[T],
        *,
        streamed: bool = False,
    ) -> tuple[CallRecord, T]:
        """Make attempts until one succeeds or there is nothing more to try.

        Return the final record of the call, and its result.
        """
        clock = self.clock
        start = clock.steady()
        key = NO_KEY
        waited: dict[str, float] = {}
        deadline = inf if options.deadline is None else options.deadline
        stated = options.stated_deadline or deadline
        end = deadline if deadline == inf else clock.now() + deadline
        retry: RetryState | None = None
        remaining = deadline
        attempts = 0
        while True:
            attempts += 1
            channel = self.connections.channel()
            limits = TimeLimits(options.timeout, request.first_byte, stated, remaining, streamed)
            timer = channel.new_timer(limits)
            timer.check = request.check
            try:
                source = self.key_source
                key = NO_KEY if options.keyless else source.key.literal or await source.get(timer)
                call = CallRecord(request, options, start, key, attempts, observed, waited)
                result = await self._attempt(channel, call, timer, receive)
            except Expired as expired:
                failure: APIError = timeout_error(expired.expiry)
            except APIError as error:
                failure = error
            else:
                self.budget.refund()
                return call, result

            check_stopped()
            now = clock.now()
            call = CallRecord(request, options, start, key, attempts, observed, waited)
            call.describe(failure, clock.steady())
            if retry is None:
                retry = RetryState(
                    options.retry,
                    request.safety,
                    self.budget,
                    end,
                    awaits_start=bool(request.upgrade),
                )
            decision = retry.decide(failure, attempts, now)
            closed_for = retry.closed_for(failure, attempts, decision)
            if closed_for is not None:
                self._close_gate(gate_key(request), timer.sent_at, closed_for)
            match decision:
                case GiveUp():
                    retry.annotate(failure, decision)
                    try:
                        raise failure
                    finally:
                        del failure  # it refers to this frame
                case RetryAfter(seconds, reason):
                    event = RetryEvent(
                        request.method, request.url_without_query, attempts, reason, seconds, failure.request_id
                    )
                    self._report_retry(call, event)
                    await clock.sleep(seconds)
                case never:  # pyright: ignore[reportUnnecessaryComparison]  # that it cannot match is what is checked
                    assert_never(never)
            del failure
            remaining = end - clock.now()

    async def _attempt(self, channel: AsyncChannel, call: CallRecord, timer: AsyncTimer, receive: AsyncReceive[T]) -> T:
        reading = Reading(self.limits.body)
        failure: Expired | APIConnectionError | None = None
        try:
            with timer:
                permit = channel.permit(self._rate_state, self.clock)
                try:
                    if not permit.take():
                        await permit.admit(call, timer)
                    if self._rate_state is not None and not permit.rated and not self._rate_state.idle:
                        # The service has refused calls while this one waited for its slot.
                        permit.settle()
                        permit = channel.permit(self._rate_state, self.clock)
                        await permit.admit(call, timer)
                    timer.sent_at = self.clock.steady()
                    request = call.request
                    headers = request.authorized(call.key, self.key_source.scheme)
                    transport = channel.upgrading() if request.upgrade else channel.transport
                    exchange = inflated(await transport.send(request, headers, timer))
                    opened = AsyncOpened(call, exchange, permit, timer, reading)
                    reading.begin(exchange.status, exchange.headers)
                    if reading.failed or request.upgrade:
                        timer.looks = inf
                    if not reading.failed:
                        if permit.rated:
                            permit.read_limits(exchange.headers)
                        if self._rate_state is not None and not self._rate_state.idle:
                            self._rate_state.accepted(gate_key(call.request), timer.sent_at, self.clock.steady())
                        return await receive(opened)
                    await read_body(opened)
                    permit.settle()
                except BaseException as error:
                    permit.settle(None if is_unsent(error, timer.phase) else reading.tail)
                    raise
        except (Expired, APIConnectionError) as error:
            failure = error
        try:
            raise reading.error(failure, time.time())
        finally:
            del failure  # it refers to this frame

    def _close_gate(self, key: str, sent: float, seconds: float) -> None:
        """Close the gate after a 429, so that other calls do not run into it."""
        if self._rate_state is None:
            self._rate_state = _rate_state(self.limits)
        now = self.clock.steady()
        self._rate_state.refused(key, sent, seconds, now, since=self._began, accepted=self.budget.successes)

    def _report_retry(self, call: CallRecord, event: RetryEvent) -> None:
        """Report a retry of a call."""
        count_retry()
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
                log.exception("A hook failed; the call continues.")
        if call.observed is not None:
            call.observed.retrying(event)


def _rate_state(limits: Limits) -> RateState:
    from ..._io.rate_state import RateState

    return RateState(limits)
