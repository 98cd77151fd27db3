"""Streams as typed events: nothing lost, nothing doubled, whatever the backend's way and however the bytes are cut."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings, strategies as st
from pydantic import BaseModel

from baseten_sdk import (
    ChatCompletion,
    ChunkReceived,
    ContentFilterError,
    Finished,
    LengthLimitError,
    Limits,
    OutputError,
    PartialObject,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolArgumentError,
    ToolCallDelta,
    ToolCallDone,
    ToolCallStarted,
    UsageUpdated,
    schema_for,
)
from baseten_sdk._core.chat.events import ChatEvents
from baseten_sdk._core.chat.reader import ChunkReader
from baseten_sdk._core.schema.toolbox import Toolbox
from baseten_sdk.types.chunks import ChatCompletionChunk

CORPUS = Path(__file__).parents[2] / "corpus"
NAMES = sorted(path.stem for path in CORPUS.glob("*.sse"))


@dataclass
class Told:
    """What the events of a stream said, put together by a reader that knows nothing of the package's own."""

    text: dict[int, str] = field(default_factory=lambda: defaultdict(str))
    reasoning: dict[int, str] = field(default_factory=lambda: defaultdict(str))
    refusal: dict[int, str] = field(default_factory=lambda: defaultdict(str))
    calls: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    done: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    usage: list[tuple[int, int, int]] = field(default_factory=list)
    objects: list[object] = field(default_factory=list)
    finished: list[Finished] = field(default_factory=list)

    def take(self, events: Iterable[StreamEvent[object]]) -> None:
        for event in events:
            assert not self.finished
            match event:
                case TextDelta(text, index):
                    assert text
                    self.text[index] += text
                case ReasoningDelta(text, index):
                    assert text
                    self.reasoning[index] += text
                case RefusalDelta(text, index):
                    assert text
                    self.refusal[index] += text
                case ToolCallStarted(call, id, name, index):
                    assert (index, call) not in self.calls
                    assert name
                    self.calls[index, call] = [id, name, ""]
                case ToolCallDelta(call, arguments, index):
                    assert arguments
                    self.calls[index, call][2] += arguments
                case ToolCallDone(call, done, index):
                    assert (index, call) not in self.done
                    assert (index, call) in self.calls
                    self.done[index, call] = [done.id, done.name, done.arguments]
                case PartialObject(value):
                    self.objects.append(value)
                case UsageUpdated(usage):
                    self.usage.append((usage.prompt_tokens, usage.completion_tokens, usage.total_tokens))
                case Finished():
                    self.finished.append(event)
                case ChunkReceived():
                    pass

    def as_written(self) -> list[dict[str, object]]:
        """In the form of the corpus."""
        places = {*self.text, *self.reasoning, *self.refusal, *(index for index, _ in self.calls)}
        return [
            {
                "text": self.text.get(index),
                "reasoning": self.reasoning.get(index),
                "refusal": self.refusal.get(index),
                "calls": [self.calls[key] for key in sorted(self.calls) if key[0] == index],
            }
            for index in sorted(places)
        ]


def events_of(pieces: Iterable[bytes], reader: ChatEvents[object]) -> Told:
    chunks = ChunkReader(Limits())
    told = Told()
    for piece in pieces:
        for chunk in chunks.feed(piece):
            told.take(reader.read(chunk))
        if chunks.done:
            break
    else:
        for chunk in chunks.end():
            told.take(reader.read(chunk))
    assert chunks.error is None
    told.take(reader.end())
    return told


def written(completion: ChatCompletion) -> dict[str, object]:
    """A completion in the form of the corpus."""
    usage = completion.usage
    return {
        "id": completion.id,
        "model": completion.model,
        "usage": None if usage is None else [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens],
        "choices": [
            {
                "text": choice.message.content,
                "reasoning": choice.message.reasoning,
                "refusal": choice.message.refusal,
                "calls": [[each.id, each.function.name, each.function.arguments] for each in choice.message.tool_calls],
                "finish": choice.finish_reason,
            }
            for choice in completion.choices
        ],
    }


