"""`AsyncCompletedJobs`: async requests as they end.

It polls at most one second's worth of requests at a time; `_core.queue.schedule` decides which. An iterator that is
left halfway has nothing open. When it is resumed, it first yields what it has already learned.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Self

from ..._core.queue.schedule import Poll, Schedule
from ..._io.parallel import AsyncParallel
from ...config import WaitOptions, check_seconds
from ...errors import APIError, AuthenticationError, DeadlineExceeded
from ...types.async_requests import AsyncRequestStatus
from ..calls.service import AsyncService

if TYPE_CHECKING:
    from .job import AsyncJob


class AsyncCompletedJobs:
    """Yields requests with their last statuses, as they end. Made by `client.async_requests.as_completed`."""

    def __init__(
        self, service: AsyncService, jobs: Iterable[AsyncJob], deadline: float | None, options: WaitOptions
    ) -> None:
        deadline = check_seconds("deadline", deadline)
        self._clock = service.caller.clock
        self._most = max(1, int(min(service.caller.limits.status_calls, service.caller.limits.concurrency)))
        self._jobs = list({(job.model_id, job.chain_id, job.request_id): job for job in jobs}.values())
        self._deadline = deadline
        self._options = options
        self._schedule: Schedule[AsyncJob] | None = None
        self._end = inf
        self._over: deque[tuple[AsyncJob, AsyncRequestStatus]] = deque()
        self._refused: list[APIError] = []

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> tuple[AsyncJob, AsyncRequestStatus]:
        schedule = self._schedule
        if schedule is None:
            now = self._clock.now()
            schedule = self._schedule = Schedule(self._jobs, now)
            self._end = inf if self._deadline is None else now + self._deadline
        while not self._over and schedule:
            await self._round(schedule)
        if self._over:
            return self._over.popleft()
        if self._refused:
            raise self._refusal()
        raise StopAsyncIteration

    async def _round(self, schedule: Schedule[AsyncJob]) -> None:
        """Make the status calls that are due, or wait until one is."""
        left = self._end - self._clock.now()
        if left <= 0:
            raise self._too_late(len(schedule))
        polls = schedule.take(self._clock.now(), self._most)
        if not polls:
            await self._clock.sleep(min(schedule.rest(self._clock.now()), left))
            return
        try:
            replies = await AsyncParallel.run(
                [(True, partial(poll.job.status_within, left, self._options)) for poll in polls]
            )
        except BaseException:
            # The iteration was left halfway. When it continues, these are polled again.
            for poll in polls:
                schedule.again(poll, self._clock.now())
            raise
        fatal = [
            error for poll, reply in zip(polls, replies, strict=True) if (error := self._record(schedule, poll, reply))
        ]
        if fatal:
            raise fatal[0]

    def _record(self, schedule: Schedule[AsyncJob], poll: Poll[AsyncJob], reply: object) -> Exception | None:
        """Record what one call gave. Returns an error that concerns all requests, or None."""
        now = self._clock.now()
        match reply:
            case AsyncRequestStatus():
                if schedule.is_over(poll, reply, now):
                    self._over.append((poll.job, reply))
            case AuthenticationError():
                schedule.again(poll, now)
                return reply
            case APIError(transient=True):
                schedule.again(poll, now)
            case APIError():
                schedule.drop(poll)
                reply.add_note(f"This was the status call of {poll.job!r}.")
                self._refused.append(reply)
            case _:
                assert isinstance(reply, Exception)
                schedule.again(poll, now)
                return reply
        return None

    def _refusal(self) -> APIError:
        """Return the first refusal, with the others as notes; each is raised once."""
        first, *others = self._refused
        self._refused = []
        for each in others:
            first.add_note(f"And: {each} {' '.join(getattr(each, '__notes__', ()))}")
        return first

    def _too_late(self, count: int) -> DeadlineExceeded:
        limit = self._deadline or 0.0
        return DeadlineExceeded(
            f"{count} of {len(self._jobs)} async requests had not ended after {limit:g} s. They continue.",
            phase="idle",
            limit=limit,
            advice="Call as_completed() again with a larger deadline= to wait for the others, or use a webhook.",
        )
