"""The event-stream decoder against a reading of the whole input, for every way of cutting it."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import example, given, strategies as st

from baseten_sdk._core.stream.sse import EventTooLarge, ServerSentEvent, SSEDecoder
from tests.growth import grows_evenly


def decode(pieces: Iterable[bytes], limit: int = 1 << 20) -> tuple[list[ServerSentEvent], bool]:
    """All events of a stream, and whether it ended with an event that was too large."""
    decoder = SSEDecoder(limit)
    events: list[ServerSentEvent] = []
    try:
        for piece in pieces:
            events += decoder.feed(piece)
        events += decoder.flush()
    except EventTooLarge:
        return events, True
    return events, False


def reference(stream: bytes) -> Iterator[ServerSentEvent]:
    """The events of a whole stream, read line by line as the standard's text puts it."""
    lines = re.split(rb"\r\n|\n|\r", stream[3:] if stream[:3] == b"\xef\xbb\xbf" else stream)
    if b":" not in lines[-1]:
        lines[-1] = b""
    data: list[bytes] = []
    event = ""
    last_id: str | None = None
    retry: int | None = None
    for line in (*lines, b""):
        if line == b"":
            if data:
                yield ServerSentEvent(event or "message", b"\n".join(data), last_id, retry)
            data, event = [], ""
            continue
        found = re.fullmatch(rb"([^:]*)(?:: ?)?(.*)", line, re.DOTALL)
        assert found is not None
        name, value = found.groups()
        text = value.decode("utf-8", "replace")
        if name == b"data":
            data.append(value)
        elif name == b"event":
            event = text
        elif name == b"id" and b"\0" not in value:
            last_id = text
        elif name == b"retry" and re.fullmatch(rb"[0-9]{1,15}", value):
            retry = int(value)


def cut(stream: bytes, places: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted(min(place, len(stream)) for place in places), len(stream)]
    return [stream[start:end] for start, end in pairwise(edges)]


LINE_ENDS = st.sampled_from([b"\n", b"\n", b"\r\n", b"\r"])
VALUES = st.one_of(
    st.sampled_from([b"", b" ", b"  two", b"[DONE]", b'{"a": "b:c"}', b"\xff\xfe", b"nul\0", b"007", b"12"]),
    st.text("ab:\u2028\u2029\u0085\x0b\x0c\ufeffé😀 ", max_size=6).map(str.encode),
)
FIELDS = st.builds(
    bytes.__add__,
    st.sampled_from([b"data:", b"data: ", b"data: ", b"event:", b"id: ", b"retry:", b":", b": ", b"odd: "]),
    VALUES,
)
LINES = st.one_of(FIELDS, st.sampled_from([b"", b"", b"data", b"event", b"id", b"nonsense", b"\xef\xbb\xbfdata: x"]))
PLAIN_EVENTS = st.lists(st.sampled_from([b"data: {}\n\n", b"data: [1]\n\n", b"data: \n\n"]), max_size=4).map(b"".join)


def stream_of(bom: bytes, parts: list[bytes], rest: bytes) -> bytes:
    return bom + b"".join(parts) + rest


STREAMS = st.builds(
    stream_of,
    st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xef\xbb", b"\xef\xbb\xbf\xef\xbb\xbf"]),
    st.lists(st.one_of(st.builds(bytes.__add__, LINES, LINE_ENDS), PLAIN_EVENTS), max_size=12),
    st.one_of(st.just(b""), LINES),
)


@given(STREAMS, st.lists(st.integers(0, 120), max_size=8))
@example(b"data: a\r\n\r\ndata: b\n\n", [8, 9, 10, 11])
@example(b"data: a\n\ndata: b\r\n\r\n\n", [9])
@example(b"\xef\xbb\xbfdata: a\n\n", [1, 2])
@example(b"\xef\xbbdata: a\n\n", [2])
@example(b"data: a\n\ndata: b\rdata: c\n\n", [9])
@example(b"data: a\r\rdata: b\n\n\ndata: c\n\n", [9, 18])
def test_every_cut_gives_the_events_of_the_whole(stream: bytes, places: list[int]) -> None:
    expected = list(reference(stream))
    assert decode([stream]) == (expected, False)
    assert decode(cut(stream, places)) == (expected, False)
    assert decode(bytes([byte]) for byte in stream) == (expected, False)