def plain() -> ChatEvents[object]:
    return ChatEvents(Toolbox(()), None)


def cut(body: bytes, places: Iterable[int]) -> list[bytes]:
    ends = [0, *sorted(places), len(body)]
    return [body[start:end] for start, end in pairwise(ends)]


def agree(told: Told, wanted: dict[str, object]) -> None:
    """The events joined, and the completion at their end, are what is written."""
    choices = wanted["choices"]
    assert isinstance(choices, list)
    assert told.as_written() == [{name: each[name] for name in each if name != "finish"} for each in choices]
    (finished,) = told.finished
    assert written(finished.completion) == wanted
    assert finished.finish_reason == choices[0]["finish"]
    assert (list(told.usage[-1]) if told.usage else None) == wanted["usage"]
    assert len(set(told.usage)) == len(told.usage)
    assert told.done.keys() == told.calls.keys()
    for key, (id, name, arguments) in told.done.items():
        assert [id, name, arguments.strip()] == [*told.calls[key][:2], told.calls[key][2].strip()]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1 << 20])
def test_every_stream_of_the_corpus_says_what_is_written(name: str, size: int) -> None:
    body = (CORPUS / f"{name}.sse").read_bytes()
    wanted = json.loads((CORPUS / f"{name}.json").read_bytes())
    agree(events_of(cut(body, range(size, len(body), size)), plain()), wanted)


@settings(max_examples=60)
@given(st.sampled_from(NAMES), st.data())
def test_however_the_bytes_are_cut_the_events_say_the_same(name: str, data: st.DataObject) -> None:
    body = (CORPUS / f"{name}.sse").read_bytes()
    wanted = json.loads((CORPUS / f"{name}.json").read_bytes())
    places = data.draw(st.sets(st.integers(0, len(body)), max_size=12))
    agree(events_of(cut(body, places), plain()), wanted)


@pytest.mark.parametrize("name", NAMES)
def test_the_snapshot_after_the_last_chunk_is_the_completion(name: str) -> None:
    reader = plain()
    told = events_of([(CORPUS / f"{name}.sse").read_bytes()], reader)
    assert reader.snapshot() == told.finished[0].completion


def test_unknown_fields_are_in_the_completion() -> None:
    told = events_of([(CORPUS / "hosted-tools.sse").read_bytes()], plain())
    assert told.finished[0].completion.model_extra == {
        "baseten": {"request": {"server_tool_calls": [{"name": "web_search"}]}}
    }


def chunk(delta: object = None, finish: object = None, usage: object = None, index: int = 0) -> ChatCompletionChunk:
    choices = [] if delta is None else [{"index": index, "delta": delta, "finish_reason": finish}]
    return ChatCompletionChunk.model_validate({"id": "c", "choices": choices, "usage": usage})


def calling(*pieces: dict[str, object], finish: object = None) -> ChatCompletionChunk:
    return chunk({"tool_calls": list(pieces)}, finish)


def piece(index: int, arguments: str | None = None, **more: object) -> dict[str, object]:
    function = {name: more.pop(name) for name in ("name",) if name in more}
    return {"index": index, **more, "function": {**function, "arguments": arguments}}


def read(chunks: Iterable[ChatCompletionChunk], reader: ChatEvents[object] | None = None) -> list[StreamEvent[object]]:
    reader = reader or plain()
    events = [event for chunk in chunks for event in reader.read(chunk)]
    return events + reader.end()


