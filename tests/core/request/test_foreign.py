"""Requests that another library has put together."""

from __future__ import annotations

import json
from math import inf

import pytest

from baseten_sdk import HttpTimeout, InvalidRequestError, Timeout
from baseten_sdk._core.request.foreign import asks_for_stream, foreign_request, model_first, shorter

URL = "https://inference.baseten.co/v1/chat/completions"


def test_headers_of_the_others_connection_are_left_out() -> None:
    headers = [
        ("host", "x"),
        ("authorization", "Bearer k"),
        ("content-length", "3"),
        ("x-mine", "1"),
        ("accept", "a/b"),
    ]
    request = foreign_request("post", URL, headers, b"{}")
    assert request.headers.pairs == (("authorization", "Bearer k"), ("x-mine", "1"), ("accept", "a/b"))
    assert (request.method, request.body, request.safety) == ("POST", b"{}", "repeatable")


def test_a_stream_is_asked_for_as_events() -> None:
    headers = [("accept", "application/json"), ("x-mine", "1")]
    request = foreign_request("POST", URL, headers, b'{"stream": true}', streamed=True)
    assert request.headers.pairs == (("accept", "text/event-stream"), ("x-mine", "1"))


@pytest.mark.parametrize(
    ("content", "streams"),
    [
        (b'{"stream":true}', True),
        (b'{"a":1,"stream": true}', True),
        (b'{"stream":false}', False),
        (json.dumps({"content": 'say "stream":true'}).encode(), False),
        (b"", False),
    ],
)
def test_what_asks_for_a_stream(content: bytes, streams: bool) -> None:
    assert asks_for_stream(content) is streams


def test_an_async_request_is_sent_once_and_what_is_no_verb_is_refused() -> None:
    assert foreign_request("POST", "https://h/async_predict", [], b"").safety == "once"
    with pytest.raises(InvalidRequestError, match="method must"):
        foreign_request("CONNECT", URL, [], b"")


def test_the_shorter_timeout_counts() -> None:
    own = Timeout(connect=5.0, write=60.0, first_byte=None, idle=120.0, attempt=9.0)
    assert shorter(own, HttpTimeout(1.0, 30.0, None)) == Timeout(
        connect=1.0, write=60.0, first_byte=30.0, idle=30.0, attempt=9.0
    )
    assert shorter(Timeout(connect=inf), HttpTimeout()).connect == inf


@pytest.mark.parametrize("content", [b"", b"no", b"[1]", b'{"a":1}', b'{"model":1}'])
def test_a_body_without_a_model_stays_as_it_is(content: bytes) -> None:
    assert model_first(content) == content


def test_a_model_is_put_in_front() -> None:
    body = model_first(b'{"messages":[],"model":"m"}')
    assert body.startswith(b'{"model":"m",')
    assert json.loads(body) == {"model": "m", "messages": []}