NAMES = st.sampled_from([b"a", b"error", b"message_stop", b"", b" a"])
DATA = st.sampled_from([b'{"type":"a"}', b'{"error":{}}', b'{"text":"\\"a\\""}', b'{"type":"message_stop"}', b"[DONE]"])
NAMED = st.builds(b"event: %b\ndata: %b\n\n".__mod__, st.tuples(NAMES, DATA))


@given(st.lists(st.one_of(NAMED, PLAIN_EVENTS), max_size=6).map(b"".join), st.lists(st.integers(0, 120), max_size=8))
def test_runs_hold_the_events_of_the_whole(stream: bytes, places: list[int]) -> None:
    decoder = SSEDecoder(2**20)
    groups = [group for piece in cut(stream, places) for group in decoder.feed_groups(piece)]
    found = [(group.event, data) for group in groups for data in group.data]
    assert found == [(event.event, event.data) for event in reference(stream)]


def test_events_of_one_type_that_arrive_together_are_a_run() -> None:
    decoder = SSEDecoder(2**20)
    decoder.feed_groups(b"\n")
    names = [b"start", *[b"delta"] * 4, b"ping", *[b"delta"] * 4, b"stop"]
    groups = decoder.feed_groups(b"".join(b"event: %b\ndata: %d\n\n" % (name, n) for n, name in enumerate(names)))
    assert [(group.event, group.data) for group in groups if len(group.data) > 1] == [
        ("delta", [b"1", b"2", b"3", b"4"]),
        ("delta", [b"6", b"7", b"8", b"9"]),
    ]
    assert [data for group in groups for data in group.data] == [b"%d" % n for n in range(len(names))]
    groups = decoder.feed_groups(b"event: delta\ndata: 0\n\n" * 3)
    assert [(group.event, group.data) for group in groups] == [("delta", [b"0"] * 3)]


@given(STREAMS, st.lists(st.integers(0, 120), max_size=8), st.integers(1, 12))
def test_every_cut_meets_the_limit_after_the_same_events(stream: bytes, places: list[int], limit: int) -> None:
    whole = decode([stream], limit)
    assert decode(cut(stream, places), limit) == whole
    assert decode([bytes([byte]) for byte in stream], limit) == whole
    if not whole[1]:
        assert whole[0] == list(reference(stream))


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b"data: a\n\ndata: b\n\n", [b"a", b"b"]),
        (b"data: a\r\rdata: b\r\r", [b"a", b"b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"]),
        (b"data: a\ndata: b\n\n", [b"a\nb"]),
        (b"data\n\ndata\ndata\n\n", [b"", b"\n"]),
        (b"data:a\n\ndata:  b\n\n", [b"a", b" b"]),
        (b": ping\n\ndata: a\n\n: ping\n\n", [b"a"]),
        (b"event: x\n\ndata: a\n\n", [b"a"]),
        (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
        (
            "data: a\u2028b\u2029c\u0085d\x0be\x0cf\n\n".encode(),
            ["a\u2028b\u2029c\u0085d\x0be\x0cf".encode()],
        ),
        (b" data: not a field\n\ndata : nor this\n\n", []),
    ],
)
def test_the_data_are_as_the_standard_says(stream: bytes, data: list[bytes]) -> None:
    assert [event.data for event in decode([stream])[0]] == data


def test_fields_besides_data_are_kept() -> None:
    stream = b"retry: 30\nid: 7\nevent: error\ndata: x\n\ndata: y\n\nid: a\0b\nretry: 1e3\ndata: z\n\nid\ndata: z\n\n"
    assert decode([stream])[0] == [
        ServerSentEvent("error", b"x", "7", 30),
        ServerSentEvent("message", b"y", "7", 30),
        ServerSentEvent("message", b"z", "7", 30),
        ServerSentEvent("message", b"z", "", 30),
    ]


