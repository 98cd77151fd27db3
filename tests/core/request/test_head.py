"""The first lines of a request: what they say, and that a remembered head is that of the request."""

from __future__ import annotations

from traceback import walk_tb

import pytest

from baseten_sdk._core.request.head import MOST, Heads, tunnel
from baseten_sdk._core.request.header_lines import HeaderLines
from baseten_sdk._core.request.origin import split_url
from baseten_sdk._core.request.proxies import Proxy
from baseten_sdk._core.request.request import Request
from baseten_sdk.errors import InvalidRequestError

URL = "https://h.test/v1/chat?a=b"


def rendered(heads: Heads, request: Request) -> bytes:
    return heads.render(request, request.headers, *split_url(request.url)).value


def test_a_head_names_host_encodings_headers_and_length() -> None:
    request = Request("POST", URL, HeaderLines((("accept", "application/json"), ("x", "1"))), b"12345", 1.0)
    lines = rendered(Heads(), request).decode().split("\r\n")
    assert lines[:2] == ["POST /v1/chat?a=b HTTP/1.1", "host: h.test"]
    assert lines[2].startswith("accept-encoding: gzip")
    assert lines[3:] == ["accept: application/json", "x: 1", "content-length: 5", "", ""]


def test_the_callers_own_encoding_stands() -> None:
    request = Request("GET", URL, HeaderLines((("accept-encoding", "identity"),)), b"", 1.0)
    assert rendered(Heads(), request) == (
        b"GET /v1/chat?a=b HTTP/1.1\r\nhost: h.test\r\naccept-encoding: identity\r\n\r\n"
    )


def test_a_tunnel_is_asked_for_with_a_whole_head() -> None:
    origin, _ = split_url("https://[2001:db8::1]/v1")
    assert tunnel(origin, Proxy("http", "p.test", 3128)).value == (
        b"CONNECT [2001:db8::1]:443 HTTP/1.1\r\nhost: [2001:db8::1]:443\r\n\r\n"
    )
    asked = tunnel(origin, Proxy("http", "p.test", 3128, "me", "secret")).value
    assert asked.endswith(b"\r\nproxy-authorization: Basic bWU6c2VjcmV0\r\n\r\n")


BAD_HEADERS = [
    ("x-a", "1\r\nhost: other"),
    ("x-a", "1\n"),
    ("x-a", "1\r"),
    ("x-a", "nul\0"),
    ("x-a", "é"),
    ("x-a", "\ud800"),
    ("x-a", "del\x7f"),
    ("x-a\r\nhost", "other"),
    ("x a", "1"),
    ("", "1"),
    ("é", "1"),
    ("host", "other"),
    ("Host", "other"),
    ("content-length", "0"),
    ("transfer-encoding", "chunked"),
    ("connection", "close"),
    ("upgrade", "h2c"),
    ("authorization", "Bearer hunter2-hunter2\r\n"),
    ("authorization", "Bearer hunter2-hunter2é"),
]


@pytest.mark.parametrize(("name", "value"), BAD_HEADERS)
def test_what_would_read_as_another_message_is_refused_whoever_gave_it(name: str, value: str) -> None:
    request = Request("GET", URL, HeaderLines((("accept", "*/*"), (name, value))), b"", 1.0)
    with pytest.raises(InvalidRequestError) as caught:
        rendered(Heads(), request)
    assert "hunter2" not in str(caught.value)
    frames = [frame for frame, _ in walk_tb(caught.tb) if frame.f_code.co_filename != __file__]
    assert frames
    assert "hunter2" not in repr([frame.f_locals for frame in frames])


@pytest.mark.parametrize(("method", "target"), [("GE T", "/"), ("GET", "/ HTTP/1.1\r\nhost: other"), ("GET", "/é")])
def test_so_is_a_first_line_that_would(method: str, target: str) -> None:
    request = Request(method, URL, HeaderLines(()), b"", 1.0)
    with pytest.raises(InvalidRequestError, match="printable ASCII"):
        Heads().render(request, request.headers, split_url(URL)[0], target)


def test_a_rendered_head_shows_nothing() -> None:
    request = Request("GET", URL, HeaderLines((("authorization", "Bearer hunter2"),)), b"", 1.0)
    assert repr(Heads().render(request, request.headers, *split_url(URL))) == "<hidden>"


def test_a_stream_is_not_compressed() -> None:
    request = Request("GET", URL, HeaderLines((("accept", "text/event-stream"),)), b"", 1.0)
    assert b"accept-encoding: identity\r\n" in rendered(Heads(), request)


def test_an_empty_body_of_a_verb_that_has_one_has_a_length() -> None:
    assert rendered(Heads(), Request("POST", URL, HeaderLines(()), b"", 1.0)).endswith(b"\r\ncontent-length: 0\r\n\r\n")
    assert b"content-length" not in rendered(Heads(), Request("DELETE", URL, HeaderLines(()), b"", 1.0))


def test_only_what_is_the_same_is_remembered() -> None:
    heads = Heads()
    for _ in range(2):
        for key in ("Bearer a", "Bearer b"):
            for body in (b"", b"123"):
                head = rendered(heads, Request("POST", URL, HeaderLines((("authorization", key),)), body, 1.0))
                assert f"authorization: {key}\r\n".encode() in head
                assert head.endswith(b"content-length: %d\r\n\r\n" % len(body))
        assert b"PUT /other" in rendered(heads, Request("PUT", "https://h.test/other", HeaderLines(()), b"", 1.0))


def test_headers_that_never_come_again_fill_no_memory() -> None:
    heads = Heads()
    for number in range(MOST * 3):
        assert b"x: %d\r\n" % number in rendered(
            heads, Request("GET", URL, HeaderLines((("x", str(number)),)), b"", 1.0)
        )
    assert len(heads._rendered) <= MOST
    assert "Bearer" not in repr(heads)
