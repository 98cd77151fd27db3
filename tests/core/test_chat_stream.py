"""A chat stream from its bytes: the chunks, the verdict on its end, and what had arrived when it failed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import example, given, strategies as st

from baseten_sdk._core.chat_stream import ChunkReader
from baseten_sdk.config import Limits
from baseten_sdk.errors import (
    APIConnectionError,
    StreamAPIError,
    StreamDecodeError,
    StreamError,
    StreamInterrupted,
)
from baseten_sdk.types.chunks import ChatCompletionChunk

LIMITS = Limits(event=400, body=2000)


def event(data: object) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data)
    return f"data: {text}\n\n".encode()


def said(text: str, finish: str | None = None) -> bytes:
    return event({"id": "c", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]})


A, B = said("a"), said("b")
STOP = said("", "stop")
USAGE = event({"id": "c", "choices": [], "usage": {"total_tokens": 3}})
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Read:
    """What a reader made of a stream."""

    chunks: list[ChatCompletionChunk]
    error: StreamError | None
    done: bool

    @property
    def text(self) -> str:
        return "".join(chunk.text for chunk in self.chunks)

    @property
    def partial(self) -> str | None:
        assert self.error is not None
        return None if self.error.partial is None else self.error.partial.text

    @property
    def verdict(self) -> tuple[object, ...]:
        error = self.error
        if error is None:
            return (None, self.done)
        return (type(error), error.partial, error.body if isinstance(error, StreamAPIError) else None)


def read(pieces: Iterable[bytes], limits: Limits = LIMITS) -> Read:
    """Read as the shell does: an error ends the reading, and so does `done`."""
    reader = ChunkReader(limits)
    chunks: list[ChatCompletionChunk] = []
    for piece in pieces:
        chunks += reader.feed(piece)
        if reader.error or reader.done:
            break
    else:
        chunks += reader.end()
    return Read(chunks, reader.error, reader.done)


def good(*pieces: bytes) -> Read:
    found = read(pieces)
    assert found.error is None, found.error
    return found


def bad(*pieces: bytes) -> Read:
    found = read(pieces)
    assert found.error is not None
    return found


def test_a_stream_that_says_done_is_complete() -> None:
    found = good(A, B, STOP, USAGE, DONE)
    assert (found.text, found.done, len(found.chunks)) == ("ab", True, 4)
    assert found.chunks[-1].usage is not None
    assert found.chunks[-1].usage.total_tokens == 3


def test_done_alone_completes_a_stream_without_a_finish_reason() -> None:
    assert good(A, DONE).text == "a"


def test_a_finish_reason_alone_completes_a_stream_that_ends_cleanly() -> None:
    found = good(A, STOP, USAGE)
    assert (found.text, found.done) == ("a", False)


def test_content_after_the_finish_reason_is_handed_out() -> None:
    assert good(said("a", "stop"), B, DONE).text == "ab"


@pytest.mark.parametrize("last", [b"data: [DONE]", b"data: [DONE]\n", b"data:[DONE]\r\n\r\n", b"data:  [DONE] \n\n"])
def test_done_is_known_however_it_is_written(last: bytes) -> None:
    assert good(A, last).done


def test_the_last_chunk_may_lack_its_blank_line() -> None:
    assert good(A, said("b", "stop").rstrip()).text == "ab"


def test_nothing_after_done_counts() -> None:
    assert good(A + STOP + DONE + b"data: junk\n\n" + event({"error": "late"}) + B).text == "a"


def test_comments_pings_and_blank_data_are_no_chunks() -> None:
    pings = b": ping\n\nevent: ping\n\ndata:\n\ndata:  \n\nid: 7\nretry: 10\n\n"
    found = good(pings, A, pings + STOP, DONE)
    assert (found.text, len(found.chunks)) == ("a", 2)


def test_data_of_several_lines_is_one_chunk() -> None:
    pretty = json.dumps({"choices": [{"delta": {"content": "a"}}]}, indent=1).replace("\n", "\ndata: ")
    assert good(f"data: {pretty}\n\n".encode(), DONE).text == "a"


def test_a_stream_cut_before_its_end_is_not_success() -> None:
    found = bad(A, B)
    assert type(found.error) is StreamInterrupted
    assert (found.text, found.partial) == ("ab", "ab")
    assert "neither a finish_reason nor [DONE]" in found.error.message


def test_a_stream_cut_inside_an_event_is_interrupted_and_not_garbage() -> None:
    found = bad(A, B[:20])
    assert type(found.error) is StreamInterrupted
    assert (found.text, found.partial) == ("a", "a")


@pytest.mark.parametrize("body", [b"", b"\n\n", b": ping\n\n", b"\xef\xbb\xbf", b"data: ", b"  "])
def test_an_empty_stream_is_not_success(body: bytes) -> None:
    found = bad(body)
    assert type(found.error) is StreamInterrupted
    assert found.error.message == "The stream ended before anything had come."
    assert found.partial is None


def test_done_with_nothing_before_it_is_not_success() -> None:
    found = bad(DONE)
    assert type(found.error) is StreamInterrupted
    assert "before anything had come" in found.error.message


def test_usage_alone_is_not_success() -> None:
    assert type(bad(USAGE).error) is StreamInterrupted


ERRORS: list[tuple[bytes, str, object, str | None]] = [
    (event({"error": "out of memory"}), "out of memory", {"error": "out of memory"}, None),
    (
        event({"error": {"message": "out of memory", "code": 500, "type": "x"}}),
        "out of memory",
        {"error": {"message": "out of memory", "code": 500, "type": "x"}},
        "500",
    ),
    (
        event({"object": "error", "message": "out of memory", "code": "oom"}),
        "out of memory",
        {"object": "error", "message": "out of memory", "code": "oom"},
        "oom",
    ),
    (
        event({"type": "error", "error": {"type": "oom", "message": "out of memory"}}),
        "out of memory",
        {"type": "error", "error": {"type": "oom", "message": "out of memory"}},
        None,
    ),
    (
        event({"id": "c", "choices": [], "error": {"message": "out of memory", "code": "429"}}),
        "out of memory",
        {"id": "c", "choices": [], "error": {"message": "out of memory", "code": "429"}},
        "429",
    ),
    (
        event({"choices": "none", "error": "out of memory"}),
        "out of memory",
        {"choices": "none", "error": "out of memory"},
        None,
    ),
    (b"event: error\ndata: out of memory\n\n", "out of memory", "out of memory", None),
    (
        b'event: error\ndata: {"message": "out of memory", "code": 7}\n\n',
        "out of memory",
        {"message": "out of memory", "code": 7},
        "7",
    ),
    (b"event: error\ndata:\n\n", "it does not say which", "", None),
    (b"event: error\ndata: null\n\n", "it does not say which", None, None),
]


@pytest.mark.parametrize(("data", "message", "body", "code"), ERRORS)
@pytest.mark.parametrize("together", [True, False])
def test_an_error_inside_the_stream_comes_after_the_chunks_before_it(
    data: bytes, message: str, body: object, code: str | None, together: bool
) -> None:
    found = bad(A + B + data + said("c")) if together else bad(A, B, data)
    assert type(found.error) is StreamAPIError
    assert (found.text, found.partial) == ("ab", "ab")
    assert found.error.message == f"The service reported an error inside the stream: {message}"
    assert (found.error.body, found.error.code) == (body, code)


def test_an_error_as_the_first_event_has_nothing_partial() -> None:
    found = bad(event({"error": "no"}))
    assert type(found.error) is StreamAPIError
    assert found.partial is None


def test_the_word_error_in_the_text_is_no_error() -> None:
    found = good(said('"error": {"error": 1}'), event({"choices": [], "error": None}), STOP, DONE)
    assert found.text == '"error": {"error": 1}'


@pytest.mark.parametrize(
    "data",
    [b"data: {broken\n\n", b"data: 5\n\n", b"data: [1]\n\n", b'data: {"choices": 5}\n\n', b"data: \xff\n\n"],
)
def test_data_that_is_no_chunk_is_an_error_that_shows_it(data: bytes) -> None:
    found = bad(A + data + B)
    assert type(found.error) is StreamDecodeError
    assert (found.text, found.partial) == ("a", "a")
    assert data[6:-2].decode("utf-8", "backslashreplace") in found.error.message.replace("\\\\", "\\")


def test_what_an_error_shows_of_the_data_is_bounded() -> None:
    found = bad(b"data: {" + b"x" * 390 + b"\n\n")
    assert found.error is not None
    assert len(found.error.message) < 500


TOO_LARGE = said("x" * 500)


@pytest.mark.parametrize("pieces", [[A + TOO_LARGE], [A, TOO_LARGE], [A, TOO_LARGE[:450]], [A + TOO_LARGE + DONE]])
def test_an_event_that_is_too_large_is_an_error_after_the_chunks_before_it(pieces: list[bytes]) -> None:
    found = bad(*pieces)
    assert type(found.error) is StreamDecodeError
    assert (found.text, found.partial) == ("a", "a")
    assert "larger than 400 bytes; see Limits(event=...)" in found.error.message


def test_an_event_that_is_too_large_after_the_finish_reason_is_an_error_too() -> None:
    assert type(bad(A + STOP + TOO_LARGE).error) is StreamDecodeError


def gathered(stream: bytes) -> bytes:
    return json.dumps(stream.decode()).encode()


def test_a_stream_gathered_into_a_json_string_is_read() -> None:
    found = good(gathered(A + B + STOP + DONE))
    assert (found.text, found.done) == ("ab", True)


def test_a_gathered_stream_without_an_end_is_not_success() -> None:
    found = bad(gathered(A + B))
    assert type(found.error) is StreamInterrupted
    assert (found.text, found.partial) == ("ab", "ab")


@pytest.mark.parametrize("stream", [b"", b'"once more"', b"plain text"])
def test_a_gathered_text_that_is_no_stream_is_not_success(stream: bytes) -> None:
    assert type(bad(gathered(stream)).error) is StreamInterrupted


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
    assert found.error.message.endswith(f": {message}")
    assert (found.error.body, found.error.code, found.chunks) == (body, code, [])


def whole(message: object, finish: str | None = "stop", **more: object) -> bytes:
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return json.dumps({"id": "c", "object": "chat.completion", "choices": [choice], **more}).encode()


@pytest.mark.parametrize("finish", ["stop", None])
def test_a_whole_completion_is_its_only_chunk(finish: str | None) -> None:
    call = {"id": "t1", "function": {"name": "f", "arguments": "{}"}}
    reader = ChunkReader(LIMITS)
    assert reader.feed(whole({"content": "hello", "tool_calls": [call]}, finish, usage={"total_tokens": 3})) == []
    (chunk,) = reader.end()
    assert (chunk.text, reader.error, reader.done) == ("hello", None, True)
    assert chunk.usage is not None
    partial = reader.partial()
    assert partial is not None
    assert (partial.text, partial.message.tool_calls[0].id) == ("hello", "t1")


def test_a_whole_completion_may_hold_numbers_that_are_no_json() -> None:
    assert good(whole({"content": "a"}, score=float("nan"))).text == "a"


def test_what_looks_like_a_whole_completion_and_is_none_is_unreadable() -> None:
    found = bad(whole({"content": ["not", "text"]}))
    assert type(found.error) is StreamDecodeError
    assert "content" in found.error.message


@pytest.mark.parametrize("body", [b"<html><h1>502 Bad Gateway</h1>", b"\n\n <!doctype html>", b'{"cut": ', b'"cut'])
def test_a_page_or_cut_json_is_shown(body: bytes) -> None:
    found = bad(body)
    assert type(found.error) is StreamDecodeError
    assert found.error.message.startswith("The reply is no stream: ")
    assert body.decode().strip()[:10] in found.error.message


def test_a_body_that_is_no_stream_is_bounded() -> None:
    found = bad(b"<html>", *[b"x" * 500] * 5)
    assert type(found.error) is StreamDecodeError
    assert "larger than 2000 bytes" in found.error.message


def test_a_connection_that_broke_leaves_what_had_arrived() -> None:
    reader = ChunkReader(LIMITS)
    reader.feed(A + B)
    error = reader.interrupted(APIConnectionError("The connection was reset.", phase="idle", request_id="r1"))
    assert type(error) is StreamInterrupted
    assert error.message == "The stream was cut: The connection was reset."
    assert error.request_id == "r1"
    assert error.partial is not None
    assert error.partial.text == "ab"


def test_nothing_partial_before_the_first_chunk() -> None:
    assert ChunkReader(LIMITS).partial() is None


def test_what_is_partial_grows_with_the_chunks() -> None:
    reader = ChunkReader(LIMITS)
    seen: list[tuple[str, str | None]] = []
    for piece in (A, B, STOP):
        reader.feed(piece)
        partial = reader.partial()
        assert partial is not None
        seen.append((partial.text, partial.choices[0].finish_reason))
    assert seen == [("a", None), ("ab", None), ("ab", "stop")]


def cut(body: bytes, places: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted(min(place, len(body)) for place in places), len(body)]
    return [body[start:end] for start, end in pairwise(edges) if end > start]


EVENTS = st.lists(
    st.sampled_from(
        [
            A,
            said("é\u2028😀"),
            STOP,
            USAGE,
            DONE,
            TOO_LARGE,
            A.replace(b"\n", b"\r\n"),
            b": ping\n\n",
            b"data:\n\n",
            b"data: {broken\n\n",
            *(error[0] for error in ERRORS[:4]),
        ]
    ),
    max_size=6,
).map(b"".join)
BODIES = st.one_of(
    EVENTS,
    st.tuples(EVENTS, st.integers(0, 60)).map(lambda each: each[0][: len(each[0]) - each[1]]),
    EVENTS.map(lambda body: body.rstrip()),
    EVENTS.map(gathered),
    st.sampled_from([whole({"content": "é"}), b'{"error": "no"}', b"<html>", b'"cut', b"", b"\xef\xbb\xbf" + A + DONE]),
)


@given(BODIES, st.lists(st.integers(0, 900), max_size=10))
@example(A + STOP + TOO_LARGE, [])
@example(A.replace(b"\n", b"\r\n") + DONE.replace(b"\n", b"\r\n"), [len(A) + 1])
def test_chunks_and_verdict_are_the_same_however_the_bytes_are_cut(body: bytes, places: list[int]) -> None:
    found = read([body])
    pieces = read(cut(body, places))
    assert pieces.chunks == found.chunks
    assert pieces.verdict == found.verdict
    if len(body) < 300:
        bytewise = read(bytes([byte]) for byte in body)
        assert (bytewise.chunks, bytewise.verdict) == (found.chunks, found.verdict)


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=4))
def test_any_bytes_are_chunks_or_an_error(body: bytes, places: list[int]) -> None:
    found = read(cut(body, places))
    assert found.error is not None
    assert found.verdict[0] == read([body]).verdict[0]
