"""Messages as a program gives and wants them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import BaseModel

from baseten_sdk import InvalidRequestError, ResponseValidationError
from baseten_sdk._core.websocket.message import decode_message, encode_message


class Point(BaseModel):
    x: int


GIVEN: list[tuple[object, tuple[bool, bytes]]] = [
    ("é", (True, "é".encode())),
    ("", (True, b"")),
    (b"\x00", (False, b"\x00")),
    (bytearray(b"ab"), (False, b"ab")),
    (memoryview(b"abcd")[::2], (False, b"ac")),
    ({"text": "é"}, (True, '{"text":"é"}'.encode())),
    (Point(x=1), (True, b'{"x":1}')),
    (None, (True, b"null")),
    ([1, "a"], (True, b'[1,"a"]')),
]


@pytest.mark.parametrize(("value", "message"), GIVEN)
def test_text_and_bytes_go_as_they_are_and_values_as_json(value: object, message: tuple[bool, bytes]) -> None:
    assert encode_message(value, 100) == message


BAD: list[tuple[object, str]] = [
    ("\ud800", "The text cannot be sent: surrogates not allowed at position 0"),
    ({"a": {1, 2}}, "a"),
    (float("nan"), "NaN|nan"),
    (object(), "object"),
]


@pytest.mark.parametrize(("value", "problem"), BAD)
def test_what_has_no_form_is_refused(value: object, problem: str) -> None:
    with pytest.raises(InvalidRequestError, match=problem):
        encode_message(value, 100)


LARGE: list[Callable[[int], object]] = [lambda n: "x" * n, lambda n: "é" * (n // 2 + n % 2), bytes, lambda n: "x" * n]


@pytest.mark.parametrize("make", LARGE)
def test_a_message_above_the_limit_is_refused_with_its_size(make: Callable[[int], object]) -> None:
    encode_message(make(10), 10)
    with pytest.raises(InvalidRequestError, match=r"has 1[12] bytes, more than Limits\(message=10\)"):
        encode_message(make(11), 10)


def test_a_message_is_read_as_the_type_that_was_asked_for() -> None:
    assert decode_message(Point, '{"x": 1}') == Point(x=1)
    assert decode_message(Point, b'{"x": 1}') == Point(x=1)
    assert decode_message(list[int], "[1]") == [1]
    assert decode_message(str, "plain") == "plain"
    assert decode_message(bytes, b"\xff") == b"\xff"


def test_another_kind_of_message_says_what_came() -> None:
    with pytest.raises(ResponseValidationError, match="it is a text message, and bytes was asked for"):
        decode_message(bytes, "text")
    with pytest.raises(ResponseValidationError, match="it is a binary message, and str was asked for"):
        decode_message(str, b"\x00")
    with pytest.raises(ResponseValidationError, match="x: Field required") as caught:
        decode_message(Point, "{}")
    assert caught.value.body == b"{}"
    assert caught.value.status_code == 101
