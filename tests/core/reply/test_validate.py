"""A successful reply becomes what was asked for, or an error that says why it cannot."""

from __future__ import annotations

import dataclasses
import math
from types import NoneType

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from baseten_sdk._core.reply.response import WholeResponse
from baseten_sdk._core.reply.validate import check_kind, read_as, read_model, read_value
from baseten_sdk._validation import LISTED
from baseten_sdk.errors import InvalidRequestError, ResponseValidationError
from baseten_sdk.errors.api import KEPT
from baseten_sdk.types.chat import ChatCompletion
from baseten_sdk.types.meta import Headers
from baseten_sdk.types.models import ModelList


def answer(body: bytes | str, kind: str | None = "application/json", **headers: str) -> WholeResponse:
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    if kind is not None:
        pairs.append(("Content-Type", kind))
    return WholeResponse(200, Headers(pairs), body.encode() if isinstance(body, str) else body)


class Point(BaseModel):
    x: int
    y: int = 0


@dataclasses.dataclass
class Box:
    size: float


class Named(TypedDict):
    name: str


def test_a_model_is_read_from_the_bytes_whatever_their_content_type() -> None:
    found = read_model(ChatCompletion, answer('{"choices":[{"message":{"content":"Hi"}}]}', "text/plain"))
    assert found.text == "Hi"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('{"error": "out of memory"}', "it is an error: out of memory"),
        ('{"error": {"message": "out of memory"}}', "it is an error: out of memory"),
        ("<html>", "not valid JSON"),
        ("", "it is empty"),
        ("[]", "Input should be an object"),
        ('{"id": "x"}', "choices: Field required"),
        ('{"detail": "no such model"}', "it is an error: no such model"),
        ('{"code": 429, "message": "slow down"}', "it is an error: slow down"),
        ('{"detail": "of the answer", "answer": 1}', "choices: Field required"),
        ('{"choices": []}', "choices: List should have at least 1 item"),
        ('{"choices": [{"message": {"content": 5}}]}', "choices.0.message.content: Input should be a valid string"),
    ],
)
def test_a_reply_of_another_shape_says_what_is_wrong_with_it(body: str, problem: str) -> None:
    with pytest.raises(ResponseValidationError) as caught:
        read_model(ChatCompletion, answer(body, x_baseten_request_id="r1"))
    error = caught.value
    assert problem in error.message
    assert (error.status_code, error.body, error.request_id) == (200, body.encode(), "r1")
    assert error.headers["content-type"] == "application/json"
    assert error.__cause__ is error.__context__ is None


def test_what_would_have_cost_nothing_is_not_the_problem() -> None:
    usage = '{"prompt_tokens": null, "total_tokens": 1}'
    with pytest.raises(ResponseValidationError) as caught:
        read_model(ChatCompletion, answer(f'{{"created": "now", "choices": 5, "usage": {usage}}}'))
    assert "cannot be read: choices: Input should be a valid array; and 2 more. It begins" in caught.value.message


def test_nothing_is_none_where_the_type_can_hold_that() -> None:
    assert read_as(NoneType, answer("")) is None
    assert read_as(bytes, answer("")) == b""
    assert read_as(str, answer("", "text/plain")) == ""
    for kind in (Point, str):
        with pytest.raises(ResponseValidationError, match="it is empty"):
            read_as(kind, answer(""))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain; charset=iso-8859-1", b"caf\xe9"),
        ('text/plain; format=flowed; Charset="latin-1"', b"caf\xe9"),
        ("text/plain; charset=no-such-thing", "caf\xe9".encode()),
        ("text/plain; charset=", "caf\xe9".encode()),
        ("text/plain", "caf\xe9".encode()),
    ],
)
def test_text_is_read_in_the_encoding_that_it_names(kind: str, body: bytes) -> None:
    assert read_value(answer(body, kind)) == "caf\xe9"
    assert read_as(str, answer(body, kind)) == "caf\xe9"


def test_only_the_first_problems_are_listed_and_null_is_not_one_of_them() -> None:
    body = '{"data": [' + ",".join(['{"id": {}, "created": "x"}'] * 5) + "]}"
    with pytest.raises(ResponseValidationError) as caught:
        read_model(ModelList, answer(body))
    assert caught.value.message.count("Input should be") == LISTED
    assert "; and 5 more" in caught.value.message
    with pytest.raises(ResponseValidationError) as caught:
        read_model(ChatCompletion, answer('{"choices": [{"message": {"content": 5}}]}'))
    assert "none" not in caught.value.message.lower()
    assert "content" in caught.value.message


def test_what_an_error_shows_and_keeps_of_a_reply_is_bounded() -> None:
    with pytest.raises(ResponseValidationError) as caught:
        read_model(ChatCompletion, answer(b"\xff<html>" + b"x" * 1_000_000))
    assert len(caught.value.body) == KEPT
    assert len(caught.value.message) < 600
    assert "It begins: '\\\\xff<html>xxx" in caught.value.message
    assert "1000007 bytes" in caught.value.message


