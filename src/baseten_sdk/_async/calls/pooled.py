"""The calls of a pool: each try is a call by the client's own caller, to a member that the course of the call chooses.

Theory of operation. A request is made for no member in particular. `_run` asks the course who is next, retargets the
request, and lets the client's caller send it once, with what is left of the deadline. With hedging, a second try is
sent beside a slow one. The first to answer wins, and the other is closed. A stream counts as answered at its first
event. `_core.pool` makes all decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Protocol, TypeVar

from ..._core.pool.course import Course, Decision
from ..._core.pool.first_event import FirstEvent
from ..._core.pool.member_check import MemberCheck
from ..._core.pool.members import ALONE, ONLY, PoolState, TryMember
from ..._core.pool.retarget import MemberURLs, check_members, kind_of, retarget, route_of
from ..._core.pool.settings import PoolSettings
from ..._core.reply.response import WholeResponse
from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._io.race import AsyncRace
from ..._retry_count import count_retry
from ...errors import APIError
from ...types.meta import Meta
from ...types.pool import Target
from .body import AsyncResponseStream
from .continued import AsyncContinuation
from .service import AsyncCalls

if TYPE_CHECKING:
    from .upgraded import AsyncUpgraded

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
T_contra = TypeVar("T_contra", contravariant=True)


class AsyncSend(Protocol[T_co]):
    """Sends a request to a member."""

    async def __call__(self, request: Request, options: Options, /) -> T_co: ...


class AsyncAttempt(Protocol[T_co]):
    """Makes one try. Returns None if it failed. The course has then noted the failure."""

    async def __call__(self) -> T_co | None: ...


class AsyncDiscard(Protocol[T_contra]):
    """Closes a result that came too late."""

    async def __call__(self, result: T_contra, /) -> None: ...


class AsyncPoolCaller:
    """Makes the calls of a pool.

    Args:
        caller: Makes each try.
        members: The URLs of the members, in the order of the settings.
        settings: The arguments of the pool.
    """

    def __init__(self, caller: AsyncCalls, members: tuple[MemberURLs, ...], settings: PoolSettings) -> None:
        self._caller = caller
        self._state = PoolState(settings.members, settings.hedge, settings.seed)
        self._members = members
        self._settings = settings
        self._first_event = settings.first_event
        self._on_cut = settings.on_cut
        self.limits = caller.limits
        self.clock = caller.clock
        self.budget = caller.budget
        self._options = Options(), Options(), Options()
        self._all_own = all(member.deployment is not None for member in members)

    @property
    def portable(self) -> tuple[tuple[MemberURLs, ...], PoolSettings]:
        """The parts to make the same pool's caller in the other flavor."""
        return self._members, self._settings

    async def fetch(self, request: Request, options: Options, read: Callable[[WholeResponse], T]) -> tuple[T, Meta]:
        """Make a call and read its whole reply; see `AsyncCaller.fetch`."""
        if not self._all_own or request.safety == "once":
            self._check(request)
        course: Course | None = None
        alone = self._state.alone
        # Nearly all calls end in one of the first two branches, so the course is made only after a failure.
        if alone is not None and alone.untroubled:
            given, once, _ = self._options
            if given is not options:
                once = self._once(options, ALONE)
            try:
                answer = await self._caller.fetch(retarget(request, self._members[0]), once, read)
            except APIError as error:
                now = self.clock.now()
                began = now - (error.elapsed or 0.0)
                alone.began(began)
                course = self._failed_first(request, options, ONLY, 0, error, began, late=False)
            else:
                if alone.breaker.failures:
                    alone.breaker.succeeded()
                return answer
        elif self._state.hedging is None:
            began = self.clock.now()
            order = self._state.order(options.session)
            first = self._state.first(order, began)
            number = first.member
            once = self._once(options, first)
            check = MemberCheck(self._state, number, order, (), kind_of(request, streamed=False), self.clock.now)
            try:
                answer = await self._caller.fetch(retarget(request, self._members[number], check=check), once, read)
            except APIError as error:
                course = self._failed_first(request, options, order, number, error, began, late=check.ended())
            except BaseException:
                self._state.members[number].cancelled(began, self.clock.now(), late=check.ended())
                raise
            else:
                now = self.clock.now()
                check.answered(now)
                self._state.members[number].answered(now - began, now)
                return answer
        send = partial(self._caller.fetch, read=read)
        (result, meta), course = await self._run(request, options, send, forget, course)
        return result, meta.with_tries(tuple(course.tries))

    @property
    def plain(self) -> AsyncCalls:
        """What makes single calls."""
        return self._caller

    def continuation(self, request: Request, options: Options) -> AsyncContinuation | None:
        """Return what continues a cut chat stream, if the pool was made with that setting."""
        if self._on_cut == "raise":
            return None
        return AsyncContinuation(self.go_on, self.clock, request, options)

    async def go_on(self, request: Request, options: Options, cut: Target | None) -> AsyncResponseStream:
        """Open the rest of a chat at a dedicated member. The member that was cut is the last resort."""
        self._state.cut(cut, self.clock.now())
        able = [each for each in self._state.order(options.session) if self._members[each].deployment is not None]
        return await self.open(request, options, sorted(able, key=lambda each: self._members[each].target == cut))

    async def open(self, request: Request, options: Options, order: Sequence[int] | None = None) -> AsyncResponseStream:
        """Make a call whose reply is a stream. Return once the first event has arrived."""
        limit = self._first_event
        if limit is not None:
            timeout = replace(options.timeout, first_byte=min(limit, options.timeout.first_byte or inf))
            options = replace(options, timeout=timeout)

        async def send(retargeted: Request, options: Options) -> AsyncResponseStream:
            began = self.clock.now()
            stream = await self._caller.open(retargeted, options)
            left = None if limit is None else limit - (self.clock.now() - began)
            # The route comes from the request before it has a member.
            await stream.await_first(FirstEvent.of(request, self.limits), left)
            return stream

        stream, course = await self._run(request, options, send, AsyncResponseStream.aclose, order=order, streamed=True)
        stream.meta = stream.meta.with_tries(tuple(course.tries))
        return stream

    async def connect(self, request: Request, options: Options) -> AsyncUpgraded:
        """Make a call that asks for another protocol. Return once a member has changed to it."""
        upgraded, course = await self._run(request, options, self._caller.connect, _aclose)
        upgraded.meta = upgraded.meta.with_tries(tuple(course.tries))
        return upgraded

    async def _run(
        self,
        request: Request,
        options: Options,
        send: AsyncSend[T],
        discard: AsyncDiscard[T],
        course: Course | None = None,
        order: Sequence[int] | None = None,
        *,
        streamed: bool = False,
    ) -> tuple[T, Course]:
        """Try members until one answers or there is nothing more to try.

        Args:
            send: Sends it to one member.
            discard: Closes a result that came too late.
            course: The course of the call after a failed first try.
            order: The members that may be asked, in order. None: the pool decides.
            streamed: Whether the reply is a stream.
        """
        clock = self.clock
        decision: Decision
        if course is None:
            start = clock.now()
            order = self._state.order(options.session) if order is None else order
            if not self._all_own or request.safety == "once":
                self._check(request)
            course = self._course(request, options, start, order, streamed=streamed)
            decision = course.first(start)
        else:
            decision = _again(course.next(clock.now()))
        end = course.end

        async def attempt(ask: TryMember, hedge: bool = False) -> T | None:
            began = clock.now()
            member = self._members[ask.member]
            once = self._once(options, ask)
            left = once if end == inf else once.left_of_deadline(max(end - began, 0.0))
            check = course.check(ask.member, clock.now)
            try:
                result = await send(retarget(request, member, hedge, check), left)
            except APIError as error:
                now = clock.now()
                course.failed(ask.member, error, now - began, now, hedge=hedge, late=check.ended())
                return None
            except BaseException:
                now = clock.now()
                course.cancelled(ask.member, now - began, now, hedge=hedge, late=check.ended())
                raise
            now = clock.now()
            check.answered(now)
            course.succeeded(ask.member, now - began, now, hedge=hedge)
            return result

        while isinstance(decision, TryMember):
            if decision.pause > 0:
                try:
                    await clock.sleep(decision.pause)
                except BaseException:
                    course.cancelled(decision.member, 0.0, clock.now() + decision.pause, hedge=False)
                    raise
            ask, after = decision, course.hedge_after
            if after is None:
                result = await attempt(ask)
            else:

                def second() -> AsyncAttempt[T] | None:
                    hedge = course.hedge(clock.now())
                    return None if hedge is None else partial(attempt, hedge, hedge=True)

                result = await AsyncRace[T](discard).run(partial(attempt, ask), after, second)
            if result is not None:
                return result, course
            decision = _again(course.next(clock.now()))
        raise course.error(decision)

    def _check(self, request: Request) -> None:
        """Refuse what some member cannot serve."""
        check_members(request, route_of(request), self._members)

    def _failed_first(
        self,
        request: Request,
        options: Options,
        order: Sequence[int],
        number: int,
        error: APIError,
        began: float,
        *,
        late: bool,
    ) -> Course:
        """Return the course of a call whose first try has failed."""
        course = self._course(request, options, began, order, streamed=False)
        course.tried(number)
        now = self.clock.now()
        course.failed(number, error, now - began, now, hedge=False, late=late)
        return course

    def _course(
        self, request: Request, options: Options, start: float, order: Sequence[int], *, streamed: bool
    ) -> Course:
        end = inf if options.deadline is None else start + options.deadline
        return Course(self._state, order, kind_of(request, streamed=streamed), options.retry, self.budget, end)

    def _once(self, options: Options, ask: TryMember) -> Options:
        """Return the options of one try: no retries, because the pool makes them, and no wait at a gate."""
        given, leaves, waits = self._options
        if given is not options:
            retry = options.retry
            leaves = replace(
                options, retry=replace(retry, max_retries=0), at_gate="leave" if retry.max_retries else None
            )
            waits = replace(leaves, at_gate="wait") if retry.max_retries else leaves
            self._options = options, leaves, waits
        return waits if ask.waits else leaves


async def _aclose(upgraded: AsyncUpgraded) -> None:
    """Close a connection that came too late."""
    upgraded.end()


async def forget(result: object) -> None:
    """Do nothing: a whole reply that came too late needs no closing."""


def _again(decision: Decision) -> Decision:
    """Return what to do after a failed try. Another try counts as a retry."""
    if isinstance(decision, TryMember):
        count_retry()
    return decision