def test_events_come_in_the_order_of_what_happened() -> None:
    chunks = [
        chunk({"role": "assistant", "content": ""}),
        chunk({"reasoning_content": "r", "content": "t"}),
        calling(piece(0, "", id="a", name="f")),
        calling(piece(0, "{}")),
        calling(piece(1, "{}", id="b", name="g"), finish="tool_calls"),
        chunk({"content": "late"}),
        chunk(usage={"total_tokens": 3}),
    ]
    events = read(chunks)
    assert [type(event) for event in events] == [
        *(ChunkReceived,),
        *(ChunkReceived, ReasoningDelta, TextDelta),
        *(ChunkReceived, ToolCallStarted),
        *(ChunkReceived, ToolCallDelta),
        *(ChunkReceived, ToolCallDone, ToolCallStarted, ToolCallDelta),
        *(ChunkReceived, TextDelta),
        *(ChunkReceived, UsageUpdated, ToolCallDone, Finished),
    ]
    received = [event.chunk for event in events if isinstance(event, ChunkReceived)]
    assert all(each is sent for each, sent in zip(received, chunks, strict=True))
    assert events[0].type == "chunk"


def test_a_call_is_not_done_while_its_arguments_are_the_beginning_of_more() -> None:
    chunks = [
        calling(piece(0, '{"a": {}', id="a", name="f"), piece(1, "{}", id="b", name="g")),
        calling(piece(0, "}")),
    ]
    done = [event.tool_call.arguments for event in read(chunks) if isinstance(event, ToolCallDone)]
    assert done == ['{"a": {}}', "{}"]


def test_a_number_is_the_beginning_of_a_longer_one() -> None:
    chunks = [calling(piece(0, "1", id="a", name="f"), piece(1, "{}", id="b", name="g")), calling(piece(0, "2"))]
    done = [event.tool_call.arguments for event in read(chunks) if isinstance(event, ToolCallDone)]
    assert done == ["12", "{}"]


def test_pieces_of_one_call_in_one_chunk_are_told_once() -> None:
    events = read([calling(piece(0, '{"a"', id="a", name="f"), piece(0, ":"), piece(0, "1}"))])
    assert [event.arguments for event in events if isinstance(event, ToolCallDelta)] == ['{"a":1}']


def test_a_call_that_never_gets_a_name_is_told_at_the_end() -> None:
    kinds = [type(event) for event in read([calling(piece(0, "{}", id="a"))])]
    assert kinds == [ChunkReceived, ToolCallStarted, ToolCallDelta, ToolCallDone, Finished]


def test_usage_is_told_when_any_number_has_changed() -> None:
    totals = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    details = {**totals, "prompt_tokens_details": {"cached_tokens": 1}}
    without_total = [{"completion_tokens": 1}, {"completion_tokens": 2}]
    usages = [totals, totals, None, details, details, *without_total]
    told = [event.usage for event in read([chunk(usage=each) for each in usages]) if isinstance(event, UsageUpdated)]
    assert [(each.completion_tokens, each.cached_tokens) for each in told] == [(1, 0), (1, 1), (1, 0), (2, 0)]


def test_a_stream_without_choices_has_no_end_to_tell_of() -> None:
    assert read([]) == []
    assert plain().snapshot() is None


class Point(BaseModel):
    x: int
    label: str = ""


class Search(BaseModel):
    query: str
    most: int = 5


def pointing() -> ChatEvents[object]:
    return ChatEvents(Toolbox(()), schema_for(Point))


def test_the_last_partial_object_is_the_whole_one() -> None:
    label = "a long label, of which every character counts. " * 20
    text = json.dumps({"x": 1, "label": label})
    events = read([chunk({"content": character}) for character in text], pointing())
    objects = [event.value for event in events if isinstance(event, PartialObject)]
    assert 3 < len(objects) < 60
    assert objects[-1] == Point(x=1, label=label)
    assert isinstance(events[-1], Finished)


def test_the_last_partial_object_is_found_inside_of_a_fence() -> None:
    events = read([chunk({"content": '```json\n{"x": 12}\n```'})], pointing())
    assert [event.value for event in events if isinstance(event, PartialObject)] == [Point(x=12)]


