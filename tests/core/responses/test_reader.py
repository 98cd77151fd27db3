"""Streams of responses from their bytes to events, with what servers do differently."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from baseten_sdk import (
    Limits,
    ModelResponse,
    ResponseErrorEvent,
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseFunctionToolCall,
    ResponseOutputItemDoneEvent,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseUnknownEvent,
    ResponseValidationError,
    StreamAPIError,
    StreamDecodeError,
    StreamError,
    StreamInterrupted,
)
from baseten_sdk._core.reply.response import WholeResponse
from baseten_sdk._core.responses.reader import ResponseReader
from baseten_sdk._core.responses.reply import read_response
from baseten_sdk.types.meta import Headers

Json = dict[str, object]

ARGUMENTS = '{"city": "Paris"}'
CALL: Json = {"id": "fc_1", "type": "function_call", "call_id": "c1", "name": "f", "status": "completed"}
WHOLE_CALL: Json = {**CALL, "arguments": ARGUMENTS}
SAID: Json = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Hi you"}],
}

CREATED: Json = {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress", "output": []}}
HI: Json = {
    "type": "response.output_text.delta",
    "item_id": "msg_1",
    "output_index": 0,
    "content_index": 0,
    "delta": "Hi",
}
YOU: Json = {**HI, "delta": " you"}


def added(item: Json, index: int = 0) -> Json:
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def item_done(item: Json, index: int = 0) -> Json:
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def piece(delta: str, item_id: str = "fc_1") -> Json:
    return {"type": "response.function_call_arguments.delta", "item_id": item_id, "output_index": 0, "delta": delta}


def arguments_done(arguments: str) -> Json:
    kind = "response.function_call_arguments.done"
    return {"type": kind, "item_id": "fc_1", "output_index": 0, "arguments": arguments}


def ended(*output: Json, status: str = "completed", **more: object) -> Json:
    return {"type": f"response.{status}", "response": {"id": "resp_1", "status": status, "output": [*output], **more}}


def lines(*events: Json | str, named: bool = True) -> bytes:
    written: list[str] = []
    for event in events:
        name = f"event: {event['type']}\n" if named and not isinstance(event, str) and "type" in event else ""
        written.append(f"{name}data: {event if isinstance(event, str) else json.dumps(event)}\n\n")
    return "".join(written).encode()


@dataclass(frozen=True)
class Read:
    """What a reader made of a stream."""

    events: list[ResponseStreamEvent]
    error: StreamError | None
    done: bool
    response: ModelResponse | None

    @property
    def kinds(self) -> list[str]:
        return [event.type.removeprefix("response.") for event in self.events]

    @property
    def told(self) -> list[tuple[str, str]]:
        """The calls as they were told of as done."""
        found: list[tuple[str, str]] = []
        for event in self.events:
            if isinstance(event, ResponseFunctionCallArgumentsDoneEvent):
                found.append(("arguments", event.arguments))
            elif isinstance(event, ResponseOutputItemDoneEvent) and isinstance(event.item, ResponseFunctionToolCall):
                found.append(("item", event.item.arguments))
        return found

    @property
    def final(self) -> ModelResponse:
        assert self.done
        assert self.response is not None
        return self.response


def read(*pieces: bytes, limits: Limits | None = None) -> Read:
    """Read as the shell does: an error ends the reading, and so does `done`."""
    reader = ResponseReader(limits or Limits())
    events: list[ResponseStreamEvent] = []
    for each in (*pieces, b""):
        events += reader.feed(each) if each else reader.end()
        if reader.stopped:
            break
    return Read(events, reader.error, reader.done, reader.partial())


def read_events(*events: Json | str, named: bool = True) -> Read:
    return read(lines(*events, named=named))


def test_a_response_is_read_into_its_events_and_its_last_one_is_the_truth() -> None:
    usage = {"input_tokens": "7", "output_tokens": 2, "input_tokens_details": {"cached_tokens": 3}, "total_tokens": 9}
    found = read_events(CREATED, HI, YOU, ended(SAID, usage=usage))
    assert found.kinds == ["created", "output_text.delta", "output_text.delta", "completed"]
    assert (found.error, found.final.output_text, found.final.status) == (None, "Hi you", "completed")
    assert found.final.usage is not None
    assert (found.final.usage.prompt_tokens, found.final.usage.cached_tokens) == (7, 3)


@pytest.mark.parametrize("named", [True, False])
@given(cuts=st.lists(st.integers(1, 900), max_size=6))
def test_it_does_not_matter_how_the_bytes_are_cut(cuts: list[int], named: bool) -> None:
    body = lines(
        CREATED, added({**CALL, "arguments": ""}), piece('{"city": '), piece('"Paris"}'), arguments_done(ARGUMENTS),
        item_done(WHOLE_CALL), HI, YOU, ended(WHOLE_CALL, SAID), named=named,
    )  # fmt: skip
    bounds = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    found = read(*(body[low:high] for low, high in pairwise(bounds) if low < high))
    assert found.kinds == read(body).kinds
    assert found.told == [("arguments", ARGUMENTS), ("item", ARGUMENTS)]


@pytest.mark.parametrize("told", ["", '{"city"', "null"])
def test_a_call_announced_before_its_arguments_came_is_held_until_they_have(told: str) -> None:
    found = read_events(
        CREATED, added({**CALL, "arguments": ""}), arguments_done(told), item_done({**CALL, "arguments": told}),
        piece('{"city": '), piece('"Paris"}'), HI, ended(WHOLE_CALL),
    )  # fmt: skip
    assert found.kinds[2:] == [
        *("function_call_arguments.delta", "function_call_arguments.delta"),
        *("function_call_arguments.done", "output_item.done", "output_text.delta", "completed"),
    ]
    assert found.told == [("arguments", ARGUMENTS), ("item", ARGUMENTS)]


def test_pieces_are_preferred_to_the_announcement() -> None:
    found = read_events(added({**CALL, "arguments": ""}), piece(ARGUMENTS), arguments_done("{}"), ended(WHOLE_CALL))
    assert found.told[0] == ("arguments", ARGUMENTS)


def test_arguments_that_come_only_with_the_announcement_are_taken() -> None:
    found = read_events(added({**CALL, "arguments": ""}), arguments_done(ARGUMENTS), HI, ended(WHOLE_CALL))
    assert found.kinds[1:3] == ["function_call_arguments.done", "output_text.delta"]


def test_arguments_that_are_never_whole_are_told_of_when_the_response_is_completed() -> None:
    cut = {**CALL, "arguments": '{"city'}
    found = read_events(added(cut), piece('{"city'), arguments_done('{"city'), HI, ended(cut))
    assert found.kinds[2:] == ["output_text.delta", "function_call_arguments.done", "output_item.done", "completed"]
    assert found.told == [("arguments", '{"city'), ("item", '{"city')]


def test_a_call_that_the_end_cut_is_not_told_of_as_done() -> None:
    cut = {**CALL, "arguments": '{"city'}
    end = ended(cut, status="incomplete", incomplete_details={"reason": "max_output_tokens"})
    found = read_events(added(cut), piece('{"city'), arguments_done('{"city'), end)
    assert (found.told, found.final.function_calls[0].arguments) == ([], '{"city')


def test_what_the_stream_did_not_say_of_a_call_is_said_before_its_end() -> None:
    assert read_events(CREATED, ended(WHOLE_CALL)).told == [("arguments", ARGUMENTS), ("item", ARGUMENTS)]
    late = read_events(added({**CALL, "arguments": ""}), piece(ARGUMENTS), arguments_done(ARGUMENTS), ended(WHOLE_CALL))
    assert late.kinds[-2:] == ["output_item.done", "completed"]


@pytest.mark.parametrize("again", [{}, {"id": "fc_2"}, {"call_id": "c2"}])
def test_a_call_that_is_announced_twice_is_told_of_once(again: Json) -> None:
    other = {**WHOLE_CALL, **again}
    found = read_events(
        added({**CALL, "arguments": ""}), piece(ARGUMENTS), arguments_done(ARGUMENTS), item_done(WHOLE_CALL),
        added({**other, "arguments": ""}), piece(ARGUMENTS), arguments_done(ARGUMENTS), item_done(other),
        ended(WHOLE_CALL, other),
    )  # fmt: skip
    assert found.told == [("arguments", ARGUMENTS), ("item", ARGUMENTS)]
    assert found.kinds.count("output_item.added") == 1
    assert [call.call_id for call in found.final.function_calls] == ["c1"]


def test_two_calls_of_one_function_stay_two() -> None:
    other = {**WHOLE_CALL, "id": "fc_2", "call_id": "c2"}
    found = read_events(
        added({**CALL, "arguments": ""}, 0), added({**other, "arguments": ""}, 1), piece('{"city": '),
        piece(ARGUMENTS, "fc_2"), piece('"Paris"}'), ended(WHOLE_CALL, other),
    )  # fmt: skip
    assert [call.call_id for call in found.final.function_calls] == ["c1", "c2"]
    assert found.told.count(("arguments", ARGUMENTS)) == found.told.count(("item", ARGUMENTS)) == 2


def test_an_end_without_output_or_with_less_than_came_is_filled_from_what_came() -> None:
    begun = (added({**CALL, "arguments": ""}), piece(ARGUMENTS), item_done({**CALL, "arguments": ARGUMENTS}))
    assert read_events(*begun, ended()).final.function_calls[0].arguments == ARGUMENTS
    assert read_events(*begun, ended({**CALL, "arguments": ""})).final.function_calls[0].arguments == ARGUMENTS
    assert read_events(HI, YOU, ended()).final.output_text == "Hi you"


def test_arguments_of_the_end_are_the_truth_where_they_are_whole() -> None:
    found = read_events(added({**CALL, "arguments": ""}), piece('{"city": "Rome"}'), ended(WHOLE_CALL))
    assert found.final.function_calls[0].arguments == ARGUMENTS


def test_events_without_numbers_belong_to_the_latest_item() -> None:
    text: Json = {"type": "response.output_text.delta", "delta": "Hi"}
    thought: Json = {"type": "response.reasoning_text.delta", "delta": "Hm"}
    call: Json = {"type": "response.function_call_arguments.delta", "delta": ARGUMENTS}
    found = read_events(thought, thought, text, text, {"type": "response.output_item.added", "item": CALL}, call)
    assert isinstance(found.error, StreamInterrupted)
    assert found.response is not None
    assert (found.response.reasoning_text, found.response.output_text) == ("HmHm", "HiHi")
    assert [(each.name, each.arguments) for each in found.response.function_calls] == [("f", ARGUMENTS)]


def test_pieces_find_their_item_by_position_where_their_id_is_another() -> None:
    found = read_events(
        added({**CALL, "arguments": ""}, 0), piece(ARGUMENTS, "other"), ended({**CALL, "arguments": ""})
    )
    assert found.final.function_calls[0].arguments == ARGUMENTS


def test_thoughts_and_refusals_are_put_together() -> None:
    summary: Json = {
        "type": "response.reasoning_summary_text.delta",
        "item_id": "rs_1",
        "summary_index": 0,
        "delta": "So",
    }
    refusal: Json = {"type": "response.refusal.delta", "item_id": "msg_1", "output_index": 1, "delta": "No"}
    found = read_events(summary, refusal, refusal)
    assert found.response is not None
    assert (found.response.reasoning_text, found.response.refusal) == ("So", "NoNo")


@pytest.mark.parametrize("tail", [(), ("[DONE]",)])
def test_a_stream_without_its_last_event_was_cut(tail: tuple[str, ...]) -> None:
    found = read_events(CREATED, HI, YOU, *tail)
    assert isinstance(found.error, StreamInterrupted)
    assert "without response.completed" in found.error.message
    assert isinstance(found.error.partial, ModelResponse)
    assert (found.error.partial.id, found.error.partial.text) == ("resp_1", "Hi you")


def test_a_stream_with_nothing_in_it_was_cut_too() -> None:
    for body in (b"", b": ping\n\n", lines("[DONE]")):
        found = read(body) if body else read()
        assert isinstance(found.error, StreamInterrupted)
        assert found.error.partial is None


def test_what_follows_the_end_does_not_count() -> None:
    assert read_events(HI, YOU, ended(SAID), HI, {"error": "late"}).kinds == [*["output_text.delta"] * 2, "completed"]


def test_a_response_that_failed_is_handed_out_and_then_an_error() -> None:
    error = {"code": "server_error", "message": "the model failed"}
    found = read_events(CREATED, HI, ended(status="failed", error=error))
    assert found.kinds == ["created", "output_text.delta", "failed"]
    assert isinstance(found.error, StreamAPIError)
    assert "The response failed: the model failed." in found.error.message
    assert (found.error.code, found.error.body, found.error.transient) == ("server_error", error, True)
    assert found.error.partial is not None
    assert found.error.partial.text == "Hi"


@pytest.mark.parametrize(
    "error",
    [
        {"type": "error", "code": "server_error", "message": "no luck", "param": None},
        {"error": {"message": "no luck", "code": "server_error"}},
        {"error": "no luck"},
        {"object": "error", "message": "no luck"},
        {"message": "no luck", "code": 500},
        {"detail": "no luck"},
        {"type": "server_error", "error": {"message": "no luck"}},
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_an_error_in_any_form_ends_the_stream(error: Json, named: bool) -> None:
    found = read_events(CREATED, HI, error, YOU, named=named)
    assert found.kinds == ["created", "output_text.delta", "error"]
    event = found.events[-1]
    assert isinstance(event, ResponseErrorEvent)
    assert (event.message, event.param) == ("no luck", None)
    assert isinstance(found.error, StreamAPIError)
    assert event.code == found.error.code
    assert "no luck" in found.error.message
    assert found.error.partial is not None
    assert found.error.partial.text == "Hi"


def test_an_event_that_the_line_names_an_error_is_one() -> None:
    found = read(lines(HI) + b'event: error\ndata: {"message": "no luck"}\n\n')
    assert isinstance(found.error, StreamAPIError)


def test_unknown_events_and_items_are_kept_and_passed_over() -> None:
    search: Json = {"type": "response.mcp_call.in_progress", "output_index": 0, "item_id": "m", "new": 1}
    item: Json = {"id": "m", "type": "mcp_call", "output": "found"}
    found = read_events(
        CREATED, search, added(item), item_done(item), {"type": "response.created_v2"}, ended(item, SAID)
    )
    unknown = [event for event in found.events if isinstance(event, ResponseUnknownEvent)]
    assert [event.type for event in unknown] == ["response.mcp_call.in_progress", "response.created_v2"]
    assert (unknown[0].model_extra or {})["new"] == 1
    assert found.final.output[0].to_param() == item
    assert found.final.output_text == "Hi you"


def test_the_line_names_the_event_whose_data_do_not() -> None:
    delta = {"delta": "Hi", "item_id": "m"}
    found = read(
        b"event: response.output_text.delta\ndata: " + json.dumps(delta).encode() + b"\n\n" + lines(ended(SAID))
    )
    assert isinstance(found.events[0], ResponseTextDeltaEvent)


@pytest.mark.parametrize(
    "odd",
    [
        {**HI, "sequence_number": "7"},
        {**HI, "sequence_number": None, "output_index": None, "content_index": None, "item_id": None},
        {**HI, "output_index": 0.0, "item_id": 7},
        {**HI, "delta": None},
        {"type": "response.output_item.added", "output_index": 0, "item": None},
        {"type": ["response.created"], "response": {}},
        {"type": {"of": "event"}},
        {"type": math.nan},
    ],
)
def test_an_odd_field_beside_the_answer_costs_only_itself(odd: Json) -> None:
    found = read_events(odd, YOU, ended(SAID))
    assert (found.error, found.final.output_text, found.kinds[-1]) == (None, "Hi you", "completed")


def test_numbers_of_the_last_event_may_be_odd_too() -> None:
    found = read_events(ended(SAID, created_at="now", usage={"input_tokens": "7"}, model=None, id=None, tools=None))
    assert (found.final.output_text, found.final.created_at) == ("Hi you", 0.0)


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "7",
        '{"type": "response.completed", "response": {"output": 7}}',
        '{"type": "response.output_text.delta", "delta": 7}',
    ],
)
def test_data_that_cannot_be_read_are_a_broken_stream(bad: str) -> None:
    found = read_events(CREATED, HI, bad)
    assert isinstance(found.error, StreamDecodeError)
    assert found.error.partial is not None
    assert found.error.partial.text == "Hi"


@pytest.mark.parametrize(
    ("status", "kind"), [("completed", "completed"), ("incomplete", "incomplete"), (None, "completed")]
)
def test_a_whole_response_where_a_stream_was_asked_for_becomes_events(status: str | None, kind: str) -> None:
    found = read(json.dumps({"id": "r", "status": status, "output": [SAID, WHOLE_CALL]}).encode())
    assert found.kinds[:2] == ["output_text.delta", "output_text.done"]
    assert (found.told, found.kinds[-1]) == ([("arguments", ARGUMENTS), ("item", ARGUMENTS)], status or "completed")
    assert found.final.output_text == "Hi you"


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_whole_response_that_failed_is_an_error(status: str) -> None:
    body = json.dumps({"status": status, "output": [], "error": {"message": "no luck"}}).encode()
    found = read(body)
    assert isinstance(found.error, StreamAPIError)
    with pytest.raises(ResponseValidationError, match="no luck"):
        read_response(WholeResponse(200, Headers(), body))


def test_a_response_that_was_cancelled_is_an_error_whatever_it_says() -> None:
    body = json.dumps({"status": "cancelled", "output": []}).encode()
    assert isinstance(read(body).error, StreamAPIError)
    with pytest.raises(ResponseValidationError, match="cancelled"):
        read_response(WholeResponse(200, Headers(), body))


def test_a_stream_gathered_into_one_text_is_read() -> None:
    assert read(json.dumps(lines(CREATED, HI, YOU, ended(SAID)).decode()).encode()).final.output_text == "Hi you"


@pytest.mark.parametrize("body", [b"<html>no</html>", b'{"error": "no"}', b'{"choices": []}', b"upstream says hello"])
def test_what_is_no_stream_is_told_as_that(body: bytes) -> None:
    found = read(body)
    assert isinstance(found.error, StreamDecodeError | StreamAPIError | StreamInterrupted)
    assert not found.events


def test_a_snapshot_at_each_event_does_not_join_everything_each_time() -> None:
    reader = ResponseReader(Limits())
    texts: list[str] = []
    for event in reader.feed(lines(*[HI] * 3)):
        assert isinstance(event, ResponseTextDeltaEvent)
        partial = reader.partial()
        assert partial is not None
        texts.append(partial.text)
    assert texts == ["Hi", "HiHi", "HiHiHi"]


def sizes(events: Iterable[Json]) -> int:
    return sum(len(json.dumps(event)) for event in events)


def test_an_event_or_a_stream_that_is_too_large_is_told() -> None:
    large = read(lines(HI, {**HI, "delta": "x" * 500}), limits=Limits(event=400))
    assert isinstance(large.error, StreamDecodeError)
    assert "Limits(event=...)" in large.error.message
    assert isinstance(read(lines(*[HI] * 9), limits=Limits(stream=sizes([HI]))).error, StreamDecodeError)


def raw(event: Json, delta: str) -> bytes:
    """An event whose text is written as a server writes it that escapes each token for itself."""
    return b"data: " + json.dumps({**event, "delta": "@"}).replace("@", delta).encode() + b"\n\n"


@pytest.mark.parametrize(
    "event",
    [
        HI,
        {"type": "response.reasoning_text.delta", "item_id": "rs_1"},
        {"type": "response.function_call_arguments.delta", "item_id": "fc_1"},
    ],
)
def test_a_character_that_two_events_share_is_put_together(event: Json) -> None:
    found = read(raw(event, "a\\ud83d"), raw(event, "\\ude00b"), raw(event, "c"), lines(ended(SAID)))
    deltas = [getattr(each, "delta", "") for each in found.events]
    assert (found.error, deltas[:3]) == (None, ["a", "\U0001f600b", "c"])


def test_half_a_character_whose_other_half_never_comes_costs_itself() -> None:
    found = read(raw(HI, "a\\ud83d"), raw(HI, "b"), lines(ended(SAID)))
    assert (found.error, [getattr(each, "delta", "") for each in found.events][:2]) == (None, ["a", "\ufffdb"])


def test_why_a_response_failed_or_was_cut_may_be_a_text() -> None:
    failed = read_events(HI, ended(status="failed", error="no luck"))
    assert isinstance(failed.error, StreamAPIError)
    assert "The response failed: no luck." in failed.error.message
    assert read_events(
        HI, ended(SAID, status="incomplete", incomplete_details="content_filter")
    ).final.finish_reason == ("content_filter")


def test_a_call_that_nothing_began_has_the_name_of_its_end() -> None:
    found = read_events(piece(ARGUMENTS), {**arguments_done(ARGUMENTS), "name": "f"})
    assert isinstance(found.error, StreamInterrupted)
    assert found.response is not None
    assert [(call.name, call.arguments) for call in found.response.function_calls] == [("f", ARGUMENTS)]


@pytest.mark.parametrize("content", ["Hi you", [{"text": "Hi you"}], [{"type": "text", "text": "Hi you"}]])
def test_what_the_model_says_may_be_a_plain_text(content: object) -> None:
    assert read_events(ended({"type": "message", "content": content})).final.output_text == "Hi you"
