"""From the bytes of a stream of messages to its events, and to the error that says how it ended badly."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from baseten_sdk import APIConnectionError, StreamAPIError, StreamDecodeError, StreamError, StreamInterrupted
from baseten_sdk.types.message_events import ContentBlockDeltaEvent, MessageDeltaEvent, OtherEvent, RawMessageStopEvent

from .event_bodies import HELLO, START, STOP, Fields, closed, delta, ended, opened, read, wire


def kinds(*pieces: bytes) -> list[str]:
    return [str(event.type) for event in read(*pieces)[0]]


def failure(*pieces: bytes) -> StreamError:
    error = read(*pieces)[1].error
    assert error is not None
    return error


@given(st.booleans(), st.lists(st.integers(0, 1200), max_size=6))
def test_the_events_are_the_same_for_every_cut_and_with_or_without_names(named: bool, places: list[int]) -> None:
    body = wire(*HELLO, named=named)
    edges = [0, *sorted(min(place, len(body)) for place in places), len(body)]
    events, reader = read(*(body[start:end] for start, end in pairwise(edges) if start < end))
    assert [event.type for event in events] == [event["type"] for event in HELLO]
    assert reader.done
    message = reader.partial()
    assert message is not None
    assert (message.text, message.stop_reason, message.id) == ("Hello world", "end_turn", "msg_1")


def test_a_message_is_complete_when_message_stop_has_come_and_nothing_after_it_counts() -> None:
    events, reader = read(wire(*HELLO), wire(delta(text="!")), end=False)
    assert reader.done
    assert isinstance(events[-1], RawMessageStopEvent)


@pytest.mark.parametrize("count", range(len(HELLO)))
@pytest.mark.parametrize("done", [b"", b"data: [DONE]\n\n"])
def test_a_stream_that_ends_without_message_stop_was_cut(count: int, done: bytes) -> None:
    error = failure(wire(*HELLO[:count]) + done)
    assert type(error) is StreamInterrupted
    assert (error.partial.text if error.partial else None) == [None, "", "", "Hello", *["Hello world"] * 3][count]


def test_a_connection_that_breaks_leaves_what_had_arrived() -> None:
    _, reader = read(wire(*HELLO[:3]), end=False)
    error = reader.interrupted(APIConnectionError("reset", phase="idle"))
    assert error.partial is not None
    assert error.partial.text == "Hello"


def test_done_and_pings_mean_nothing_here() -> None:
    ping = wire({"type": "ping"})
    assert kinds(ping + wire(*HELLO[:4]) + ping, b"data: [DONE]\n\n" + wire(*HELLO[4:])) == [
        event["type"] for event in HELLO
    ]


def test_events_and_blocks_of_unknown_types_are_kept_and_passed_over() -> None:
    cube: Fields = {"type": "hologram", "shape": "cube"}
    events, reader = read(wire(START, {"type": "weather", "sky": "clear"}, opened(cube), closed(), ended(), STOP))
    assert isinstance(events[1], OtherEvent)
    assert (str(events[1].type), events[1].to_dict()) == ("weather", {"type": "weather", "sky": "clear"})
    message = reader.partial()
    assert message is not None
    assert [block.to_dict() for block in message.content] == [cube]


@pytest.mark.parametrize(
    "sent",
    [
        b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
        b'data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
        b'data: {"error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
        b'data: {"object":"error","type":"overloaded_error","message":"Overloaded"}\n\n',
        b'data: {"message":"Overloaded","code":529}\n\n',
        b'data: {"detail":"Overloaded"}\n\n',
        b"event: error\ndata: Overloaded\n\n",
    ],
)
def test_an_error_inside_the_stream_is_raised_with_what_had_arrived(sent: bytes) -> None:
    events, reader = read(wire(*HELLO[:3]) + sent + wire(*HELLO[3:]))
    assert len(events) == 3
    error = reader.error
    assert isinstance(error, StreamAPIError)
    assert "Overloaded" in error.message
    assert error.partial is not None
    assert error.partial.text == "Hello"
    if b"overloaded_error" in sent or b"529" in sent:
        assert error.transient


@pytest.mark.parametrize("sent", [b"data: nonsense\n\n", b'data: {"type":\n\n', b"data: [1]\n\n"])
def test_data_that_are_no_event_break_the_stream(sent: bytes) -> None:
    error = failure(wire(*HELLO[:3]) + sent)
    assert isinstance(error, StreamDecodeError)
    assert error.partial is not None


def test_a_type_that_only_the_name_of_the_event_tells_is_read() -> None:
    untyped = [{name: value for name, value in event.items() if name != "type"} for event in HELLO]
    plain = b"".join(
        b"event: %b\ndata: %b\n\n" % (str(event["type"]).encode(), json.dumps(rest).encode())
        for event, rest in zip(HELLO, untyped, strict=True)
    )
    assert kinds(plain) == [event["type"] for event in HELLO]


def test_odd_fields_cost_only_themselves() -> None:
    events, reader = read(
        wire(
            START,
            opened({"type": "text", "text": None}),
            {"type": "content_block_delta", "index": "0", "delta": {"type": "text_delta", "text": "Hi", "x": 1}},
            {"type": "content_block_delta", "index": 0, "delta": None},
            ended(input_tokens="14", output_tokens="2", cache_read_input_tokens="4"),
            STOP,
        )
    )
    assert isinstance(events[2], ContentBlockDeltaEvent)
    assert events[2].index == 0
    assert isinstance(events[4], MessageDeltaEvent)
    assert (events[4].usage.prompt_tokens, events[4].usage.cached_tokens) == (14, 4)
    message = reader.partial()
    assert message is not None
    assert message.text == "Hi"


def test_a_character_cut_in_two_is_put_together() -> None:
    half = [b'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%b"}}\n\n']
    sent = b"".join(half[0] % piece for piece in (rb"a\ud83d", rb"\ude00b"))
    _, reader = read(wire(*HELLO[:2]) + sent + wire(*HELLO[4:]))
    message = reader.partial()
    assert message is not None
    assert message.text == "a😀b"


WHOLE: Fields = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "a/b",
    "content": [
        {"type": "thinking", "thinking": "Hm", "signature": "s"},
        {"type": "text", "text": "Hello"},
        {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}},
        {"type": "hologram", "shape": "cube"},
    ],
    "stop_reason": "tool_use",
    "usage": {"input_tokens": 3, "output_tokens": 4},
}


def test_a_whole_reply_where_a_stream_was_asked_for_is_read_as_its_events() -> None:
    events, reader = read(json.dumps(WHOLE).encode())
    assert (events[0].type, events[-1].type, reader.done) == ("message_start", "message_stop", True)
    message = reader.partial()
    assert message is not None
    assert [block.to_dict() for block in message.content] == WHOLE["content"]
    assert (message.stop_reason, message.usage.total_tokens) == ("tool_use", 7)


def test_a_stream_that_was_gathered_into_one_json_text_is_read() -> None:
    events, reader = read(json.dumps(wire(*HELLO).decode()).encode())
    assert len(events) == len(HELLO)
    assert reader.done


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"type":"error","error":{"message":"no"}}', StreamAPIError),
        (b"<html>", StreamDecodeError),
        (b"hello there", StreamDecodeError),
        (b"", StreamInterrupted),
    ],
)
def test_a_body_that_is_no_stream_says_what_it_is(body: bytes, kind: type[StreamError]) -> None:
    assert type(failure(body)) is kind


ODD_DELTAS = [
    *(delta(text=text) for text in ("a", "é😀", "", "\ud83d", "\ude00 b", "\ud83d lost")),
    delta(thinking="so"),
    {**delta(text="7"), "index": None},
    {**delta(text="8"), "index": "1", "more": {"type": "ping"}},
    {"type": "content_block_delta", "index": 0, "delta": None},
    {"type": "content_block_delta", "index": 0, "delta": {"text": 9}},
    {"type": "content_block_delta", "index": 0, "delta": "text"},
    {"type": "content_block_delta"},
    {"type": "ping"},
    {"type": "surprise"},
    closed(),
    STOP,
]


@given(st.lists(st.sampled_from(ODD_DELTAS), max_size=9), st.booleans())
def test_deltas_that_arrive_together_are_read_like_others(sent: list[Fields], named: bool) -> None:
    events = [START, opened({"type": "text", "text": ""}), *sent]
    together, reader = read(wire(*events, named=named, compact=True))
    for pieces in ([wire(each, named=named, compact=True) for each in events], [wire(*events, named=named)]):
        apart, other = read(*pieces)
        assert together == apart
        assert [each.to_dict() for each in together] == [each.to_dict() for each in apart]
        assert (reader.done, type(reader.error)) == (other.done, type(other.error))
        assert reader.partial() == other.partial()


def test_reading_goes_on_behind_an_odd_delta_among_others() -> None:
    texts = ["a", "b", "\ud83d", "\ude00", "c"]
    events, reader = read(wire(*(delta(text=text) for text in texts), compact=True), end=False)
    assert [event.delta.text for event in events if isinstance(event, ContentBlockDeltaEvent)] == [
        "a",
        "b",
        "",
        "😀",
        "c",
    ]
    message = reader.partial()
    assert message is not None
    assert message.text == "ab😀c"


def test_a_delta_whose_type_comes_twice_is_what_the_last_one_says() -> None:
    twice = b'data: {"type":"content_block_delta","type":"message_stop"}\n\n'
    events, reader = read(wire(delta(text="a"), compact=True) + twice, end=False)
    assert [event.type for event in events] == ["content_block_delta", "message_stop"]
    assert reader.done


@pytest.mark.parametrize("more", [b'{"a":1}', b'{"z":1}'])
def test_an_event_without_a_type_is_no_delta_beside_deltas(more: bytes) -> None:
    events, _ = read(wire(delta(text="a"), named=False, compact=True) + b"data: %b\n\n" % more, end=False)
    assert [event.type for event in events] == ["content_block_delta", ""]
