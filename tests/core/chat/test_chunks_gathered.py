"""A body that is no event stream: a gathered stream, a whole completion, an error, a page."""

from __future__ import annotations

import json

import pytest

from baseten_sdk._core.chat.reader import ChunkReader
from baseten_sdk.errors import StreamAPIError, StreamDecodeError, StreamInterrupted
from tests.core.chat.chat_bodies import DONE, LIMITS, STOP, TOO_LARGE, A, B, bad, event, gathered, good, whole


def test_a_stream_gathered_into_a_json_string_is_read() -> None:
    found = good(gathered(A + B + STOP + DONE))
    assert (found.text, found.done) == ("ab", True)


def test_a_gathered_stream_without_an_end_is_not_success() -> None:
    found = bad(gathered(A + B))
    assert type(found.error) is StreamInterrupted
    assert (found.text, found.partial) == ("ab", "ab")


@pytest.mark.parametrize("stream", [b'"once more"', b"plain text"])
def test_a_gathered_text_that_is_no_stream_is_shown(stream: bytes) -> None:
    error = bad(gathered(stream)).error
    assert type(error) is StreamDecodeError
    assert stream.decode() in error.message


def test_a_gathered_nothing_is_not_success() -> None:
    assert type(bad(gathered(b"")).error) is StreamInterrupted


def test_a_gathered_stream_with_an_error_has_the_chunks_before_it() -> None:
    found = bad(gathered(A + event({"error": "out of memory"}) + B))
    assert type(found.error) is StreamAPIError
    assert (found.text, found.partial) == ("a", "a")


def test_a_gathered_stream_is_judged_like_any_other() -> None:
    assert type(bad(gathered(A + b"data: {broken\n\n")).error) is StreamDecodeError
    assert type(bad(gathered(A + TOO_LARGE)).error) is StreamDecodeError
    assert good(gathered(A + DONE + b"data: junk")).text == "a"


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        ({"error": "Unhandled exception: RuntimeError: no"}, "Unhandled exception: RuntimeError: no", None),
        ({"error": {"message": "no", "code": 400}}, "no", "400"),
        ({"message": "no", "code": 400}, "no", "400"),
        ({"detail": "no"}, "no", None),
        ({"error": "no", "choices": [{"message": {"content": "a"}}]}, "no", None),
        ({"choices": []}, "{'choices': []}", None),
        (["no"], "['no']", None),
    ],
)
def test_json_that_is_no_stream_is_an_error_of_the_service(body: object, message: str, code: str | None) -> None:
    found = bad(b" \n" + json.dumps(body, indent=2).encode())
    assert type(found.error) is StreamAPIError
    assert found.error.message.endswith(f": {message}.")
    assert (found.error.body, found.error.code, found.chunks) == (body, code, [])


@pytest.mark.parametrize("finish", ["stop", None])
def test_a_whole_completion_is_its_only_chunk(finish: str | None) -> None:
    call = {"id": "t1", "function": {"name": "f", "arguments": "{}"}}
    reader = ChunkReader(LIMITS)
    assert not list(reader.feed(whole({"content": "hello", "tool_calls": [call]}, finish, usage={"total_tokens": 3})))
    (chunk,) = reader.end()
    assert (chunk.text, reader.error, reader.done) == ("hello", None, True)
    assert chunk.usage is not None
    partial = reader.partial()
    assert partial is not None
    assert (partial.text, partial.message.tool_calls[0].id) == ("hello", "t1")


def test_a_whole_completion_may_hold_numbers_that_are_no_json() -> None:
    assert good(whole({"content": "a"}, score=float("nan"))).text == "a"


def test_what_looks_like_a_whole_completion_and_is_none_is_unreadable() -> None:
    found = bad(whole({"content": {"not": "text"}}))
    assert type(found.error) is StreamDecodeError
    assert "content" in found.error.message


@pytest.mark.parametrize("body", [b"<html><h1>502 Bad Gateway</h1>", b"\n\n <!doctype html>", b'{"cut": ', b'"cut'])
def test_a_page_or_cut_json_is_shown(body: bytes) -> None:
    found = bad(body)
    assert type(found.error) is StreamDecodeError
    assert found.error.message.startswith("The reply is not a stream: ")
    assert body.decode().strip()[:10] in found.error.message


def test_a_body_that_is_no_stream_is_bounded() -> None:
    found = bad(b"<html>", *[b"x" * 500] * 5)
    assert type(found.error) is StreamDecodeError
    assert "larger than 2000 bytes" in found.error.message
