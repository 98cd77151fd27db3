"""A request put together: its URL, headers and body, with the options of the call applied."""

from __future__ import annotations

import pickle

import pytest

from baseten_sdk._core.reply.response import WholeResponse, media_type
from baseten_sdk._core.request.options import USER_AGENT, Options
from baseten_sdk._core.request.payload import Payload
from baseten_sdk._core.request.request import Request, build, check_method, post_json
from baseten_sdk.config import CallOptions
from baseten_sdk.errors import ConfigurationError, InvalidRequestError
from baseten_sdk.types.meta import Headers
from tests.hiding import hidden

URL = "https://h/v1/predict"


def made(options: Options, payload: Payload | None = None, query: str = "") -> Request:
    payload = payload or Payload(json={"a": 1})
    return build("POST", URL, options, accept="*/*", first_byte=9, payload=payload, query=query)


def test_a_request_has_what_it_needs_and_no_more() -> None:
    request = made(Options())
    assert (request.method, request.url, request.body, request.first_byte) == ("POST", URL, b'{"a":1}', 9)
    assert request.headers.pairs == (
        ("accept", "*/*"),
        ("user-agent", USER_AGENT),
        ("content-type", "application/json"),
    )
    assert request.safety == "repeatable"


def test_a_request_without_a_body_has_no_content_type() -> None:
    request = build("GET", URL, Options(), accept="*/*", first_byte=9)
    assert request.body == b""
    assert "content-type" not in dict(request.headers.pairs)


def test_options_become_headers_query_and_fields() -> None:
    options = Options().merged(
        {
            "extra_headers": {"X-A": "1", "Accept": "audio/wav"},
            "extra_query": {"b": [1, 2], "c": None},
            "extra_body": {"z": 9},
            "session": "s1",
            "request_id": "mine",
        }
    )
    request = made(options, query="a=0")
    assert request.url == f"{URL}?a=0&b=1&b=2"
    assert request.body == b'{"a":1,"z":9}'
    assert dict(request.headers.pairs) == {
        "accept": "audio/wav",
        "user-agent": USER_AGENT,
        "content-type": "application/json",
        "x-session-affinity": "s1",
        "x-baseten-customer-request-id": "mine",
        "x-a": "1",
    }


@pytest.mark.parametrize(
    ("query", "extra", "expected"),
    [("", {}, URL), ("a=1", {}, f"{URL}?a=1"), ("", {"b": "é"}, f"{URL}?b=%C3%A9"), ("", {"b": None}, URL)],
)
def test_a_query_is_there_only_if_it_says_something(query: str, extra: dict[str, str | None], expected: str) -> None:
    assert made(Options(extra_query=extra), query=query).url == expected


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"extra_query": {"b": "é", "c": None}},
        {"extra_query": {"c": None}},
        {"extra_body": {"z": 9}, "extra_headers": {"Accept": "audio/wav"}, "session": "s1"},
    ],
)
def test_a_request_of_a_model_is_what_build_makes_of_the_same(given: CallOptions) -> None:
    options = Options().merged(given)
    assert post_json(URL, {"a": 1}, options, "*/*", 9, None) == made(options)


def test_a_request_of_a_model_needs_the_secrets_that_a_pickle_dropped() -> None:
    options = Options().merged({"extra_headers": {"x-api-key": "hunter2"}}).without_secrets()
    with pytest.raises(ConfigurationError, match="x-api-key"):
        post_json(URL, {"a": 1}, options, "*/*", 9, None)


def test_headers_are_remembered_with_their_key_until_it_changes() -> None:
    request, key = made(Options()), hidden("k")
    ready = request.authorized(key)
    assert request.authorized(key) is ready
    assert request.authorized(key, "Api-Key").pairs[-1] == ("authorization", "Api-Key k")
    assert request.authorized(hidden("rotated"), "Api-Key").pairs[-1] == ("authorization", "Api-Key rotated")


def test_copies_of_headers_do_not_have_the_key_that_they_were_sent_with() -> None:
    request = made(Options())
    request.authorized(hidden("hunter2"))
    assert b"hunter2" not in pickle.dumps(request.headers)
    assert pickle.loads(pickle.dumps(request.headers)) == request.headers


def test_the_key_is_added_without_changing_the_request_and_never_over_the_callers_own() -> None:
    request = made(Options())
    ready = request.authorized(hidden("k"))
    assert ready.pairs == (*request.headers.pairs, ("authorization", "Bearer k"))
    assert "authorization" not in dict(request.headers.pairs)
    assert request._replace(headers=ready).authorized(hidden("other")) is ready


def test_a_url_without_query_hides_the_query() -> None:
    assert made(Options(), query="token=hunter2").url_without_query == URL


@pytest.mark.parametrize(("method", "verb"), [("get", "GET"), ("POST", "POST"), ("Patch", "PATCH"), ("purge", "PURGE")])
def test_a_verb_is_written_in_capitals(method: str, verb: str) -> None:
    assert check_method(method) == verb


@pytest.mark.parametrize("method", ["", "GET ", "GET /", "GÉT", "G\r\nET", "X" * 21, "M-SEARCH", None, 5, b"GET"])
def test_what_is_no_verb_is_refused(method: object) -> None:
    with pytest.raises(InvalidRequestError, match="method must be an HTTP verb"):
        check_method(method)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("method", ["CONNECT", "connect"])
def test_no_tunnel_is_asked_for(method: str) -> None:
    with pytest.raises(InvalidRequestError, match="CONNECT"):
        check_method(method)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("application/json", "application/json"),
        (" Text/HTML ; charset=utf-8", "text/html"),
        ("", ""),
        (";", ""),
    ],
)
def test_a_media_type_is_the_content_type_without_parameters(value: str, kind: str) -> None:
    headers = Headers([("Content-Type", value)])
    assert media_type(headers) == WholeResponse(200, headers, b"").media_type == kind
    assert media_type(Headers()) == ""