def test_an_absurd_retry_is_ignored() -> None:
    assert decode([b"retry: " + b"9" * 5000 + b"\ndata: x\n\n"])[0] == [ServerSentEvent(data=b"x")]


def test_a_cr_at_the_end_of_a_piece_does_not_delay_the_event() -> None:
    decoder = SSEDecoder(2**20)
    assert decoder.feed(b"data: a\r\n\r") == [ServerSentEvent(data=b"a")]
    assert decoder.feed(b"\ndata: b\r") == []
    assert decoder.feed(b"\n\n") == [ServerSentEvent(data=b"b")]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r", b"\r\n"])
def test_the_last_event_is_not_lost_where_the_blank_line_is_missing(end: bytes) -> None:
    decoder = SSEDecoder(2**20)
    assert decoder.feed(b"data: {}\n\ndata: [DONE]" + end) == [ServerSentEvent(data=b"{}")]
    assert decoder.flush() == [ServerSentEvent(data=b"[DONE]")]
    assert decoder.flush() == []


def test_a_field_name_cut_by_the_end_adds_nothing() -> None:
    assert decode([b"data: [DONE]\ndata"])[0] == [ServerSentEvent(data=b"[DONE]")]


@pytest.mark.parametrize(
    "stream",
    [b"data: 1234567890", b"data: 123456\ndata: 789012\n\n", b": a comment without an end", b"x" * 17],
)
def test_what_is_too_large_is_an_error_after_the_events_before_it(stream: bytes) -> None:
    decoder = SSEDecoder(12)
    assert decoder.feed(b"data: a\n\n" + stream) == [ServerSentEvent(data=b"a")]
    for _ in range(2):
        with pytest.raises(EventTooLarge, match="larger than 12 bytes"):
            decoder.feed(b"data: b\n\n")
    with pytest.raises(EventTooLarge):
        decoder.flush()


def test_nothing_comes_after_an_event_that_was_too_large() -> None:
    decoder = SSEDecoder(12)
    assert decoder.feed(b"data: a\n\n") == [ServerSentEvent(data=b"a")]
    for piece in (b"data: 12345678\n\n", b"data: b\n\n", b"data: b\n\n"):
        with pytest.raises(EventTooLarge):
            decoder.feed(piece)


def test_an_event_of_exactly_the_limit_is_taken() -> None:
    assert decode([b"data: 123456\n\n"], 12) == ([ServerSentEvent(data=b"123456")], False)
    assert decode([b"data: 1234567\n\n"], 12) == ([], True)


def test_a_line_without_end_is_bounded_in_memory() -> None:
    piece = b"x" * 65536
    tracemalloc.start()
    try:
        assert decode((piece for _ in range(1600)), 1 << 20) == ([], True)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("piece", "size"), [(1, 1 << 14), (1024, 1 << 19)])
def test_a_huge_event_in_small_pieces_costs_no_more_than_its_length(piece: int, size: int) -> None:
    def split(size: int) -> None:
        stream = b"data: " + b"x" * size + b"\n\n"
        pieces = [stream[start : start + piece] for start in range(0, len(stream), piece)]
        events, _ = decode(pieces, 1 << 24)
        assert len(events[0].data) == size

    assert grows_evenly(split, size)


def test_an_event_is_a_frozen_value() -> None:
    event = ServerSentEvent("error", b"x", "1", 2)
    assert event == ServerSentEvent(event="error", data=b"x", id="1", retry=2)
    assert hash(event) == hash(copy.copy(event))
    assert pickle.loads(pickle.dumps(event)) == event
    assert repr(event) == "ServerSentEvent(event='error', data=b'x', id='1', retry=2)"
    assert dataclasses.replace(event, data=b"y").data == b"y"
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(event, "data", b"y")  # noqa: B010
    assert str(pickle.loads(pickle.dumps(EventTooLarge(5)))) == str(EventTooLarge(5))
