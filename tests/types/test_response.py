"""A reply as it came, read as bytes, text, JSON or a type."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace

import pytest
from pydantic import BaseModel

from baseten_sdk._core.reply.redaction import Redactor
from baseten_sdk._core.reply.sent_secrets import HIDDEN, Secret
from baseten_sdk.errors import ResponseValidationError
from baseten_sdk.types.meta import Headers, Meta
from baseten_sdk.types.response import RawResponse, Response

HEADERS = Headers([("Content-Type", "application/json"), ("X-Baseten-Request-Id", "r1")])


class Point(BaseModel):
    x: int


def reply(content: bytes) -> Response:
    return Response(201, HEADERS, content, Meta(201, HEADERS, 1, 0.1))


def test_a_reply_is_read_in_any_way() -> None:
    found = reply(b'{"x": 1}')
    assert (found.status_code, found.headers["content-type"], found.content) == (201, "application/json", b'{"x": 1}')
    assert found.text == '{"x": 1}'
    assert found.json() == {"x": 1}
    assert found.parse(Point) == Point(x=1)
    assert found.parse(dict[str, int]) == {"x": 1}
    assert found.meta.request_id == "r1"


def test_text_that_is_no_utf8_is_replaced() -> None:
    assert reply(b"a\xff").text == "a\ufffd"


def test_numbers_that_are_no_json_are_read() -> None:
    assert reply(b"[Infinity]").json() == [math.inf]


@pytest.mark.parametrize("half", [b"\\ud83d", b"\\uDE00"])
def test_half_a_character_costs_itself_and_nothing_else(half: bytes) -> None:
    found = reply(b'{"text": "a' + half + b'b", "x": 1}')
    assert found.json() == {"text": "a\ufffdb", "x": 1}
    assert found.parse(dict[str, str | int]) == {"text": "a\ufffdb", "x": 1}


def test_a_huge_number_that_nobody_reads_costs_nothing() -> None:
    assert reply(b'{"x": 1, "y": ' + b"9" * 5000 + b"}").parse(Point) == Point(x=1)


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"cut'])
def test_what_is_no_json_is_an_error_with_the_reply_in_it(content: bytes) -> None:
    with pytest.raises(ResponseValidationError, match="The reply is not valid JSON") as caught:
        reply(content).json()
    error = caught.value
    assert (error.status_code, error.body, error.request_id) == (201, content, "r1")
    assert error.headers["content-type"] == "application/json"
    with pytest.raises(ResponseValidationError, match=r"The reply is not a .*Point"):
        reply(content).parse(Point)


def test_what_is_of_another_type_is_an_error() -> None:
    with pytest.raises(ResponseValidationError, match="Input should be a valid integer"):
        reply(b'{"x": "one"}').parse(Point)


def test_neither_an_error_nor_a_repr_shows_what_a_server_echoed() -> None:
    key = "abcd1234.0123456789abcdef"
    redactor = Redactor([Secret(key, HIDDEN)])
    body = f'{{"x": "{key}"}}'.encode()
    echoed = Response(200, HEADERS, body, Meta(200, Headers([("x-echo", key)])), _redactor=redactor)
    assert key not in repr(echoed)
    assert echoed.content == body
    not_json = replace(echoed, content=body[:-1])
    for read in (lambda: echoed.parse(Point), lambda: not_json.parse(Point), not_json.json):
        with pytest.raises(ResponseValidationError) as caught:
            read()
        error = caught.value
        assert error.__context__ is None
        assert key not in f"{error} {vars(error)}"
        assert key.encode() not in pickle.dumps(error)
    again = pickle.dumps(replace(echoed, content=b""))
    assert pickle.loads(again).status_code == 200


def test_a_reply_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(reply(b"x"))) == reply(b"x")


def test_a_raw_response_is_a_reply_with_what_it_was_read_into() -> None:
    raw = RawResponse(201, HEADERS, b'{"x": 1}', Meta(201, HEADERS, 1, 0.1), Point(x=1))
    assert raw.parse() == Point(x=1)
    assert raw.parse(dict[str, int]) == raw.json() == {"x": 1}
    assert (raw.status_code, raw.request_id, raw.text) == (201, "r1", '{"x": 1}')
    assert "Point" not in repr(raw)
    assert pickle.loads(pickle.dumps(raw)) == raw
