"""A chat stream from its bytes: the chunks, the verdict on its end, and what had arrived when it failed."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import example, given, strategies as st

from baseten_sdk._core.chat.reader import ChunkReader
from baseten_sdk.config import Limits
from baseten_sdk.errors import (
    APIConnectionError,
    IdleTimeout,
    StreamAPIError,
    StreamDecodeError,
    StreamInterrupted,
)
from baseten_sdk.types.chat import ChatCompletion
from tests.core.chat.chat_bodies import (
    DONE,
    LIMITS,
    STOP,
    TOO_LARGE,
    USAGE,
    A,
    B,
    bad,
    event,
    gathered,
    good,
    read,
    said,
    whole,
)


def test_a_stream_that_says_done_is_complete() -> None:
    found = good(A, B, STOP, USAGE, DONE)
    assert (found.text, found.done, len(found.chunks)) == ("ab", True, 4)
    assert found.chunks[-1].usage is not None
    assert found.chunks[-1].usage.total_tokens == 3


def test_done_alone_completes_a_stream_without_a_finish_reason() -> None:
    assert good(A, DONE).text == "a"


def test_a_finish_reason_alone_completes_a_stream_that_ends_cleanly() -> None:
    found = good(A, STOP, USAGE)
    assert (found.text, found.done) == ("a", True)


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


@pytest.mark.parametrize(
    "odd",
    [
        '{"choices": {}}',
        '{"choices": null}',
        '{"choices": [{"index": 0, "delta": []}]}',
        '{"choices": [{"index": 0, "delta": null}]}',
        '{"choices": [{"index": 0, "delta": {"tool_calls": {}}}]}',
    ],
)
def test_an_empty_container_of_the_other_kind_is_an_empty_one(odd: str) -> None:
    assert good(A, f"data: {odd}\n\n".encode(), B, STOP, DONE).text == "ab"


@pytest.mark.parametrize("odd", ['{"choices": [1]}', '{"choices": [{"delta": [1]}]}', '{"choices": "x"}'])
def test_a_container_with_something_in_it_is_an_error(odd: str) -> None:
    assert bad(A, f"data: {odd}\n\n".encode(), STOP, DONE).error is not None


@pytest.mark.parametrize("quiet", [b"data: null\n\n", b"data:  null \n\n"])
def test_null_is_no_chunk(quiet: bytes) -> None:
    assert good(quiet, A, quiet, STOP, DONE).text == "a"


def test_a_quoted_done_is_done() -> None:
    assert good(A, b'data: "[DONE]"\n\n').done


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
    assert found.error.message == "The stream ended before anything arrived."
    assert found.partial is None


def test_done_with_nothing_before_it_is_not_success() -> None:
    found = bad(DONE)
    assert type(found.error) is StreamInterrupted
    assert "before anything arrived" in found.error.message


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
        event({"message": "out of memory", "type": "Internal Server Error", "code": 500}),
        "out of memory",
        {"message": "out of memory", "type": "Internal Server Error", "code": 500},
        "500",
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
    assert found.error.message == f"The service reported an error inside the stream: {message}."
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


@pytest.mark.parametrize("pieces", [[A + TOO_LARGE], [A, TOO_LARGE], [A, TOO_LARGE[:450]], [A + TOO_LARGE + DONE]])
def test_an_event_that_is_too_large_is_an_error_after_the_chunks_before_it(pieces: list[bytes]) -> None:
    found = bad(*pieces)
    assert type(found.error) is StreamDecodeError
    assert (found.text, found.partial) == ("a", "a")
    assert "larger than 400 bytes; see Limits(event=...)" in found.error.message


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        ({"message": {"content": "a"}}, "a"),
        ({"message": {"content": "so far: a"}, "delta": {"content": "a"}}, "a"),
        ({"message": None, "delta": {"content": "a"}}, "a"),
        ({"message": None}, ""),
        ({"finish_reason": "stop"}, ""),
    ],
)
def test_a_message_counts_only_where_a_choice_has_no_delta(choice: dict[str, object], text: str) -> None:
    assert good(event({"id": "c", "choices": [{"index": 0, **choice}]}), STOP).text == text


@pytest.mark.parametrize("last", [{}, {"delta": None}])
def test_a_whole_message_at_the_end_adds_what_the_deltas_have_not_brought(last: dict[str, object]) -> None:
    calls = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    message = {"role": "assistant", "content": "ab", "tool_calls": calls}
    deltas = [{"index": 0, "delta": {"content": piece}} for piece in ("a", "b")]
    end = {"index": 0, "message": message, "finish_reason": "tool_calls", **last}
    found = good(*(event({"id": "c", "choices": [each]}) for each in (*deltas, end)), DONE)
    assert found.text == "ab"
    assert [len(each.choices[0].delta.tool_calls) for each in found.chunks] == [0, 0, 1]
    unfinished = {**end, "finish_reason": None}
    assert bad(*(event({"id": "c", "choices": [each]}) for each in (*deltas, unfinished))).partial == "ab"


def test_messages_that_come_in_pieces_are_deltas() -> None:
    opened = {"index": 0, "delta": {"role": "assistant", "content": ""}}
    pieces = [{"index": 0, "message": {"content": each}} for each in ("a", "a", "b")]
    assert good(*(event({"id": "c", "choices": [each]}) for each in (opened, *pieces)), STOP).text == "aab"


def test_a_message_counts_in_any_choice() -> None:
    choices = [{"index": 0, "delta": {"content": "a"}}, {"index": 1, "message": {"content": "b"}}]
    (chunk,) = good(event({"id": "c", "choices": choices}), DONE).chunks
    assert [choice.delta.content for choice in chunk.choices] == ["a", "b"]


def test_a_chunk_that_calls_itself_an_error_is_one() -> None:
    found = bad(event({"object": "error", "choices": [{"index": 0, "delta": {}}]}))
    assert type(found.error) is StreamAPIError


def test_an_event_that_is_too_large_after_the_finish_reason_is_an_error_too() -> None:
    assert type(bad(A + STOP + TOO_LARGE).error) is StreamDecodeError


def test_a_connection_that_broke_leaves_what_had_arrived() -> None:
    reader = ChunkReader(LIMITS)
    list(reader.feed(A + B))
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
        list(reader.feed(piece))
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


@pytest.mark.parametrize("size", [1, 10_000])
def test_a_stream_that_is_too_large_is_an_error_after_the_chunks_before_it(size: int) -> None:
    body = A * 10
    limits = Limits(stream=len(A) * 3 + 1)
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    found = read(pieces, limits)
    assert type(found.error) is StreamDecodeError
    assert found.error.message.endswith(f"it is larger than {limits.stream} bytes; see Limits(stream=...).")
    assert found.text == ("" if size > len(body) else "aaa")
    assert not found.done


def test_a_stream_of_the_largest_size_is_read() -> None:
    body = A + STOP + DONE
    assert read([body], Limits(stream=len(body))).done


def test_what_had_arrived_is_put_together_when_it_is_looked_at_and_once() -> None:
    made = 0

    def make() -> ChatCompletion:
        nonlocal made
        made += 1
        return ChatCompletion.model_validate({"id": "c", "choices": [{"message": {"content": "ab"}}]})

    error = StreamInterrupted("cut", partial=make)
    assert "cut" in str(error) + repr(error)
    assert made == 0
    assert error.partial is error.partial
    assert error.partial is not None
    assert (error.partial.text, made) == ("ab", 1)
    copies = [copy.copy(StreamInterrupted("cut", partial=make)), pickle.loads(pickle.dumps(error))]
    assert [each.partial for each in copies] == [error.partial] * 2
    assert StreamInterrupted("cut", partial=make) == error != StreamInterrupted("cut")
    late = IdleTimeout("late", phase="idle")
    assert late.partial is None
    late.partial = make
    assert late.partial == error.partial