@pytest.mark.parametrize(
    ("kind", "body", "value"),
    [
        (Point, '{"x": 1}', Point(x=1)),
        (Box, '{"size": 1.5}', Box(1.5)),
        (Named, '{"name": "a"}', {"name": "a"}),
        (list[int], "[1, 2]", [1, 2]),
        (dict[str, list[Point]], '{"a": [{"x": 1}]}', {"a": [Point(x=1)]}),
        (str, '"text"', "text"),
        (bytes, '"text"', b'"text"'),
        (int, "5", 5),
        (object, '{"a": null}', {"a": None}),
        (type(None), "null", None),
        (float, "Infinity", math.inf),
    ],
    ids=str,
)
def test_a_reply_is_read_as_any_type(kind: type[object], body: str, value: object) -> None:
    assert read_as(kind, answer(body)) == value


def test_a_reply_that_is_no_json_may_still_be_text_or_bytes() -> None:
    assert read_as(str, answer("é\n", "text/plain; charset=utf-8")) == "é\n"
    assert read_as(bytes, answer(b"\xff", "audio/wav")) == b"\xff"


@pytest.mark.parametrize(
    ("kind", "body"), [(Point, '{"x": "one"}'), (list[int], '["a"]'), (list[int], "<html>"), (int, "null")]
)
def test_a_reply_of_another_type_is_an_error(kind: type[object], body: str) -> None:
    with pytest.raises(ResponseValidationError, match="cannot be read"):
        read_as(kind, answer(body))


def test_a_type_that_pydantic_does_not_know_is_the_callers_mistake() -> None:
    class Odd:
        pass

    problem = r"Odd.*Unable to generate pydantic-core schema"
    with pytest.raises(InvalidRequestError, match=problem):
        check_kind(Odd)
    with pytest.raises(InvalidRequestError, match=problem):
        read_as(Odd, answer("{}"))


@pytest.mark.parametrize("kind", [None, Point, list[int], bytes, object])
def test_a_type_that_pydantic_knows_is_no_mistake(kind: type[object] | None) -> None:
    check_kind(kind)


def test_bytes_that_are_no_text_are_no_text() -> None:
    with pytest.raises(ResponseValidationError, match="cannot be read"):
        read_as(str, answer(b"\xff", "text/plain"))


@pytest.mark.parametrize(
    ("kind", "body", "value"),
    [
        ("application/json", b'{"a": [1, null, "x"]}', {"a": [1, None, "x"]}),
        ("application/json; charset=utf-8", b"null", None),
        ("APPLICATION/JSON", b"5", 5),
        ("application/problem+json", b'"x"', "x"),
        (None, b"[1]", [1]),
        ("application/json", b"Infinity", math.inf),
        ("text/plain", "é\n".encode(), "é\n"),
        ("text/event-stream", b"data: x\n\n", "data: x\n\n"),
        ("application/octet-stream", b"{}", b"{}"),
        ("audio/wav", b"\xff\x00", b"\xff\x00"),
        ("audio/wav", b"", b""),
    ],
)
def test_a_value_is_read_as_its_content_type_says(kind: str | None, body: bytes, value: object) -> None:
    assert read_value(answer(body, kind)) == value


def test_a_number_that_is_none_is_read() -> None:
    found = read_value(answer("[NaN]"))
    assert isinstance(found, list)
    assert isinstance(found[0], float)
    assert math.isnan(found[0])


@pytest.mark.parametrize(
    ("kind", "body"),
    [("application/json", b"<html>"), ("application/json", b""), ("text/plain", b"\xff"), (None, b"x")],
)
def test_a_value_that_is_not_what_it_says_is_an_error(kind: str | None, body: bytes) -> None:
    with pytest.raises(ResponseValidationError) as caught:
        read_value(answer(body, kind))
    assert (kind or "no content type") in caught.value.message
    assert caught.value.body == body
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_what_has_no_content_or_is_a_page_is_no_value() -> None:
    with pytest.raises(ResponseValidationError, match="it is empty"):
        read_value(WholeResponse(204, Headers(), b""))
    for kind in ("text/html", "application/xhtml+xml; charset=utf-8"):
        with pytest.raises(ResponseValidationError, match="it is a web page"):
            read_value(answer(b"<p>", kind))


@pytest.mark.parametrize("digits", ["1" * 4299, "-" + "1" * 4301, "1" * 5000, "9" * 100_000])
def test_an_integer_of_any_size_in_a_field_that_nobody_reads_is_read(digits: str) -> None:
    body = f'{{"x": 1, "other": {digits}, "deep": [{{"a": {digits}}}], "text": "{digits}"}}'
    assert read_as(Point, answer(body)).x == 1
    assert read_as(dict[str, object], answer(body))["text"] == digits


def test_an_integer_of_thousands_of_digits_in_a_field_that_is_read_is_an_error() -> None:
    body = f'{{"x": {"1" * 5000}}}'
    with pytest.raises(ResponseValidationError, match="number out of range"):
        read_as(Point, answer(body))
    with pytest.raises(ResponseValidationError):
        read_value(answer(body))
