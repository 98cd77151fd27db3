"""What a request carries: one kind of body, with its content type."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from pydantic import BaseModel

from baseten_sdk._core.request.missing import MISSING
from baseten_sdk._core.request.payload import EMPTY, Payload, choose_payload
from baseten_sdk.errors import InvalidRequestError


class Note(BaseModel):
    text: str


@pytest.mark.parametrize("value", [None, False, 0, "", [], {}, {"a": 1}, [1], "x", Note(text="x")])
def test_every_json_value_is_a_body(value: object) -> None:
    body, kind = choose_payload(json=value).encoded({})
    assert kind == "application/json"
    assert json.loads(body) == (value.model_dump() if isinstance(value, Note) else value)


def test_nothing_is_no_body() -> None:
    assert choose_payload() is EMPTY
    assert EMPTY.encoded({}) == (b"", None)
    assert repr(MISSING) == "MISSING"


@pytest.mark.parametrize(
    ("content", "given", "body", "kind"),
    [
        (b"\xff", None, b"\xff", "application/octet-stream"),
        (bytearray(b"ab"), None, b"ab", "application/octet-stream"),
        (memoryview(b"ab"), "audio/wav", b"ab", "audio/wav"),
        (b"", None, b"", "application/octet-stream"),
        ("é", None, "é".encode(), "text/plain; charset=utf-8"),
        ("<a/>", "application/xml", b"<a/>", "application/xml"),
    ],
)
def test_content_goes_as_it_is(content: bytes | str, given: str | None, body: bytes, kind: str) -> None:
    assert choose_payload(content=content, content_type=given).encoded({}) == (body, kind)


def test_the_content_type_of_json_may_be_set() -> None:
    payload = choose_payload(json={"a": 1}, content_type="application/ld+json")
    assert payload.encoded({}) == (b'{"a":1}', "application/ld+json")


def test_a_form_has_a_boundary_of_its_own() -> None:
    payloads = [choose_payload(files={"audio": ("a.wav", b"RIFF", "audio/wav")}, data={"lang": "en"}) for _ in "ab"]
    body, kind = payloads[0].encoded({})
    assert kind is not None
    start, boundary = kind.split("boundary=")
    assert start == "multipart/form-data; "
    assert boundary.strip('"').encode() in body
    assert b"RIFF" in body
    assert b'name="lang"' in body
    assert payloads[0].content_type != payloads[1].content_type


@pytest.mark.parametrize("extra", [{"a": 2}, {"b": None}])
def test_extra_fields_go_over_those_of_an_object(extra: Mapping[str, object]) -> None:
    value = {"a": 1, "c": 3}
    assert json.loads(Payload(json=value).encoded(extra)[0]) == {**value, **extra}
    assert value == {"a": 1, "c": 3}


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (EMPTY, "has none"),
        (Payload(content=b"x"), "has none"),
        (Payload(json=[1]), "is a list"),
        (Payload(json=None), "is a NoneType"),
        (Payload(json="x"), "is a str"),
    ],
)
def test_extra_fields_need_an_object(payload: Payload, kind: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"extra_body needs a JSON body that is an object.*{kind}"):
        payload.encoded({"a": 1})


def test_two_kinds_of_body_are_refused() -> None:
    with pytest.raises(InvalidRequestError, match="json and content were given"):
        choose_payload(json=None, content=b"")
    with pytest.raises(InvalidRequestError, match="content and files or data were given"):
        choose_payload(content="x", data={"a": "b"})


@pytest.mark.parametrize("content", [5, ["x"], {"a": 1}])
def test_content_that_is_neither_bytes_nor_text_is_refused(content: object) -> None:
    with pytest.raises(InvalidRequestError, match="content must be bytes or str"):
        choose_payload(content=content)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_text_that_utf8_cannot_express_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="content holds half of a surrogate pair"):
        choose_payload(content="\ud800")


@pytest.mark.parametrize("kind", ["a/b\r\nx-evil: 1", "a/b\n", "é/x", "a/b\0", 5])
def test_a_content_type_that_is_no_header_is_refused(kind: object) -> None:
    with pytest.raises(InvalidRequestError, match="content_type"):
        choose_payload(content=b"", content_type=kind)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidRequestError, match="content_type"):
        choose_payload(json={}, content_type=kind)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
