"""A run of tools as a value that changes: the transcript, the replies, and what comes next.

Each turn the model answers. If it calls tools that can be run, they are, and their results go back to it; if it calls a
tool that was given as a plain dict or a model, the caller has to answer, so the run ends there. A call of a tool that
does not exist, arguments that do not validate and functions that raise are told to the model, which can do better; or
raised, if that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from pydantic import BaseModel

from ...errors import BasetenError, MaxTurnsError, OutputError
from ...types.chat import ChatCompletion, Usage
from ...types.events import ToolResult
from ...types.params import Message
from ...types.tool_calls import ParsedToolCall
from ..request.json_codec import encode_json
from ..schema.tool import BadArguments, Tool, Toolbox

OnToolError: TypeAlias = Literal["report", "raise"]

Job: TypeAlias = tuple[bool, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Pending:
    """A call that is answered this turn: by running a function, or by what is wrong with the call."""

    tool_call: ParsedToolCall
    job: Job | None
    problem: Exception | None


class ToolLoop:
    """The state of one run.

    Args:
        messages: the conversation to start with.
        toolbox: the tools.
        max_turns: how often the model may answer.
        on_tool_error: whether errors are reported to the model or raised.

    Attributes:
        messages: the conversation so far.
        completions: the model's replies so far.
    """

    def __init__(
        self, messages: Iterable[Message], toolbox: Toolbox, max_turns: int, on_tool_error: OnToolError
    ) -> None:
        self.messages: list[Message] = list(messages)
        self.completions: list[ChatCompletion] = []
        self._toolbox = toolbox
        self._max_turns = max_turns
        self._raises = on_tool_error == "raise"

    @property
    def usage(self) -> Usage:
        """Tokens of all turns together."""
        return ChatCompletion.usage_of(self.completions)

    def answered(self, completion: ChatCompletion) -> list[Pending]:
        """The model has answered: the calls to run now; none if the run has ended.

        Raises:
            MaxTurnsError: the model wants more, and has had all its turns.
        """
        self.completions.append(completion)
        self.messages.append(completion.message)
        calls = completion.message.tool_calls
        if not calls or any(self._is_callers(call.function.name) for call in calls):
            return []
        if len(self.completions) >= self._max_turns:
            raise MaxTurnsError(f"The model still calls tools after {self._max_turns} turns.", completion=completion)
        return [self._pending(self._toolbox.read(call), completion) for call in calls]

    def _is_callers(self, name: str) -> bool:
        return self._toolbox.tool(name) is None and self._toolbox.knows(name)

    def _pending(self, read: ParsedToolCall | BadArguments, completion: ChatCompletion) -> Pending:
        if isinstance(read, BadArguments):
            return Pending(read.tool_call, None, read.error(completion))
        tool = self._toolbox.tool(read.name)
        if tool is None or read.parsed is None:
            known = ", ".join(self._toolbox.names) or "none"
            problem = OutputError(f"There is no tool {read.name!r}; there are: {known}.", completion=completion)
            return Pending(read, None, problem)
        return Pending(read, _job(tool, read.parsed), None)

    def ran(self, pending: list[Pending], outcomes: list[object]) -> list[ToolResult]:
        """The functions have run: what the model is told.

        Args:
            pending: the calls of this turn.
            outcomes: what their functions returned or raised, in the order of those that have one.
        """
        values = iter(outcomes)
        results = [_result(each, next(values) if each.job is not None else each.problem) for each in pending]
        for result in results:
            self.messages.append({"role": "tool", "tool_call_id": result.tool_call.id, "content": result.content})
        return results

    def failure(self, results: list[ToolResult]) -> Exception | None:
        """The first error of a turn, if errors are to be raised."""
        errors = (result.error for result in results if result.error is not None)
        return next(errors, None) if self._raises else None


def _job(tool: Tool[..., object], arguments: BaseModel) -> Job:
    return tool.is_async, partial(tool.run, arguments)


def _result(pending: Pending, outcome: object) -> ToolResult:
    if isinstance(outcome, Exception):
        return ToolResult(pending.tool_call, f"Error: {_told(outcome)}", outcome)
    try:
        content = outcome if isinstance(outcome, str) else encode_json(outcome).decode()
    except ValueError as error:
        return ToolResult(pending.tool_call, f"Error: {_told(error)}", error)
    return ToolResult(pending.tool_call, content)


def _told(error: Exception) -> str:
    """An error as the model is told of it: its class and its own words, no traceback."""
    return f"{type(error).__name__}: {error.message if isinstance(error, BasetenError) else error}"
