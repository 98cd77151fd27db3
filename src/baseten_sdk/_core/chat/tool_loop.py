"""A run of tools as a value that changes: the transcript, the replies, and what comes next.

In each turn, the model answers. If it calls tools that can be run, they are run, and their results go back to it. If it
calls a tool that was given as a plain dict or a model, the caller has to answer, so the run ends there. Unknown tools,
invalid arguments, and functions that raise or take too long are reported to the model so that it can do better, or
raised, as `on_tool_error` says. However a run ends, its transcript can be sent again: every call of a runnable tool has
an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Generic, Literal, TypeAlias, TypeVar

from pydantic import BaseModel
from pydantic_core import from_json

from ..._characters import whole_text
from ..._numbers import as_number
from ...errors import BasetenError, DeadlineExceeded, InvalidRequestError, MaxTurnsError, OutputError
from ...types.chat import ChatCompletion, Usage
from ...types.events import ToolResult
from ...types.tool_calls import ParsedToolCall
from ..request.json_codec import encode_tool_result
from ..schema.tool import Tool
from ..schema.toolbox import BadArguments, Toolbox
from .dialect import Dialect, Result
from .output import CUT_BEFORE, cut_short
from .result_parts import Shapes, are_parts

R = TypeVar("R")
M = TypeVar("M")

OnToolError: TypeAlias = Literal["report", "raise"]

Job: TypeAlias = tuple[bool, Callable[[], object]]


class _Unfinished:
    """Marks the outcome of a function that has not ended."""


UNFINISHED = _Unfinished()

STOPPED = "Error: the run was stopped before this call had ended."


@dataclass(frozen=True, slots=True)
class Pending:
    """A call to answer in this turn: by running a function, or with what is wrong with the call.

    Attributes:
        job: The function to run, and whether it is async. None if the call is invalid.
        problem: What is wrong with it.
        timeout: How many seconds its tool may take.
    """

    tool_call: ParsedToolCall
    job: Job | None
    problem: Exception | None
    timeout: float = inf


class ToolLoop(Generic[R, M]):
    """The state of one run.

    Args:
        dialect: How the API adds turns to the conversation.
        messages: The conversation to start with.
        max_turns: How often the model may answer.
        on_tool_error: Whether errors are reported to the model or raised.
        deadline: Seconds for the whole run.

    Attributes:
        replies: The model's replies so far.
        deadline: Seconds for the whole run.
        pending: The calls to answer now.

    Raises:
        InvalidRequestError: `max_turns` is not an integer of at least 1, or `on_tool_error` is neither word.
    """

    def __init__(
        self,
        dialect: Dialect[R, M],
        messages: Iterable[M],
        toolbox: Toolbox,
        max_turns: int,
        on_tool_error: OnToolError,
        deadline: float = inf,
    ) -> None:
        most = as_number(max_turns)
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise InvalidRequestError(f"max_turns must be an integer of at least 1, not {max_turns!r}.")
        if on_tool_error not in ("report", "raise"):
            raise InvalidRequestError(f'on_tool_error must be "report" or "raise", not {on_tool_error!r}.')
        self.replies: list[R] = []
        self.deadline = deadline
        self.pending: list[Pending] = []
        self._dialect = dialect
        self._messages: list[M] = list(messages)
        self._toolbox = toolbox
        self._max_turns = most
        self._raises = on_tool_error == "raise"

    @property
    def messages(self) -> list[M]:
        """The conversation so far. A call without a result is answered with a note that it did not end."""
        if not self.pending:
            return self._messages
        stopped = [Result(each.tool_call.id, STOPPED, failed=True) for each in self.pending]
        return [*self._messages, *self._dialect.results(stopped)]

    @property
    def usage(self) -> Usage:
        """The tokens of all turns together."""
        return ChatCompletion.usage_of(map(self._dialect.completion, self.replies))

    def answered(self, reply: R) -> list[Pending]:
        """Add the model's answer. Return the calls to run now, or none if the run has ended.

        Raises:
            MaxTurnsError: The model wants more, but has had all its turns.
        """
        completion = self._dialect.completion(reply)
        self.replies.append(reply)
        self._messages += self._dialect.turn(reply)
        calls = completion.message.tool_calls
        if not calls or any(self._is_for_caller(call.function.name) for call in calls):
            return []
        if len(self.replies) >= self._max_turns:
            problem = f"Error: not run, since this was the last of {self._max_turns} turns."
            self._messages += self._dialect.results([Result(call.id, problem, failed=True) for call in calls])
            raise MaxTurnsError(f"The model still calls tools after {self._max_turns} turns.", completion=completion)
        read = [self._toolbox.read(call) for call in calls]
        last = calls[-1].function
        if cut_short(completion) is not None and not last.arguments.strip():
            # If the answer was cut before any arguments, "no arguments" would look complete.
            call = ParsedToolCall(calls[-1].id, last.name, last.arguments)
            read[-1] = BadArguments(call, CUT_BEFORE)
        self.pending = [self._pending(each, completion) for each in read]
        return self.pending

    def _is_for_caller(self, name: str) -> bool:
        return self._toolbox.tool(name) is None and self._toolbox.knows(name)

    def _pending(self, read: ParsedToolCall | BadArguments, completion: ChatCompletion) -> Pending:
        if isinstance(read, BadArguments):
            return Pending(read.tool_call, None, read.error(completion))
        tool = self._toolbox.tool(read.name)
        if tool is None or read.parsed is None:
            known = ", ".join(self._toolbox.names) or "none"
            problem = OutputError(f"There is no tool {read.name!r}; there are: {known}.", completion=completion)
            return Pending(read, None, problem)
        return Pending(read, _job(tool, read.parsed), None, inf if tool.timeout is None else tool.timeout)

    def ran(self, outcomes: Sequence[object], left: float | None = inf) -> list[ToolResult]:
        """Add the outcomes of the functions. Return the results for the model.

        Args:
            outcomes: What the functions of the pending calls returned or raised, in the order of the calls that have
                one. `UNFINISHED` for one that has not ended.
            left: Seconds of the deadline that were left when they began. None if the run was stopped.
        """
        pending, self.pending = self.pending, []
        values = iter(outcomes)
        results: list[ToolResult] = []
        for each in pending:
            outcome = each.problem if each.job is None else next(values)
            if outcome is not UNFINISHED:
                results.append(_result(each.tool_call, outcome, self._dialect.parts))
            elif left is None:
                results.append(ToolResult(each.tool_call, STOPPED))
            else:
                results.append(_result(each.tool_call, self._too_late(each, left), self._dialect.parts))
        self._messages += self._dialect.results(
            [Result(each.tool_call.id, each.parts or each.content, failed=each.error is not None) for each in results]
        )
        return results

    def _too_late(self, pending: Pending, left: float) -> Exception:
        name = pending.tool_call.name
        if pending.timeout <= left:
            return TimeoutError(f"{name} did not end within {pending.timeout:g} s")
        return self.late(f"{name} ran")

    def late(self, doing: str) -> DeadlineExceeded:
        """Return the error of a run whose deadline has passed."""
        message = f"The deadline of {self.deadline:g} s for the whole run passed while {doing}."
        advice = "Raise deadline=, or bound the tools with @tool(timeout=...)."
        return DeadlineExceeded(message, phase="tool", limit=self.deadline, advice=advice)

    def failure(self, results: list[ToolResult]) -> Exception | None:
        """Return the error to raise after a turn: the first one if errors are to be raised, otherwise that of the
        deadline.
        """
        errors = [result.error for result in results if result.error is not None]
        return next((each for each in errors if self._raises or _is_of_run(each)), None)


def _is_of_run(error: Exception) -> bool:
    return isinstance(error, DeadlineExceeded) and error.phase == "tool"


def _job(tool: Tool[..., object], arguments: BaseModel) -> Job:
    return tool.is_async, partial(tool.run, arguments)


def _result(call: ParsedToolCall, outcome: object, shapes: Shapes) -> ToolResult:
    if isinstance(outcome, Exception):
        return ToolResult(call, f"Error: {_described(outcome)}", outcome)
    if isinstance(outcome, str):
        return ToolResult(call, whole_text(outcome))
    try:
        content = encode_tool_result(outcome)
    except InvalidRequestError as error:
        problem = error.message.removeprefix("The body cannot be sent as JSON. ")
        content = (
            f"Error: {call.name} has run, but its result cannot be encoded as JSON ({problem}) "
            "Calling it again would not help: continue without the result, or say that it is not available."
        )
        return ToolResult(call, content, error)
    parts: list[Mapping[str, object]] = from_json(content) if are_parts(outcome, shapes) else []
    return ToolResult(call, content, parts=parts)


def _described(error: Exception) -> str:
    """Describe an error to the model: its class and its message, without a traceback."""
    try:
        words = error.message if isinstance(error, BasetenError) else str(error)
    except Exception:  # A class of the caller's code whose own text raises.
        words = "no details"
    return whole_text(f"{type(error).__name__}: {words}")
