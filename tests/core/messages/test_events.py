"""The events of `messages.stream`, and the message that they add up to."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from baseten_sdk import ContentBlockStopEvent, InputJsonEvent, MessageStopEvent, TextEvent, ThinkingEvent, ToolUseBlock
from baseten_sdk._core.messages.accumulate import MessageAccumulator, merged_usage
from baseten_sdk.types.message_completion import as_completion
from baseten_sdk.types.messages import Message

from .event_bodies import HELLO, START, STOP, Fields, closed, delta, ended, opened, read, told, wire

CALL: Fields = {"type": "tool_use", "id": "t1", "name": "get_weather", "input": {}}
PIECES = ('{"ci', 'ty": "Par', 'is"}')


def events_of(*sent: Fields) -> list[object]:
    return told(read(wire(*sent))[0])


def final(*sent: Fields) -> Message:
    last = events_of(*sent)[-1]
    assert isinstance(last, MessageStopEvent)
    return last.message


def test_a_delta_is_followed_by_what_it_adds_and_each_snapshot_is_that_of_its_moment() -> None:
    events = events_of(*HELLO)
    texts = [event for event in events if isinstance(event, TextEvent)]
    assert [(event.text, event.snapshot) for event in texts] == [("Hello", "Hello"), (" world", "Hello world")]
    assert [event.snapshot for event in reversed(texts)] == ["Hello world", "Hello"]
    assert [getattr(event, "type", None) for event in events[:4]] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "text",
    ]
    assert final(*HELLO).text == "Hello world"


def test_thinking_is_put_together_with_its_signature() -> None:
    sent = (
        START,
        opened({"type": "thinking", "thinking": "", "signature": ""}),
        delta(thinking="H"),
        delta(thinking="m"),
        delta(signature="c2ln"),
        closed(),
        ended(),
        STOP,
    )
    assert [event.snapshot for event in events_of(*sent) if isinstance(event, ThinkingEvent)] == ["H", "Hm"]
    assert [block.to_dict() for block in final(*sent).content] == [
        {"type": "thinking", "thinking": "Hm", "signature": "c2ln"}
    ]


def test_arguments_are_read_as_far_as_they_have_come() -> None:
    sent = (START, opened(CALL), *(delta(partial_json=piece) for piece in PIECES), closed(), ended("tool_use"), STOP)
    snapshots = [event.snapshot for event in events_of(*sent) if isinstance(event, InputJsonEvent)]
    assert snapshots == [{}, {}, {"city": "Paris"}]
    (block,) = final(*sent).content
    assert isinstance(block, ToolUseBlock)
    assert (block.input, block.arguments) == ({"city": "Paris"}, '{"city": "Paris"}')


@pytest.mark.parametrize("early", range(4))
def test_the_end_of_a_call_is_told_when_its_arguments_are_whole(early: int) -> None:
    deltas = [delta(partial_json=piece) for piece in PIECES]
    sent = [*deltas[:early], closed(), *deltas[early:]]
    events = events_of(START, opened(CALL), *sent, ended("tool_use"), STOP)
    ends = [event for event in events if isinstance(event, ContentBlockStopEvent)]
    assert [event.content_block.to_dict() for event in ends] == [{**CALL, "input": {"city": "Paris"}}]
    last_piece = max(place for place, event in enumerate(events) if isinstance(event, InputJsonEvent))
    assert events.index(ends[0]) == last_piece + 1


def test_a_call_without_arguments_ends_with_the_message_at_the_latest() -> None:
    call: Fields = {"type": "tool_use", "id": "t1", "name": "now"}
    events = events_of(START, opened(call), closed(), ended("tool_use"), STOP)
    (end,) = [event for event in events if isinstance(event, ContentBlockStopEvent)]
    assert end.content_block.to_dict() == call
    assert events.index(end) == len(events) - 2


def test_a_call_without_an_id_is_given_one_that_stays() -> None:
    reader = read(wire(START, opened({"type": "tool_use", "name": "f"})))[0]
    accumulator = MessageAccumulator()
    for event in reader:
        accumulator.add(event)
    first, again = accumulator.message(), accumulator.message()
    assert first is again
    assert first is not None
    assert first.tool_uses[0].id.startswith("toolu_")


@pytest.mark.parametrize(
    ("sent", "block"),
    [
        (delta(text="Hi"), {"type": "text", "text": "Hi"}),
        (delta(thinking="Hm"), {"type": "thinking", "thinking": "Hm"}),
    ],
)
def test_a_delta_whose_block_was_never_opened_opens_it(sent: Fields, block: Fields) -> None:
    assert [each.to_dict() for each in final(START, sent, ended(), STOP).content] == [block]
    assert final(sent, STOP).content


def test_prose_behind_the_arguments_does_not_spoil_them() -> None:
    message = final(
        START, opened(CALL), delta(partial_json='{"city": "Paris"} Done!'), closed(), ended("tool_use"), STOP
    )
    assert message.tool_uses[0].input == {"city": "Paris"}


def test_arguments_that_were_cut_are_no_whole_call() -> None:
    message = final(START, opened(CALL), delta(partial_json='{"city": "Pa'), closed(), ended("max_tokens"), STOP)
    assert message.tool_uses[0].arguments == '{"city": "Pa'
    completion = as_completion(message)
    assert completion.choices[0].finish_reason == "length"
    assert completion.message.tool_calls[0].function.arguments == '{"city": "Pa'


def test_a_plain_reply_that_was_cut_at_a_call_has_no_arguments() -> None:
    cut = Message.model_validate({"content": [CALL], "stop_reason": "max_tokens"})
    whole = Message.model_validate({"content": [CALL], "stop_reason": "tool_use"})
    assert as_completion(cut).message.tool_calls[0].function.arguments == ""
    assert as_completion(whole).message.tool_calls[0].function.arguments == "{}"


@pytest.mark.parametrize(
    ("start", "end", "usage"),
    [
        # Baseten: zeros, then the truth.
        (
            {"input_tokens": 0, "output_tokens": 0},
            {"input_tokens": 14, "output_tokens": 1, "cache_read_input_tokens": 0},
            {"input_tokens": 14, "output_tokens": 1, "cache_read_input_tokens": 0},
        ),
        # Zeros that would make what follows look like Anthropic's count.
        (
            {"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 0},
            {"input_tokens": 14, "output_tokens": 1, "cache_read_input_tokens": 4},
            {"input_tokens": 14, "output_tokens": 1, "cache_read_input_tokens": 4},
        ),
        # LiteLLM's proxy: zeros for the cache at the start, and never again.
        (
            {"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0},
            {"input_tokens": 7, "output_tokens": 2},
            {"input_tokens": 7, "output_tokens": 2, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0},
        ),
        # A second report replaces what the first one says of the cache.
        (
            {"input_tokens": 9, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 0},
            {"input_tokens": 7, "output_tokens": 2},
            {"input_tokens": 7, "output_tokens": 2, "cache_creation_input_tokens": 0},
        ),
        # llama.cpp: the input at the start, the output at the end.
        (
            {"input_tokens": 1, "cache_read_input_tokens": 20, "output_tokens": 0},
            {"output_tokens": 5},
            {"input_tokens": 1, "cache_read_input_tokens": 20, "output_tokens": 5},
        ),
        # The same, with zeros or nulls at the end.
        (
            {"input_tokens": 9, "output_tokens": 0},
            {"input_tokens": 0, "output_tokens": 5, "cache_read_input_tokens": None},
            {"input_tokens": 9, "output_tokens": 5},
        ),
    ],
)
def test_two_reports_of_usage_say_together_what_was_used(
    start: Fields, end: Fields, usage: Mapping[str, object]
) -> None:
    assert merged_usage(merged_usage({}, start), end) == usage


def test_reading_the_snapshot_at_each_event_costs_no_more_than_the_text() -> None:
    count = 3000
    events, _ = read(wire(*HELLO[:2], *(delta(text="word ") for _ in range(count))), end=False)
    looked = 0
    for event in told(events):
        if isinstance(event, TextEvent):
            looked += 1
            assert len(event.snapshot) == 5 * looked
    assert looked == count


@pytest.mark.parametrize("opening", [{}, {"content_block": None}])
def test_a_block_that_opens_without_saying_what_it_is_is_text(opening: Fields) -> None:
    message = final(START, {"type": "content_block_start", "index": 0, **opening}, delta(text="Hi"), ended(), STOP)
    assert [block.to_dict() for block in message.content] == [{"type": "text", "text": "Hi"}]


def test_unknown_fields_of_deltas_and_citations_are_kept() -> None:
    cited: Fields = {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "citations_delta", "citation": {"a": 1}},
    }
    message = final(START, opened({"type": "text", "text": ""}), delta(text="Hi"), cited, closed(), ended(), STOP)
    assert json.loads(message.content[0].model_dump_json())["citations"] == [{"a": 1}]


@pytest.mark.parametrize("begun", [None, "", "so"])
def test_deltas_of_unknown_types_go_on_with_what_a_block_began_with(begun: str | None) -> None:
    block: Fields = {"type": "compaction", "content": begun, "more": {"kept": None}, "id": "c1"}
    pieces = [{"type": "compaction_delta", "content": each, "id": "c1"} for each in (" far", " so good")]
    deltas: list[Fields] = [{"type": "content_block_delta", "index": 0, "delta": each} for each in pieces]
    last: Fields = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "edits": [1], "id": "evt_9"}
    message = final(START, opened(block), *deltas, closed(), opened({"type": "text", "text": "Hi"}), last, STOP)
    said = {"type": "compaction", "content": f"{begun or ''} far so good", "more": {"kept": None}, "id": "c1"}
    assert [each.to_dict() for each in message.content] == [said, {"type": "text", "text": "Hi"}]
    assert message.to_dict()["edits"] == [1]
    assert message.id != "evt_9"
