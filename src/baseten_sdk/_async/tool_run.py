"""A run of tools, which `run_tools` returns: it asks the model and runs its calls until the model is done."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, Self, TypeVar

from .._core.chat.tool_loop import UNFINISHED, ToolLoop
from .._io.clock import AsyncClock
from .._io.parallel import AsyncParallel
from ..errors import DeadlineExceeded, MaxTurnsError, StreamInterrupted
from ..errors.partial import PartialReply
from ..types.chat import ChatCompletion, Usage
from ..types.chunks import ChatCompletionChunk
from ..types.events import StreamEvent, ToolResult
from ..types.params import Message
from .streams.reply import AsyncReplyStream

C = TypeVar("C")
E = TypeVar("E")
M = TypeVar("M")
M_contra = TypeVar("M_contra", contravariant=True)
R = TypeVar("R", bound=PartialReply)
R_co = TypeVar("R_co", bound=PartialReply, covariant=True)


class AsyncAsk(Protocol[M_contra, R_co]):
    """Asks the model for its next turn, within the seconds that are left."""

    async def __call__(self, messages: Sequence[M_contra], left: float, /) -> R_co: ...


class AsyncToolTurns(Generic[C, E, R, M]):
    """A run of tools over any API. Iterate over it for its events, or call `until_done`.

    The events are those of the model's turns and a `ToolResult` for each call that was run. If turns are not streamed,
    each has only its last event.

    After an error, `messages`, `replies` and `usage` hold everything up to that point. You can send `messages` again: a
    call that was not run, or did not finish, has an answer that says so.

    Args:
        loop: The state of the run.
        ask: Asks for a turn as a whole.
        ask_stream: Asks for a turn as a stream. None if turns are not streamed.
        ended: Makes the last event of a turn.
        clock: Measures the deadline.
    """

    def __init__(
        self,
        loop: ToolLoop[R, M],
        ask: AsyncAsk[M, R],
        ask_stream: Callable[[Sequence[M], float], AsyncReplyStream[C, E, R]] | None,
        ended: Callable[[R], E],
        clock: AsyncClock,
    ) -> None:
        self._loop = loop
        self._clock = clock
        self._end: float | None = None
        self._ask = ask
        self._ask_stream = ask_stream
        self._last_event = ended
        self._turn: AsyncReplyStream[C, E, R] | None = None
        self._ready: deque[E | ToolResult] = deque()
        self._ended = False
        self._whole = False
        self._failure: Exception | None = None

    @property
    def messages(self) -> list[M]:
        """The whole conversation so far. Send it again to continue."""
        return self._loop.messages

    @property
    def replies(self) -> list[R]:
        """The model's replies so far, one per turn."""
        return self._loop.replies

    @property
    def usage(self) -> Usage:
        """The tokens of all turns together."""
        return self._loop.usage

    async def until_done(self) -> R:
        """Run to the end and return the model's last reply.

        A reply that calls a tool which was given as a dict or a model ends the run too. You have to answer that call.

        Raises:
            MaxTurnsError: The model still called tools after its last turn.
            DeadlineExceeded: The deadline of the run passed, in a turn or while tools ran.
            APIError: A turn failed.
            StreamInterrupted: The run was left before its end.
        """
        async for _ in self:
            pass
        if self._failure is not None:
            raise self._failure
        if not self._whole:
            last = self._loop.replies[-1] if self._loop.replies else None
            raise StreamInterrupted("The run was left before its end.", partial=last)
        return self._loop.replies[-1]

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E | ToolResult:
        ready = self._ready
        while not ready:
            if self._ended:
                raise StopAsyncIteration
            try:
                if self._failure is not None:
                    raise self._failure
                await self._more()
            except BaseException as error:
                self._failure = error if isinstance(error, Exception) else None
                await self.aclose()
                raise
        return ready.popleft()

    async def _more(self) -> None:
        """Take one step. An error that comes with events is raised after them."""
        left = self._left()
        if self._loop.pending:
            await self._run_tools(left)
            return
        try:
            if self._ask_stream is not None:
                await self._stream_on(self._ask_stream, left)
                return
            reply = await self._ask(self._loop.messages, left)
        except DeadlineExceeded as error:
            error.add_note(f"The deadline of the whole run is {self._loop.deadline:g} s.")
            raise
        self._ready.append(self._last_event(reply))
        self._answered(reply)

    def _left(self) -> float:
        """Return the seconds left of the deadline, which begins with the first step.

        Raises:
            DeadlineExceeded: There are none.
        """
        now = self._clock.now()
        if self._end is None:
            self._end = now + self._loop.deadline
        if self._end <= now and self._turn is None:
            raise self._loop.late("the next step was about to begin")
        return self._end - now

    async def _run_tools(self, left: float) -> None:
        running = [each for each in self._loop.pending if each.job is not None]
        outcomes: list[object] = [UNFINISHED] * len(running)
        limits = [min(each.timeout, left) for each in running]
        try:
            await AsyncParallel.run([each.job for each in running if each.job is not None], outcomes, limits)
        except BaseException:
            self._loop.ran(outcomes, None)
            raise
        results = self._loop.ran(outcomes, left)
        self._ready.extend(results)
        self._failure = self._loop.failure(results)

    async def _stream_on(self, ask: Callable[[Sequence[M], float], AsyncReplyStream[C, E, R]], left: float) -> None:
        if self._turn is None:
            self._turn = await ask(self._loop.messages, left).__aenter__()
        event = await anext(self._turn, None)
        if event is not None:
            self._ready.append(event)
            return
        turn, self._turn = self._turn, None
        await turn.aclose()
        self._answered(await turn.get_final_reply())

    def _answered(self, reply: R) -> None:
        try:
            self._ended = self._whole = not self._loop.answered(reply)
        except MaxTurnsError as error:
            self._failure = error

    async def aclose(self) -> None:
        """Stop the run and give the connection back. Closing twice is fine."""
        self._ended = True
        turn, self._turn = self._turn, None
        if turn is not None:
            await turn.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class AsyncToolRun(AsyncToolTurns[ChatCompletionChunk, StreamEvent[None], ChatCompletion, Message]):
    """A run of tools over chat completions. Iterate over it for its events, or call `until_done`.

    The events are those of the model's turns and a `ToolResult` for each call that was run. If turns are not streamed,
    each has only a `Finished`.

    After an error, `messages`, `completions` and `usage` hold everything up to that point. You can send `messages`
    again: a call that was not run, or did not finish, has an answer that says so.

    Example:
        run = client.chat.completions.run_tools(model=..., messages=[...], tools=[get_weather])
        completion = await run.until_done()
    """

    @property
    def completions(self) -> list[ChatCompletion]:
        """The model's replies so far, one per turn."""
        return self.replies
