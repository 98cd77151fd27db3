"""`AsyncCompletedJobs`: the ends of many async requests, as they come.

It polls, at most a second's worth of requests at a time; `_core.queue.schedule` decides whose turn it is. An iterator
that is left half-way has nothing open, and yields what it has already learned when it is resumed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Self

from ..._core.queue.polling import is_passing
from ..._core.queue.schedule import Poll, Schedule
from ..._io.parallel import AsyncParallel
from ...config import WaitOptions, check_seconds
from ...errors import APIError, AuthenticationError, DeadlineExceeded
from ...types.async_requests import AsyncRequestStatus
from ..calls.service import AsyncService

if TYPE_CHECKING:
    from .job import AsyncJob


class AsyncCompletedJobs:
    """Iterates over requests with their last statuses, as they end. `client.async_requests.as_completed` makes it."""

    def __init__(
        self, service: AsyncService, jobs: Iterable[AsyncJob], deadline: float | None, options: WaitOptions
    ) -> None:
        check_seconds("deadline", deadline)
        self._clock = service.caller.clock
        self._most = max(1, int(min(service.caller.limits.status_calls, service.caller.limits.concurrency)))
        self._jobs = list({(job.model_id, job.chain_id, job.request_id): job for job in jobs}.values())
        self._deadline = deadline
        self._options = options
        self._roster: Schedule[AsyncJob] | None = None
        self._end = inf
        self._over: deque[tuple[AsyncJob, AsyncRequestStatus]] = deque()
        self._refused: list[APIError] = []

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> tuple[AsyncJob, AsyncRequestStatus]:
        roster = self._roster
        if roster is None:
            now = self._clock.now()
            roster = self._roster = Schedule(self._jobs, now)
            self._end = inf if self._deadline is None else now + self._deadline
        while not self._over and roster:
            await self._round(roster)
        if self._over:
            return self._over.popleft()
        if self._refused:
            raise self._refusal()
        raise StopAsyncIteration

    async def _round(self, roster: Schedule[AsyncJob]) -> None:
        """Ask those whose turn it is, or wait until it is somebody's."""
        left = self._end - self._clock.now()
        if left <= 0:
            raise self._too_late(len(roster))
        turns = roster.take(self._clock.now(), self._most)
        if not turns:
            await self._clock.sleep(min(roster.rest(self._clock.now()), left))
            return
        try:
            answers = await AsyncParallel.run(
                [(True, partial(turn.job.question, left, self._options)) for turn in turns]
            )
        except BaseException:
            # Left in the middle: they are asked again when the iteration goes on.
            for turn in turns:
                roster.again(turn, self._clock.now())
            raise
        fatal = [
            error for turn, answer in zip(turns, answers, strict=True) if (error := self._note(roster, turn, answer))
        ]
        if fatal:
            raise fatal[0]

    def _note(self, roster: Schedule[AsyncJob], turn: Poll[AsyncJob], answer: object) -> Exception | None:
        """Take an answer in: what is wrong for all requests, or None."""
        now = self._clock.now()
        match answer:
            case AsyncRequestStatus():
                if roster.is_over(turn, answer, now):
                    self._over.append((turn.job, answer))
            case AuthenticationError():
                roster.again(turn, now)
                return answer
            case APIError() if is_passing(answer):
                roster.again(turn, now)
            case APIError():
                roster.drop(turn)
                answer.add_note(f"This was asked of {turn.job!r}.")
                self._refused.append(answer)
            case _:
                assert isinstance(answer, Exception)
                roster.again(turn, now)
                return answer
        return None

    def _refusal(self) -> APIError:
        """The first refusal, and what is known of the others; told once."""
        first, *others = self._refused
        self._refused = []
        for each in others:
            first.add_note(f"And: {each} {' '.join(getattr(each, '__notes__', ()))}")
        return first

    def _too_late(self, count: int) -> DeadlineExceeded:
        limit = self._deadline or 0.0
        return DeadlineExceeded(
            f"{count} of {len(self._jobs)} async requests had not ended after {limit:g} s; they go on.",
            phase="idle",
            limit=limit,
            advice="Call as_completed() again for those that are left, with a larger deadline=, or let a webhook tell.",
        )