def test_a_cut_object_is_told_as_far_as_it_came() -> None:
    events = read([chunk({"content": '{"x": 1'}), chunk({"content": ', "label": "ab'}, "length")], pointing())
    objects = [event.value for event in events if isinstance(event, PartialObject)]
    assert objects[-1] == Point(x=1, label="ab")


def test_only_the_first_choice_is_read_as_the_object() -> None:
    chunks = [chunk({"content": '{"x": 1}'}, index=1), chunk({"content": '{"x": 2}'}, index=0)]
    objects = [event.value for event in read(chunks, pointing()) if isinstance(event, PartialObject)]
    assert objects[-1] == Point(x=2)
    assert Point(x=1) not in objects


def searching(lenient: bool = False) -> ChatEvents[object]:
    return ChatEvents(Toolbox([Search]), None, lenient=lenient)


def test_arguments_of_known_tools_are_validated() -> None:
    events = read([calling(piece(0, '{"query": "q"}', id="a", name="Search"))], searching())
    assert [event.tool_call.parsed for event in events if isinstance(event, ToolCallDone)] == [Search(query="q")]


def test_bad_arguments_are_an_error_after_every_other_event() -> None:
    reader = searching()
    bad = piece(0, '{"quer": "q"}', id="a", name="Search")
    good = piece(1, '{"query": "q"}', id="b", name="Search")
    events = read([calling(bad, good, finish="tool_calls"), chunk({"content": "!"})], reader)
    assert [event.tool_call.id for event in events if isinstance(event, ToolCallDone)] == ["b"]
    assert not any(isinstance(event, Finished) for event in events)
    error = reader.error
    assert isinstance(error, ToolArgumentError)
    assert (error.tool, error.arguments) == ("Search", '{"quer": "q"}')
    assert error.completion.text == "!"
    assert len(error.completion.message.tool_calls) == 2


def test_arguments_that_were_cut_at_the_limit_are_told_as_that() -> None:
    reader = searching()
    read([calling(piece(0, '{"quer', id="a", name="Search"), finish="length")], reader)
    assert isinstance(reader.error, LengthLimitError)


@pytest.mark.parametrize(("reason", "kind"), [("length", LengthLimitError), ("content_filter", ContentFilterError)])
def test_a_call_that_was_cut_before_its_arguments_is_not_done(reason: str, kind: type[OutputError]) -> None:
    class Now(BaseModel):
        zone: str = "UTC"

    reader: ChatEvents[object] = ChatEvents(Toolbox([Now]), None)
    calls = [calling(piece(0, "", id="a", name="Now")), calling(piece(1, "", id="b", name="Now"), finish=reason)]
    events = read(calls, reader)
    assert [event.tool_call.id for event in events if isinstance(event, ToolCallDone)] == ["a"]
    assert isinstance(reader.error, kind)


def test_a_lenient_reader_leaves_bad_arguments_to_others() -> None:
    reader = searching(lenient=True)
    events = read([calling(piece(0, "{", id="a", name="Search"))], reader)
    assert reader.error is None
    assert [type(event) for event in events] == [ChunkReceived, ToolCallStarted, ToolCallDelta, Finished]


@settings(max_examples=50)
@given(st.lists(st.lists(st.text(min_size=1, max_size=4), max_size=5), min_size=1, max_size=4), st.randoms())
def test_calls_may_be_interleaved_in_any_way(calls: list[list[str]], random: Random) -> None:
    values = [json.dumps({"a": "".join(words)}) for words in calls]
    queue = [
        [piece(index, value[at : at + 3], id=f"t{index}", name="f") for at in range(0, len(value), 3)]
        for index, value in enumerate(values)
    ]
    order = [index for index, pieces in enumerate(queue) for _ in pieces]
    random.shuffle(order)
    told = Told()
    told.take(read([calling(queue[index].pop(0)) for index in order]))
    assert [arguments for _, (_, _, arguments) in sorted(told.calls.items())] == values
    assert [arguments for _, (_, _, arguments) in sorted(told.done.items())] == values
