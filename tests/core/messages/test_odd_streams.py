"""Streams of messages as servers and translating proxies write them, and what they add up to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from baseten_sdk import StreamAPIError, StreamInterrupted
from baseten_sdk.types.message_blocks import ToolUseBlock
from baseten_sdk.types.message_events import ContentBlockStopEvent, TextEvent, ThinkingEvent

from .event_bodies import HELLO, START, STOP, Fields, closed, delta, ended, opened, read, told, wire

TEXT: Fields = {"type": "text", "text": ""}
USED = ended("tool_use")


def tool(id: str | None = "t1", **more: object) -> Fields:
    return {"type": "tool_use", "name": "f", "input": {}, **({} if id is None else {"id": id}), **more}


@dataclass(frozen=True)
class Added:
    """What a stream adds up to: its texts and calls in order, as the message and as its events have them."""

    blocks: list[object]
    told: list[object]


def added(*events: Fields) -> Added:
    seen, reader = read(wire(*events))
    assert reader.error is None
    message = reader.partial()
    assert message is not None
    stops = [each.content_block for each in told(seen) if isinstance(each, ContentBlockStopEvent)]
    return Added([_plain(each) for each in message.content], [_plain(each) for each in stops])


def _plain(block: object) -> object:
    if isinstance(block, ToolUseBlock):
        return block.input
    return getattr(block, "thinking", None) or getattr(block, "text", None)


@pytest.mark.parametrize(
    ("sent", "input", "arguments"),
    [
        (None, {}, "{}"),
        ("", {}, "{}"),
        ("null", {}, "{}"),
        ('{"a": 1}', {"a": 1}, '{"a":1}'),
        (r'{"a": "\ud83d"}', {"a": "\ufffd"}, '{"a":"\ufffd"}'),
        ('{"a": 1', {"raw_arguments": '{"a": 1'}, '{"a": 1'),
        ("{'a': 1}", {"raw_arguments": "{'a': 1}"}, "{'a': 1}"),
        ("[1]", {"raw_arguments": "[1]"}, "[1]"),
        ({"raw_arguments": 5}, {"raw_arguments": 5}, '{"raw_arguments":5}'),
    ],
)
def test_an_input_sent_as_text_is_read_or_kept_whole(sent: object, input: object, arguments: str) -> None:
    block = ToolUseBlock.model_validate({"id": "t1", "name": "f", "input": sent})
    assert (block.input, block.arguments) == (input, arguments)


ONE = ({"a": 1},)
TWO = ({"a": 1}, {"a": 2})
A1, A2 = delta(partial_json='{"a": 1}'), delta(partial_json='{"a": 2}')
AT_1: Fields = {"index": 1}


@pytest.mark.parametrize(
    ("events", "blocks"),
    [
        pytest.param(
            (opened(tool("t1")), A1, closed(), opened(tool("t2")), A2, closed()), TWO, id="calls share an index"
        ),
        pytest.param((opened(tool("t1")), A1, opened(tool("t2")), A2), TWO, id="and never end"),
        pytest.param(
            (opened(TEXT), delta(text="Hi"), closed(), opened(tool("t1")), A1, closed()),
            ("Hi", *ONE),
            id="a text and a call share an index",
        ),
        pytest.param(
            (opened(TEXT), delta(text="A"), closed(), opened(TEXT), delta(text="B"), opened(tool("t1"), 1), A1 | AT_1),
            ("A", "B", *ONE),
            id="texts share an index, a call has the next one",
        ),
        pytest.param(
            (opened(TEXT), delta(text="H"), opened(TEXT), delta(text="i"), closed()), ("Hi",), id="twice begun"
        ),
        pytest.param((opened(tool("t1")), opened(tool("t1")), A1, closed()), ONE, id="a call begins twice"),
        pytest.param((opened(tool("t1")), opened(tool(None)), A1, closed()), ONE, id="the second time without an id"),
        pytest.param(
            (opened(tool("t1")), A1, closed(), opened(tool("t1"), 1), A1 | AT_1, closed(1)),
            ONE,
            id="a call comes twice",
        ),
        pytest.param(
            (opened(tool("t1")), A1, closed(), opened(tool("t1"), 1), A2 | AT_1, closed(1)),
            TWO,
            id="an id is used twice",
        ),
        pytest.param(
            (opened(TEXT), delta(thinking="Hm"), delta(text="Hi"), closed()),
            ("Hm", "Hi"),
            id="thinking in a text's place",
        ),
        pytest.param(
            (opened(TEXT), delta(text="A"), delta(thinking="Hm"), delta(text="B"), closed()),
            ("A", "Hm", "B"),
            id="thinking in the middle of a text",
        ),
        pytest.param(
            (opened(tool("t1")), A1, delta(text="Hi"), closed()), (*ONE, "Hi"), id="a text in the place of a call"
        ),
        pytest.param(
            (opened(tool("t1")), delta(partial_json="{}"), A1, closed()), ONE, id="an empty object comes first"
        ),
        pytest.param((opened(tool("t1")), delta(partial_json={"a": 1}), closed()), ONE, id="arguments as an object"),
        pytest.param((opened(tool("t1", input={"a": 1})), closed()), ONE, id="arguments at the beginning"),
        pytest.param((opened(tool("t1")), delta(partial_json="{}"), closed()), ({},), id="no arguments"),
    ],
)
def test_blocks_are_told_apart_however_they_are_numbered(
    events: tuple[Fields, ...], blocks: tuple[object, ...]
) -> None:
    found = added(START, *events, USED, STOP)
    assert found.blocks == [*blocks]
    assert sorted(map(str, found.told)) == sorted(map(str, blocks))


SAID: Fields = {"type": "text", "text": "Hel"}


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((opened(SAID), delta(text="lo"), closed()), id="with its beginning"),
        pytest.param((opened({"type": "text", "text": "Hello"}), closed()), id="with nothing else"),
        pytest.param((opened(TEXT), opened(SAID), delta(text="lo"), closed()), id="with its second beginning"),
        pytest.param((opened({"type": None, "text": "Hel"}), delta(text="lo"), closed()), id="without a type"),
    ],
)
def test_a_text_that_comes_with_the_beginning_of_its_block_is_told(events: tuple[Fields, ...]) -> None:
    seen, reader = read(wire(START, *events, ended(), STOP))
    made = told(seen)
    assert "".join(each.text for each in made if isinstance(each, TextEvent)) == "Hello"
    assert [each.snapshot for each in made if isinstance(each, TextEvent)][-1] == "Hello"
    message = reader.partial()
    assert message is not None
    assert message.text == "Hello"


def test_thinking_that_comes_with_the_beginning_of_its_block_is_told() -> None:
    seen, _ = read(wire(START, opened({"type": "thinking", "thinking": "H"}), delta(thinking="m"), STOP))
    assert [each.thinking for each in told(seen) if isinstance(each, ThinkingEvent)] == ["H", "m"]


def test_blocks_that_come_with_the_beginning_of_the_message_are_kept_if_no_others_come() -> None:
    start: Fields = {"type": "message_start", "message": {"content": [{"type": "text", "text": "Hello world"}]}}
    assert added(start, STOP).blocks == ["Hello world"]
    assert added(start, *HELLO[1:]).blocks == ["Hello world"]


def test_blocks_that_come_with_the_beginning_of_the_message_are_told_of_at_its_end() -> None:
    content = [{"type": "thinking", "thinking": "Hm"}, {"type": "text", "text": "Hi"}, tool(), {"type": "hologram"}]
    start: Fields = {"type": "message_start", "message": {"content": content}}
    found = added(start, USED, STOP)
    assert found.told == found.blocks == ["Hm", "Hi", {}, None]
    events = told(read(wire(start, USED, STOP))[0])
    pieces = [event for event in events if isinstance(event, TextEvent | ThinkingEvent)]
    assert [each.snapshot for each in pieces] == ["Hm", "Hi"]
    assert [type(event) for event in events][-6:-4] == [ContentBlockStopEvent, TextEvent]


def test_a_block_that_is_only_a_beginning_is_not_replaced() -> None:
    found = added(START, opened({"type": "redacted_thinking", "data": "x"}), opened(TEXT), delta(text="Hi"), STOP)
    assert found.blocks == [None, "Hi"]


def test_the_input_of_a_hosted_tool_is_put_together() -> None:
    block: Fields = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}}
    _, reader = read(wire(START, opened(block), delta(partial_json='{"q": '), delta(partial_json='"x"}'), STOP))
    message = reader.partial()
    assert message is not None
    assert message.content[0].to_dict() == {**block, "input": {"q": "x"}}


@pytest.mark.parametrize("type", [None, ""])
def test_the_name_of_an_event_counts_where_its_data_have_no_type(type: str | None) -> None:
    lines = [(str(each["type"]), json.dumps({**each, "type": type})) for each in HELLO]
    seen, reader = read("".join(f"event: {name}\ndata: {data}\n\n" for name, data in lines).encode())
    assert (reader.done, [each.type for each in seen]) == (True, [name for name, _ in lines])
    others, _ = read(b'data: {"type": null, "a": 1}\n\n')
    assert [each.type for each in others] == [""]


@pytest.mark.parametrize(
    "start",
    [
        {"type": "message_start"},
        {"type": "message_start", "message": None},
        {"type": "message_start", "message": {"id": "msg_1", "role": "assistant"}},
    ],
    ids=["absent", "null", "without content"],
)
def test_a_beginning_may_say_nothing(start: Fields) -> None:
    assert added(start, *HELLO[1:]).blocks == ["Hello world"]


ERROR = b'{"error": {"type": "overloaded_error", "message": "Overloaded"}}'


@given(st.lists(st.integers(0, 800), max_size=5), st.sampled_from([b"", b"\n", b"\r\n", b"\n\n"]))
def test_an_error_in_a_line_of_its_own_is_the_error_however_it_is_cut(places: list[int], end: bytes) -> None:
    body = wire(*HELLO[:3]) + ERROR + end
    edges = [0, *sorted(min(place, len(body)) for place in places), len(body)]
    _, reader = read(*(body[start:stop] for start, stop in pairwise(edges) if start < stop))
    error = reader.error
    assert isinstance(error, StreamAPIError)
    assert (error.type, error.transient, error.partial and error.partial.text) == ("overloaded_error", True, "Hello")


def test_a_page_in_the_middle_is_shown() -> None:
    _, reader = read(wire(*HELLO[:3]) + b"<html><h1>502 Bad Gateway</h1></html>\n")
    assert isinstance(reader.error, StreamInterrupted)
    assert "502 Bad Gateway" in str(reader.error)


def test_a_line_that_is_no_error_does_not_matter_to_a_message_that_is_complete() -> None:
    assert read(wire(*HELLO[:3]), b'{"trace": 1}\n\n', wire(*HELLO[3:]))[1].done


@pytest.mark.parametrize("index", [0, 1, 7, -1, None, "x"], ids=repr)
def test_a_delta_at_a_wrong_index_goes_on_with_the_block_that_waits_for_more(index: object) -> None:
    first, second = delta(2, partial_json='{"a":'), delta(2, partial_json=" 1}")
    texts = delta(1, text="Hello "), delta(1, text="world")
    for place in (first, second, *texts):
        events = [
            opened({"type": "thinking", "thinking": ""}),
            delta(thinking="Hm"),
            closed(),
            opened(TEXT, 1),
            *texts,
            closed(1),
            opened(tool(), 2),
            first,
            second,
            closed(2),
        ]
        moved = [{**event, "index": index} if event is place else event for event in events]
        assert added(START, *moved, USED, STOP).blocks == ["Hm", "Hello world", {"a": 1}]


def test_a_whole_call_takes_no_more() -> None:
    found = added(START, opened(tool()), A1, delta(1, partial_json='{"a": 2}'), USED, STOP)
    assert found.blocks == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("block", [{}, {"z": 1}, None, []], ids=repr)
def test_a_block_that_says_no_type_is_what_its_deltas_are(block: object) -> None:
    events = [{**opened(TEXT), "content_block": block}, delta(thinking="Hm"), closed(), opened(TEXT, 1)]
    _, reader = read(wire(START, *events, delta(1, text="Hi"), ended(), STOP))
    message = reader.partial()
    assert message is not None
    assert (message.text, message.thinking) == ("Hi", "Hm")


@pytest.mark.parametrize(
    "event",
    [{**START, "message": []}, {**ended(), "delta": []}, {**ended(), "delta": {}}],
    ids=["start", "end", "end without a reason"],
)
def test_an_empty_list_for_an_object_is_an_empty_object(event: Fields) -> None:
    _, reader = read(wire(START, *HELLO[1:5], event, STOP))
    assert reader.error is None
    message = reader.partial()
    assert message is not None
    assert message.text == "Hello world"


def test_a_whole_message_for_a_stream_may_be_odd() -> None:
    reply = {
        "content": [{"type": "thinking", "thinking": "Hm", "signature": 5}, "Hi"],
        "id": 7,
        "usage": {"input_tokens": "x"},
    }
    seen, reader = read(json.dumps(reply).encode())
    assert reader.error is None
    assert "".join(each.text for each in told(seen) if isinstance(each, TextEvent)) == "Hi"


AGAIN = opened(tool("t1"))


@pytest.mark.parametrize(
    ("events", "blocks"),
    [
        pytest.param((AGAIN, A1, closed(), AGAIN), ONE, id="a call begins again at its end"),
        pytest.param((AGAIN, A1, closed(), opened(tool("t1"), 1), closed(1)), ONE, id="and elsewhere"),
        pytest.param((A1, AGAIN, closed()), ONE, id="a call begins behind its arguments"),
        pytest.param((delta(partial_json='{"a"'), AGAIN, delta(partial_json=": 1}")), ONE, id="and amid them"),
    ],
)
def test_a_call_is_not_made_again_without_its_arguments(events: tuple[Fields, ...], blocks: tuple[object, ...]) -> None:
    found = added(START, *events, USED, STOP)
    assert found.blocks == found.told == [*blocks]
    _, reader = read(wire(START, *events, USED, STOP))
    message = reader.partial()
    assert message is not None
    assert [(call.id, call.name) for call in message.tool_uses] == [("t1", "f")]


@pytest.mark.parametrize("place", [1, -1], ids=["before", "behind"])
def test_a_message_that_begins_again_loses_no_tokens(place: int) -> None:
    events = [START, opened(TEXT), delta(text="Hi"), ended(input_tokens=4, output_tokens=3)]
    events.insert(place if place > 0 else len(events), START)
    moved = [events[-2], *events[:-2], events[-1]] if place < 0 else events
    for sent in (events, moved):
        _, reader = read(wire(*sent, STOP))
        message = reader.partial()
        assert message is not None
        assert (message.usage.input_tokens, message.usage.output_tokens) == (4, 3)


@pytest.mark.parametrize("end", range(1, 40))
def test_a_stream_that_is_cut_at_its_first_bytes_was_interrupted(end: int) -> None:
    for body in (wire(*HELLO), wire(*HELLO, named=False), b"id: 1\n" + wire(*HELLO), b"retry: 1\n" + wire(*HELLO)):
        assert isinstance(read(body[:end])[1].error, StreamInterrupted)


def test_null_says_nothing() -> None:
    null = b"data: null\n\n"
    seen, reader = read(null + wire(*HELLO[:4]) + null + wire(*HELLO[4:]))
    assert (reader.error, len(seen)) == (None, len(HELLO))
