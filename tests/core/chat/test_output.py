"""From an answer to its object, or to the error that says why there is none and holds what there was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel, Field
from pydantic_core import to_json
from typing_extensions import TypedDict

from baseten_sdk import (
    ChatCompletion,
    ContentFilterError,
    LengthLimitError,
    OutputError,
    OutputValidationError,
    RefusalError,
    Schema,
    ToolArgumentError,
    schema_for,
)
from baseten_sdk._core.chat.output import read_answer, read_output
from baseten_sdk._core.schema.toolbox import Toolbox


class Item(BaseModel):
    name: str
    price: float = Field(ge=0)
    inner: Item | None = None


ITEM = schema_for(Item)
WHOLE = '{"name": "pen", "price": 2.5, "inner": null}'


def said(content: str | None, finish: str | None = "stop", **message: object) -> ChatCompletion:
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    return ChatCompletion.model_validate({"choices": [choice], "usage": usage})


def failed(completion: ChatCompletion, kind: type[OutputError]) -> OutputError:
    with pytest.raises(OutputError) as caught:
        read_output(ITEM, completion)
    error = caught.value
    assert type(error) is kind
    assert error.completion is completion
    assert error.usage.total_tokens == 7
    return error


@pytest.mark.parametrize("finish", ["stop", None, "tool_calls", "eos"])
def test_an_answer_is_read_whatever_the_backend_calls_its_end(finish: str | None) -> None:
    assert read_output(ITEM, said(WHOLE, finish)) == Item(name="pen", price=2.5)


def test_a_refusal_is_an_error_with_its_words() -> None:
    error = failed(said(None, refusal="I would rather not."), RefusalError)
    assert "I would rather not." in str(error)


def test_a_refusal_counts_even_beside_content() -> None:
    failed(said(WHOLE, refusal="No."), RefusalError)


def test_an_answer_cut_at_the_limit_keeps_what_can_be_read() -> None:
    error = failed(said('{"name": "pen", "price": 2.5, "inner": {"name": "in', "length"), LengthLimitError)
    assert isinstance(error.partial, Item)
    assert (error.partial.name, error.partial.price) == ("pen", 2.5)
    assert error.partial.inner is not None
    assert error.partial.inner.name == "in"
    assert "max_tokens" in str(error)


def test_reasoning_that_took_all_tokens_is_a_length_error() -> None:
    assert failed(said(None, "length", reasoning_content="hmm"), LengthLimitError).partial is None


def test_a_content_filter_is_an_error_that_keeps_what_can_be_read() -> None:
    error = failed(said('{"name": "pe', "content_filter"), ContentFilterError)
    assert isinstance(error.partial, Item)
    assert error.partial.name == "pe"


def test_an_answer_that_does_not_validate_says_where() -> None:
    error = failed(said('{"name": "pen", "price": -1}'), OutputValidationError)
    assert "price: Input should be greater than or equal to 0" in str(error)
    assert "not a valid Item" in str(error)
    assert isinstance(error.partial, Item)
    assert error.partial.name == "pen"


@pytest.mark.parametrize("content", [None, "", "  \n"])
def test_no_text_is_an_error_that_says_why(content: str | None) -> None:
    assert "finish_reason stop" in str(failed(said(content, reasoning_content="hmm"), OutputValidationError))


CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def test_calls_instead_of_text_are_named_as_the_reason() -> None:
    assert "called tools instead" in str(failed(said(None, "tool_calls", tool_calls=[CALL]), OutputValidationError))


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        f" \n{WHOLE}\n",
        f"```json\n{WHOLE}\n```",
        f"```\n{WHOLE}```",
        f"```JSON {WHOLE}```",
        f"Here you are:\n\n```json\n{WHOLE}\n```\nAnything else?",
        f"```json\n{WHOLE}",
        f"<think>Perhaps {{1}}, or [2]?</think>\n{WHOLE}",
        f'<think>{{"name": "no", "price": 1}}</think>{WHOLE}',
        f"<thinking>\nhm\n</thinking>\n```json\n{WHOLE}\n```",
        f"The prompt ended inside of it.</think>{WHOLE}",
        f"The answer [see above] for {{you}} is {WHOLE}.",
        f'First: {{"other": 1}}. The answer: {WHOLE}',
        '{"name": "pen", "price": 2.5, "inner": null, "more": "``` [1] </think>"}',
    ],
)
def test_what_surrounds_the_json_is_passed_over(text: str) -> None:
    assert read_output(ITEM, said(text)) == Item(name="pen", price=2.5)


@pytest.mark.parametrize(
    "text",
    [
        r'{"name": "pen \ud83d", "price": 2.5}',
        '```json\n{"name": "pen \\uDE00", "price": 2.5}\n```',
        r'It is {"name": "pen \ud83d", "price": 2.5}',
    ],
)
def test_an_escape_of_half_a_character_costs_only_that_character(text: str) -> None:
    assert read_output(ITEM, said(text)) == Item(name="pen \ufffd", price=2.5)


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "outer", "price": 1, "inner": {"name": "inner", "price": 2, "inner": null}',
        'Sure: {"name": "outer", "price": 1, "inner": {"name": "inner", "price": 2}, oops}',
        '[{"name": "outer"}, {"name": "inner", "price": 2}',
        'so {"name": 1, "price": 1, "inner": {"name": "inner", "price": 2}} it is',
        '<think>I could say {"name": "draft", "price": 2}',
        "no JSON at all",
        "{" * 5000,
        "[" * 100_000,
    ],
)
def test_a_part_of_a_broken_answer_is_no_answer(text: str) -> None:
    failed(said(text), OutputValidationError)


class Colour(Enum):
    RED = "red"


class Film(TypedDict):
    title: str


@dataclass
class Point:
    x: int
    y: int


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (list[int], '{"value": [1, 2]}', [1, 2]),
        (list[int], "[1, 2]", [1, 2]),
        (list[int], "```json\n[1, 2]\n```", [1, 2]),
        (Literal["a", "b"], '{"value": "b"}', "b"),
        (Colour, '{"value": "red"}', Colour.RED),
        (Colour, '"red"', Colour.RED),
        (int, '{"value": 12345678901234567890}', 12345678901234567890),
        (float, '{"value": 1e400}', float("inf")),
        (str, '{"value": "a\\u00e9\\ud83d\\ude00"}', "aé😀"),
        (None, '{"value": null}', None),
        (Item | Point, '{"value": {"x": 1, "y": 2}}', Point(1, 2)),
        (Item | Point, '{"x": 1, "y": 2}', Point(1, 2)),
        (Film, '{"title": "M"}', {"title": "M"}),
        (Point, '{"x": 1, "y": 2}', Point(1, 2)),
        (list[Point], '{"value": [{"x": 1, "y": 2}]}', [Point(1, 2)]),
    ],
)
def test_every_kind_of_type_is_read(kind: object, text: str, value: object) -> None:
    schema: Schema[object] = schema_for(kind)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert read_output(schema, said(text)) == value


@given(st.lists(st.text()), st.sampled_from(["{}", "```json\n{}\n```", "<think>[hm]</think>{}", "So: {} (that is it)"]))
def test_any_text_inside_of_the_json_comes_through(words: list[str], around: str) -> None:
    text = to_json({"value": words}).decode()
    assert read_output(schema_for(list[str]), said(around.replace("{}", text))) == words


class Search(BaseModel):
    query: str


def call(arguments: str) -> Mapping[str, object]:
    return {"id": "c1", "type": "function", "function": {"name": "Search", "arguments": arguments}}


def test_calls_are_read_instead_of_an_answer() -> None:
    completion = said(None, "tool_calls", tool_calls=[call('{"query": "x"}')])
    outputs, calls = read_answer(ITEM, Toolbox([Search]), completion)
    assert outputs == ()
    assert [each.parsed for each in calls] == [Search(query="x")]


def test_without_calls_the_answer_is_read() -> None:
    assert read_answer(ITEM, Toolbox([Search]), said(WHOLE)) == ((Item(name="pen", price=2.5),), ())


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_a_call_that_was_cut_is_told_as_that_and_not_as_bad_arguments(finish: str) -> None:
    completion = said(None, finish, tool_calls=[call('{"query": "x')])
    with pytest.raises(LengthLimitError if finish == "length" else ContentFilterError) as caught:
        read_answer(ITEM, Toolbox([Search]), completion)
    assert caught.value.completion is completion


def test_bad_arguments_of_a_call_are_an_error_that_keeps_the_text() -> None:
    with pytest.raises(ToolArgumentError) as caught:
        read_answer(ITEM, Toolbox([Search]), said(None, "tool_calls", tool_calls=[call('{"q": "x"}')]))
    assert (caught.value.tool, caught.value.arguments) == ("Search", '{"q": "x"}')
