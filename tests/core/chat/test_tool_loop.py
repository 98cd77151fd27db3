"""A run of tools as a value: what is run, what the model is told, and when it ends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pytest
from pydantic import BaseModel

from baseten_sdk import (
    ChatCompletion,
    ChatCompletionMessage,
    DeadlineExceeded,
    InvalidRequestError,
    MaxTurnsError,
    MessageParam,
    OutputError,
    ToolArgumentError,
    ToolResult,
    tool,
)
from baseten_sdk._core.chat.dialect import ChatDialect
from baseten_sdk._core.chat.tool_loop import UNFINISHED, OnToolError, ToolLoop
from baseten_sdk._core.schema.tool import ToolLike
from baseten_sdk._core.schema.toolbox import Toolbox
from baseten_sdk.types.params import Message
from baseten_sdk.types.tool_calls import as_object

HELLO: list[MessageParam] = [{"role": "user", "content": "Hi"}]


def answer(*calls: tuple[str, str], text: str | None = None, tokens: int = 1) -> ChatCompletion:
    made = [
        {"id": f"c{place}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for place, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": text, "tool_calls": made}
    usage = {"prompt_tokens": tokens, "completion_tokens": tokens, "total_tokens": 2 * tokens}
    return ChatCompletion.model_validate({"choices": [{"message": message}], "usage": usage})


def double(x: int) -> int:
    return 2 * x


class Ask(BaseModel):
    question: str


def loop(
    *tools: ToolLike, max_turns: int = 8, on_tool_error: OnToolError = "report", messages: list[MessageParam] = HELLO
) -> ToolLoop[ChatCompletion, Message]:
    return ToolLoop(ChatDialect(), messages, Toolbox(tools or (double,)), max_turns, on_tool_error)


def turn(state: ToolLoop[ChatCompletion, Message], *calls: tuple[str, str]) -> list[ToolResult]:
    """One turn, its functions run one by one."""
    pending = state.answered(answer(*calls))
    outcomes: list[object] = []
    for each in pending:
        if each.job is not None:
            try:
                outcomes.append(each.job[1]())
            except Exception as error:
                outcomes.append(error)
    return state.ran(outcomes)


def unanswered(messages: list[Message]) -> list[str]:
    """Ids of the calls that no later message answers: with one, a server refuses the conversation."""
    made = [call.id for each in messages if isinstance(each, ChatCompletionMessage) for call in each.tool_calls]
    answered = [each.get("tool_call_id") for each in messages if isinstance(each, Mapping)]
    return [id for id in made if id not in answered]


def test_an_answer_without_calls_ends_the_run() -> None:
    state = loop()
    completion = answer(text="Hello")
    assert state.answered(completion) == []
    assert state.messages == [*HELLO, completion.message]
    assert HELLO == [{"role": "user", "content": "Hi"}]


def test_results_follow_the_calls_in_their_order() -> None:
    state = loop()
    results = turn(state, ("double", '{"x": 1}'), ("nobody", "{}"), ("double", '{"x": "a"}'), ("double", '{"x": 4}'))
    assert [each.content for each in results][0::3] == ["2", "8"]
    assert [type(each.error) for each in results] == [type(None), OutputError, ToolArgumentError, type(None)]
    told = state.messages[2:]
    assert [dict(each)["tool_call_id"] for each in told if isinstance(each, dict)] == ["c0", "c1", "c2", "c3"]
    assert {dict(each)["role"] for each in told if isinstance(each, dict)} == {"tool"}


PICTURE = [{"type": "text", "text": "half \ud83d"}, {"type": "image_url", "image_url": {"url": "https://x/a.png"}}]


def test_parts_of_a_message_are_sent_as_parts() -> None:
    def look() -> object:
        return PICTURE

    (result,) = turn(state := loop(look), ("look", "{}"))
    assert list(result.parts) == [{"type": "text", "text": "half \ufffd"}, PICTURE[1]]
    assert result.content.startswith('[{"type":"text"')
    assert dict(state.messages[-1]) == {"role": "tool", "tool_call_id": "c0", "content": list(result.parts)}


@pytest.mark.parametrize(
    "returned",
    [
        [],
        "text",
        {"type": "text", "text": "one part alone"},
        [{"type": "image", "path": "a.png"}, {"type": "text", "path": "b.txt"}],
        [{"type": "text", "text": None}],
        [{"type": "text", "text": "a"}, {"type": 1}, "b"],
        [{"type": "output_text", "text": "of another API"}],
    ],
)
def test_data_that_looks_like_parts_is_sent_as_text(returned: object) -> None:
    def find() -> object:
        return returned

    (result,) = turn(state := loop(find), ("find", "{}"))
    assert not result.parts
    assert dict(state.messages[-1])["content"] == result.content


def test_the_model_is_told_what_was_wrong_in_a_line() -> None:
    def fail() -> None:
        raise KeyError("lost")

    results = turn(loop(double, fail), ("nobody", "{}"), ("double", "{}"), ("fail", ""))
    assert results[0].content == "Error: OutputError: There is no tool 'nobody'; there are: double, fail."
    assert results[1].content.startswith(
        "Error: ToolArgumentError: The arguments of the call of double are not valid: x"
    )
    assert results[2].content == "Error: KeyError: 'lost'"


@pytest.mark.parametrize("tools", [(Ask,), ({"type": "function", "function": {"name": "Ask"}},)])
def test_a_call_that_the_caller_has_to_answer_ends_the_run(tools: tuple[ToolLike, ...]) -> None:
    state = loop(double, *tools)
    assert state.answered(answer(("double", '{"x": 1}'), ("Ask", "{}"))) == []
    assert len(state.messages) == 2


def test_the_last_turn_may_answer_but_not_call() -> None:
    state = loop(max_turns=2)
    turn(state, ("double", '{"x": 1}'))
    with pytest.raises(MaxTurnsError, match="after 2 turns") as caught:
        state.answered(answer(("double", '{"x": 1}')))
    assert caught.value.completion is state.replies[-1]
    assert len(state.replies) == 2
    assert unanswered(state.messages) == []
    other = loop(max_turns=2)
    turn(other, ("double", '{"x": 1}'))
    assert other.answered(answer(text="done")) == []


@pytest.mark.parametrize(
    ("max_turns", "on_tool_error"), [(0, "report"), (1.5, "report"), ("3", "report"), (True, "report"), (3, "ignore")]
)
def test_what_a_run_cannot_be_is_refused(max_turns: object, on_tool_error: object) -> None:
    with pytest.raises(InvalidRequestError, match=r"^(max_turns|on_tool_error) must be"):
        loop(max_turns=max_turns, on_tool_error=on_tool_error)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_usage_is_that_of_all_turns() -> None:
    state = loop()
    state.answered(answer(("double", '{"x": 1}'), tokens=3))
    state.answered(answer(text="done", tokens=4))
    assert state.usage.total_tokens == 14


def test_errors_are_to_be_raised_only_where_that_was_asked_for() -> None:
    calls = [("double", '{"x": 1}'), ("nobody", "{}"), ("double", "")]
    reporting, raising = loop(), loop(on_tool_error="raise")
    assert reporting.failure(turn(reporting, *calls)) is None
    results = turn(raising, *calls)
    assert raising.failure(results) is results[1].error
    assert raising.failure(results[:1]) is None
    assert len(raising.messages) == 5


@dataclass
class Row:
    when: date


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ("text", "text"),
        ("", ""),
        (None, "null"),
        (True, "true"),
        (3, "3"),
        ("é\u2028", "é\u2028"),
        ({"a": ["é", 1.5]}, '{"a":["é",1.5]}'),
        (Ask(question="?"), '{"question":"?"}'),
        ([Row(date(2026, 1, 2))], '[{"when":"2026-01-02"}]'),
    ],
)
def test_results_are_told_as_text_or_json(value: object, content: str) -> None:
    def give() -> object:
        return value

    (result,) = turn(loop(give), ("give", "{}"))
    assert (result.content, result.error) == (content, None)


@pytest.mark.parametrize("value", [object(), float("nan"), {1: {2, 3}}, b"\xff", lambda: 3])
def test_a_result_without_a_json_form_is_an_error_for_the_model(value: object) -> None:
    def give() -> object:
        return value

    (result,) = turn(loop(give), ("give", "{}"))
    assert result.content.startswith("Error: give has run, but its result cannot be encoded as JSON ($")
    assert "continue without the result" in result.content
    assert isinstance(result.error, ValueError)


HALF = "\ud83d"


class Mute(Exception):
    def __str__(self) -> str:
        raise ValueError("nothing to say")


@pytest.mark.parametrize(
    ("value", "content"),
    [
        (f"report-{HALF}", "report-\ufffd"),
        ({"name": HALF, HALF: [HALF]}, '{"name":"\ufffd","\ufffd":["\ufffd"]}'),
        (f"{HALF}\ude00", "\U0001f600"),
        (FileNotFoundError(HALF), "Error: FileNotFoundError: \ufffd"),
        (Mute(), "Error: Mute: no details"),
    ],
)
def test_characters_and_mute_errors_do_not_end_a_run(value: object, content: str) -> None:
    def give() -> object:
        if isinstance(value, Exception):
            raise value
        return value

    (result,) = turn(loop(give), ("give", "{}"))
    assert result.content == content


@pytest.mark.parametrize(
    ("written", "text"), [(r"a\ud83d", "a\ufffd"), (r"\uDE00z", "\ufffdz"), (r"\ud83d\ude00", "\U0001f600")]
)
def test_characters_of_arguments_cost_only_themselves(written: str, text: str) -> None:
    def repeat(word: str) -> str:
        return word

    run = loop(repeat)
    (result,) = turn(run, ("repeat", f'{{"word": "{written}"}}'))
    assert result.content == text
    sent = as_object(f'{{"word": "{written}"}}')
    assert json.loads(sent) == {"word": text}


@pytest.mark.parametrize("arguments", ["", " ", "null", "{}", " null\n"])
def test_no_arguments_are_written_in_several_ways(arguments: str) -> None:
    def now() -> str:
        return "noon"

    (result,) = turn(loop(now), ("now", arguments))
    assert result.content == "noon"


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_a_call_that_was_cut_before_its_arguments_is_not_run(reason: str) -> None:
    def now() -> str:
        return "noon"

    cut = answer(("now", ""), ("now", ""))
    cut.choices[0].finish_reason = reason
    first, last = loop(now).answered(cut)
    assert first.job is not None
    assert last.job is None
    assert isinstance(last.problem, ToolArgumentError)


def slow() -> str:
    return "done"


@pytest.mark.parametrize("on_tool_error", ["report", "raise"])
def test_a_tool_that_takes_too_long_says_so(on_tool_error: OnToolError) -> None:
    state = loop(tool(timeout=2)(slow), double, on_tool_error=on_tool_error)
    pending = state.answered(answer(("slow", "{}"), ("double", '{"x": 1}')))
    assert [each.timeout for each in pending] == [2, float("inf")]
    late, done = state.ran([UNFINISHED, 2], 5)
    assert (late.content, done.content) == ("Error: TimeoutError: slow did not end within 2 s", "2")
    assert state.failure([late, done]) is (late.error if on_tool_error == "raise" else None)


def test_the_deadline_ends_a_run_and_the_transcript_says_so() -> None:
    state = ToolLoop(ChatDialect(), HELLO, Toolbox([tool(timeout=20)(slow), double]), 8, "report", 3)
    state.answered(answer(("double", '{"x": 1}'), ("slow", "{}")))
    results = state.ran([2, UNFINISHED], 1.5)
    assert results[1].content == (
        "Error: DeadlineExceeded: The deadline of 3 s for the whole run passed while slow ran."
    )
    assert isinstance(state.failure(results), DeadlineExceeded)
    assert unanswered(state.messages) == []


def test_a_run_that_is_stopped_leaves_what_can_be_sent_again() -> None:
    state = loop(slow, double)
    state.answered(answer(("double", '{"x": 1}'), ("slow", "{}"), ("nobody", "{}")))
    assert unanswered(state.messages) == []
    assert len(state.messages) == 5
    state.ran([2, UNFINISHED], None)
    assert unanswered(state.messages) == []
    told = [each.get("content") for each in state.messages[2:] if isinstance(each, Mapping)]
    assert told[:2] == ["2", "Error: the run was stopped before this call had ended."]
