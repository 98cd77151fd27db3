"""Streams of responses as other servers and translating proxies write them, and what they add up to."""

from __future__ import annotations

import pytest

from baseten_sdk import (
    ResponseTextDeltaEvent,
    ResponseUnknownEvent,
    StreamAPIError,
    StreamDecodeError,
    StreamError,
    StreamInterrupted,
)
from baseten_sdk.types.responses import ResponseOutputMessage, ResponseReasoningItem

from .test_reader import (
    ARGUMENTS,
    CALL,
    CREATED,
    HI,
    SAID,
    WHOLE_CALL,
    YOU,
    Json,
    added,
    arguments_done,
    ended,
    item_done,
    lines,
    piece,
    read,
    read_events,
)

EMPTY_CALL: Json = {**CALL, "arguments": "{}"}
TOLD = [("arguments", ARGUMENTS), ("item", ARGUMENTS)]
BARE: Json = {**SAID, "content": []}


def text_done(text: str) -> Json:
    kind = "response.output_text.done"
    return {"type": kind, "item_id": "msg_1", "output_index": 0, "content_index": 0, "text": text}


@pytest.mark.parametrize(
    "end", [ended(WHOLE_CALL), ended(EMPTY_CALL), ended()], ids=["whole", "empty", "without output"]
)
def test_an_empty_object_that_is_announced_before_the_pieces_is_not_the_arguments(end: Json) -> None:
    found = read_events(CREATED, added(CALL), arguments_done("{}"), item_done(EMPTY_CALL), piece(ARGUMENTS), end)
    assert found.told == TOLD
    assert [each.arguments for each in found.final.function_calls] == [ARGUMENTS]


def test_a_call_without_arguments_is_told_of_before_the_end() -> None:
    found = read_events(CREATED, added(CALL), arguments_done("{}"), item_done(EMPTY_CALL), ended(EMPTY_CALL))
    assert found.told == [("arguments", "{}"), ("item", "{}")]
    assert found.kinds[-1] == "completed"


def test_an_empty_object_before_the_arguments_is_left_out() -> None:
    found = read_events(CREATED, added(CALL), piece("{}"), piece(ARGUMENTS), ended())
    assert [each.arguments for each in found.final.function_calls] == [ARGUMENTS]


def test_arguments_may_come_as_an_object() -> None:
    delta: Json = {"type": "response.function_call_arguments.delta", "item_id": "fc_1", "delta": {"city": "Paris"}}
    found = read_events(CREATED, added(CALL), delta, ended())
    assert [each.arguments for each in found.final.function_calls] == ['{"city":"Paris"}']


def test_calls_under_one_item_id_stay_two_where_they_differ() -> None:
    other: Json = {**CALL, "call_id": "c2", "arguments": '{"city": "Rome"}'}
    found = read_events(added(CALL), piece(ARGUMENTS), item_done(WHOLE_CALL), ended(WHOLE_CALL, other))
    assert [(each.call_id, each.arguments) for each in found.final.function_calls] == [
        ("c1", ARGUMENTS),
        ("c2", '{"city": "Rome"}'),
    ]
    assert found.told[-2:] == [("arguments", '{"city": "Rome"}'), ("item", '{"city": "Rome"}')]


@pytest.mark.parametrize("with_output", [True, False])
def test_calls_that_differ_in_their_call_id_alone_stay_two_if_all_items_have_one_id(with_output: bool) -> None:
    calls: list[Json] = [{**WHOLE_CALL, "call_id": f"c{at}"} for at in range(3)]
    events = [
        each for at, call in enumerate(calls) for each in (added({**call, "arguments": ""}, at), item_done(call, at))
    ]
    found = read_events(CREATED, *events, ended(*(calls if with_output else ())))
    assert [each.call_id for each in found.final.function_calls] == ["c0", "c1", "c2"]
    assert found.told == TOLD * 3


def test_a_call_without_a_call_id_has_the_same_one_in_its_events_and_at_the_end() -> None:
    nameless: Json = {name: value for name, value in WHOLE_CALL.items() if name != "call_id"}
    found = read_events(CREATED, added({**nameless, "arguments": ""}), piece(ARGUMENTS), ended(nameless))
    begun = found.events[1].model_dump()["item"]["call_id"]
    assert begun
    assert [each.call_id for each in found.final.function_calls] == [begun]


@pytest.mark.parametrize(
    "content", [[], None, [{"type": "output_text", "text": ""}], [{"type": "output_text", "text": None}]], ids=repr
)
def test_a_message_of_the_end_without_text_has_the_text_that_came(content: object) -> None:
    found = read_events(CREATED, added(BARE), HI, YOU, ended({**SAID, "content": content}))
    assert found.final.output_text == "Hi you"


def test_the_text_of_the_end_is_the_truth_where_it_has_one() -> None:
    less: Json = {**SAID, "content": [{"type": "output_text", "text": "Hi"}]}
    assert read_events(CREATED, added(BARE), HI, YOU, ended(less)).final.output_text == "Hi"


@pytest.mark.parametrize("last", [text_done("Hi you"), item_done(SAID)], ids=["text", "item"])
def test_a_text_that_comes_only_with_its_end_is_handed_out_as_a_piece_first(last: Json) -> None:
    found = read_events(CREATED, added(BARE), last, ended())
    assert found.kinds[2:4] == ["output_text.delta", str(last["type"]).removeprefix("response.")]
    assert (found.events[2].model_dump()["delta"], found.final.output_text) == ("Hi you", "Hi you")


def test_a_text_that_came_in_pieces_is_not_handed_out_again() -> None:
    found = read_events(CREATED, added(BARE), HI, YOU, text_done("Hi you"), item_done(SAID), ended(SAID))
    assert found.kinds.count("output_text.delta") == 2


@pytest.mark.parametrize(
    ("kind", "response", "status"),
    [
        ("response.completed", {"status": "in_progress"}, "completed"),
        ("response.completed", {"status": None}, "completed"),
        ("response.incomplete", {"status": "in_progress"}, "incomplete"),
        ("response.done", {"status": "completed"}, "completed"),
        ("response.done", {"status": "incomplete"}, "incomplete"),
        ("response.done", {}, "completed"),
    ],
)
def test_the_end_says_how_the_response_ended(kind: str, response: Json, status: str) -> None:
    found = read_events(CREATED, added(BARE), HI, YOU, {"type": kind, "response": response})
    assert (found.final.status, found.final.output_text, found.final.id) == (status, "Hi you", "resp_1")


@pytest.mark.parametrize(
    ("last", "message"),
    [
        (ended(error={"message": "boom"}), "boom"),
        (ended(status="failed", error={"message": "boom"}), "boom"),
        ({"type": "response.completed", "response": {"status": "failed"}}, "no reason given"),
        ({"type": "response.done", "response": {"status": "failed", "error": {"message": "boom"}}}, "boom"),
        ({"type": "response.cancelled", "response": {"status": "cancelled"}}, "cancelled"),
        ({"type": "response.completed", "response": {"status": "cancelled"}}, "cancelled"),
        ({"type": "response.error", "error": {"message": "boom"}}, "boom"),
    ],
)
def test_a_failure_is_one_under_every_name(last: Json, message: str) -> None:
    found = read_events(CREATED, added(BARE), HI, last)
    assert isinstance(found.error, StreamAPIError)
    assert message in str(found.error)
    assert found.error.partial is not None
    assert found.error.partial.text == "Hi"


def test_what_a_proxy_writes_into_the_stream_is_told() -> None:
    begun = lines(CREATED, added(BARE), HI)
    error = read(begun + b'{"error": {"message": "boom", "code": "server_error"}}\n').error
    assert isinstance(error, StreamAPIError)
    assert (error.code, error.partial and error.partial.text) == ("server_error", "Hi")
    page = read(begun + b"<html>504 Gateway Time-out</html>").error
    assert isinstance(page, StreamInterrupted)
    assert "504 Gateway Time-out" in str(page)


def test_a_text_whose_end_says_it_otherwise_is_not_handed_out_twice() -> None:
    """Bytes that were no whole character differ from piece to piece."""
    found = read_events(
        CREATED, added(BARE), {**HI, "delta": "\ufffd"}, {**HI, "delta": "\ufffd!"}, text_done("\ufffd!")
    )
    assert found.kinds.count("output_text.delta") == 2


def of_item(kind: str, **fields: object) -> Json:
    return {"type": f"response.{kind}", "item_id": "i1", "output_index": 0, **fields}


@pytest.mark.parametrize("more", [{}, {"response": None}, {"id": "resp_1", "status": "completed"}], ids=repr)
def test_an_end_without_a_response_ends_it_with_what_came(more: Json) -> None:
    found = read_events(CREATED, added(BARE), HI, YOU, {"type": "response.completed", **more})
    assert (found.final.output_text, found.final.status, found.final.id) == ("Hi you", "completed", "resp_1")


@pytest.mark.parametrize("more", [{"response": None, "error": {"message": "boom"}}, {"error": {"message": "boom"}}])
def test_a_failure_without_a_response_is_one(more: Json) -> None:
    error = read_events(CREATED, added(BARE), HI, {"type": "response.failed", **more}).error
    assert isinstance(error, StreamAPIError)
    assert ("boom" in str(error), error.partial and error.partial.text) == (True, "Hi")


def test_a_text_that_comes_only_with_the_end_of_its_part_is_handed_out_as_a_piece_first() -> None:
    part: Json = of_item("content_part.done", content_index=0, part={"type": "output_text", "text": "Hi you"})
    found = read_events(CREATED, added({**BARE, "id": "i1"}), part, ended())
    assert found.kinds[2:4] == ["output_text.delta", "content_part.done"]
    assert found.final.output_text == "Hi you"


def test_pieces_that_come_after_the_end_of_their_message_are_kept() -> None:
    less: Json = {**SAID, "content": [{"type": "output_text", "text": "Hi"}]}
    assert read_events(CREATED, added(BARE), HI, item_done(less), YOU, ended()).final.output_text == "Hi you"


@pytest.mark.parametrize(
    ("event", "refusal", "thoughts"),
    [
        (of_item("refusal.done", content_index=0, refusal="No."), "No.", ""),
        (of_item("content_part.done", content_index=0, part={"type": "refusal", "refusal": "No."}), "No.", ""),
        (of_item("reasoning_text.done", content_index=0, text="Hm"), None, "Hm"),
        (of_item("reasoning_summary_text.done", summary_index=0, text="Hm"), None, "Hm"),
    ],
    ids=lambda event: str(event["type"]) if isinstance(event, dict) else None,
)
def test_what_comes_only_with_its_end_is_kept(event: Json, refusal: str | None, thoughts: str) -> None:
    found = read_events(CREATED, event, event, ended())
    assert (found.final.refusal, found.final.reasoning_text) == (refusal, thoughts)


@pytest.mark.parametrize("last", [[], [{"type": "reasoning", "id": "i1", "summary": [], "encrypted_content": "x"}]])
def test_thoughts_that_came_are_kept_where_only_their_encryption_comes_at_the_end(last: list[Json]) -> None:
    encrypted: Json = {"type": "reasoning", "id": "i1", "summary": [], "encrypted_content": "x"}
    piece: Json = of_item("reasoning_text.delta", content_index=0, delta="Hm")
    found = read_events(
        CREATED, added({**encrypted, "encrypted_content": None}), piece, item_done(encrypted), ended(*last)
    )
    item = found.final.output[0]
    assert isinstance(item, ResponseReasoningItem)
    assert (item.encrypted_content, item.text) == ("x", "Hm")


def test_a_call_whose_item_alone_is_called_done_has_both_events() -> None:
    found = read_events(CREATED, item_done(WHOLE_CALL), arguments_done(ARGUMENTS), ended(WHOLE_CALL))
    assert found.told == TOLD
    late = read_events(CREATED, added(CALL), item_done({**CALL, "arguments": ""}), piece(ARGUMENTS), ended(WHOLE_CALL))
    assert late.told == TOLD


def under(item_id: str, event: Json) -> Json:
    """An event of a server that numbers nothing, under an ID of its own."""
    return {**{name: event[name] for name in event if name != "output_index"}, "item_id": item_id}


def test_a_text_that_came_in_pieces_under_another_id_is_not_handed_out_again() -> None:
    last: Json = {"type": "response.output_item.done", "item": {**SAID, "id": "other"}}
    found = read_events(
        CREATED, under("one", HI), under("one", YOU), under("other", text_done("Hi you")), last, ended()
    )
    assert found.kinds.count("output_text.delta") == 2


def test_two_messages_may_say_the_same() -> None:
    again: Json = {**text_done("you"), "item_id": "msg_2", "output_index": 1}
    pieces = read_events(CREATED, added(BARE), HI, YOU, item_done(SAID), again)
    assert pieces.kinds.count("output_text.delta") == 3
    ends = read_events(CREATED, added(BARE), text_done("Hi you"), item_done(SAID), {**again, "text": "Hi you"})
    assert ends.kinds.count("output_text.delta") == 2


@pytest.mark.parametrize("kind", ["response.custom_tool_call_input.delta", "response.mcp_call_arguments.delta", "x"])
@pytest.mark.parametrize("delta", ["ab", {"a": 1}, None], ids=repr)
def test_an_event_of_an_unknown_type_may_have_a_delta(kind: str, delta: object) -> None:
    found = read_events(CREATED, HI, {"type": kind, "delta": delta}, YOU, ended(SAID))
    assert found.final.output_text == "Hi you"
    (event,) = [each for each in found.events if isinstance(each, ResponseUnknownEvent)]
    assert (event.type, event.to_dict()["delta"]) == (kind, delta)


def test_a_delta_without_a_delta_is_skipped() -> None:
    found = read_events(CREATED, {"type": "response.output_text.delta", "item_id": "msg_1"}, HI, YOU, ended(SAID))
    assert found.kinds == ["created", "output_text.delta", "output_text.delta", "completed"]


def test_a_delta_of_no_type_is_an_error() -> None:
    assert isinstance(read_events(CREATED, {"delta": "Hi"}, ended()).error, StreamDecodeError)


def test_what_arrived_of_a_kind_that_the_last_event_leaves_out_is_kept() -> None:
    thought: Json = {"type": "reasoning", "id": "r1", "content": [{"type": "reasoning_text", "text": "Hm"}]}
    begun: Json = {"type": "web_search_call", "id": "w1"}
    found = read_events(
        CREATED, item_done(thought), added(begun, 1), HI, YOU, added(CALL), piece(ARGUMENTS), ended(WHOLE_CALL)
    )
    assert [item.type for item in found.final.output] == ["reasoning", "message", "function_call"]
    assert (found.final.output_text, found.final.reasoning_text) == ("Hi you", "Hm")
    assert found.told == TOLD


@pytest.mark.parametrize("name", [5, None])
def test_an_odd_name_costs_only_itself(name: object) -> None:
    done = {**arguments_done(ARGUMENTS), "name": name}
    found = read_events(CREATED, added(CALL), piece(ARGUMENTS), done, item_done(WHOLE_CALL), ended(WHOLE_CALL))
    assert found.told == TOLD


@pytest.mark.parametrize("last", [ended(SAID), ended()], ids=["output", "none"])
def test_events_that_share_an_item_id_belong_to_the_item_at_their_index(last: Json) -> None:
    thinking: Json = {"type": "response.reasoning_text.delta", "item_id": 0, "output_index": 1, "delta": "Hm"}
    found = read_events(
        CREATED,
        added({"type": "reasoning", "id": "r1"}, 1),
        thinking,
        added(BARE, 0),
        {**HI, "item_id": 0},
        {**YOU, "item_id": 0},
        last,
    )
    assert (found.final.output_text, found.final.reasoning_text) == ("Hi you", "Hm")


PARIS, ROME = '{"city": "Paris"}', '{"city": "Rome"}'

FOUR: list[list[Json]] = [
    [
        added({"type": "message", "id": "m0", "content": []}, 0),
        {**HI, "item_id": "m0"},
        item_done({"type": "message", "id": "m0", "content": [{"type": "output_text", "text": "Hi"}]}, 0),
    ],
    *(
        [
            added({**CALL, "id": f"fc{at}", "call_id": f"c{at}", "arguments": ""}, at),
            {**piece(arguments[:5], f"fc{at}"), "output_index": at},
            {**piece(arguments[5:], f"fc{at}"), "output_index": at},
            {**arguments_done(arguments), "item_id": f"fc{at}", "output_index": at},
            item_done({**CALL, "id": f"fc{at}", "call_id": f"c{at}", "arguments": arguments}, at),
        ]
        for at, arguments in ((1, PARIS), (2, ROME))
    ),
    [
        added({"type": "message", "id": "m3", "content": []}, 3),
        {**YOU, "item_id": "m3", "output_index": 3},
        item_done({"type": "message", "id": "m3", "content": [{"type": "output_text", "text": " you"}]}, 3),
    ],
]
"""A message, two calls, and a message."""


def changed(value: object, names: set[str], to: object) -> object:
    """The value with these fields replaced, at any depth. Without them, if `to` is `...`."""
    if isinstance(value, dict):
        kept = {name: changed(each, names, to) for name, each in value.items() if name not in names or to is not ...}
        return {name: to if name in names else each for name, each in kept.items()}
    return [changed(each, names, to) for each in value] if isinstance(value, list) else value


CHANGED = [
    (names, to, mixed)
    for names in ("id", "item_id", "id item_id", "output_index", "call_id", "id call_id item_id")
    for to in (..., None, "", "x", 7)
    for mixed in (False, True)
    # Pieces that take turns need something that tells them apart.
    if not (mixed and to in ("x", 7) and names == "id call_id item_id")
]


@pytest.mark.parametrize("last", [True, False], ids=["output", "no output"])
@pytest.mark.parametrize(("names", "to", "mixed"), [*CHANGED, ("id item_id output_index", ..., False)])
def test_items_are_told_apart_by_what_their_ids_and_indexes_still_say(
    names: str, to: object, *, mixed: bool, last: bool
) -> None:
    calls = [each for pair in zip(FOUR[1], FOUR[2], strict=True) for each in pair] if mixed else FOUR[1] + FOUR[2]
    whole = [events[-1]["item"] for events in FOUR] if last else []
    sent = [CREATED, *FOUR[0], *calls, *FOUR[3]]
    events = [event for each in sent if isinstance(event := changed(each, {*names.split()}, to), dict)]
    output = changed(whole, {*names.split()}, to)
    found = read_events(*events, {"type": "response.completed", "response": {"status": "completed", "output": output}})
    assert found.final.output_text == "Hi you"
    assert [call.arguments for call in found.final.function_calls] == [PARIS, ROME]
    assert sorted(found.told) == [("arguments", PARIS), ("arguments", ROME), ("item", PARIS), ("item", ROME)]
    assert "".join(each.delta for each in found.events if isinstance(each, ResponseTextDeltaEvent)) == "Hi you"


@pytest.mark.parametrize("nothing", ["", None, {**BARE, "id": None}, {"type": "message", "content": ""}], ids=repr)
def test_an_empty_message_of_the_last_event_does_not_repeat_a_text(nothing: object) -> None:
    end: Json = {"type": "response.completed", "response": {"status": "completed", "output": [nothing, SAID]}}
    assert read_events(CREATED, HI, YOU, end).final.output_text == "Hi you"


def test_null_says_nothing() -> None:
    found = read_events("null", CREATED, HI, "null", YOU, ended(SAID))
    assert (found.final.output_text, len(found.events)) == ("Hi you", 4)


WORKING: Json = {"type": "response.in_progress", "response": {"id": "resp_1", "status": "in_progress", "output": []}}
TOLD_EARLY: Json = {**WORKING, "response": {"id": "resp_1", "status": "in_progress", "output": [SAID, WHOLE_CALL]}}


@pytest.mark.parametrize("end", [ended(), {"type": "response.completed"}, ended(output=None)])
@pytest.mark.parametrize(
    "begin", [[TOLD_EARLY], [CREATED, TOLD_EARLY, WORKING], [{**TOLD_EARLY, "type": "response.created"}]]
)
def test_an_output_that_only_earlier_events_had_is_the_output(begin: list[Json], end: Json) -> None:
    found = read_events(*begin, end)
    assert (found.final.output_text, found.final.status) == ("Hi you", "completed")
    assert found.told == TOLD
    assert [each.arguments for each in found.final.function_calls] == [ARGUMENTS]


def test_an_output_that_only_earlier_events_had_is_in_what_is_left_of_a_cut_stream() -> None:
    for found in (read_events(TOLD_EARLY), read_events(TOLD_EARLY, ended(status="failed"))):
        assert isinstance(found.error, StreamError)
        assert found.error.partial is not None
        assert found.error.partial.text == "Hi you"
    assert read_events(TOLD_EARLY, added(BARE), HI, ended()).final.output_text == "Hi"


def test_an_item_that_does_not_say_what_it_is_is_what_its_pieces_are() -> None:
    (item,) = read_events(CREATED, added({}), HI, YOU, ended()).final.output
    assert isinstance(item, ResponseOutputMessage)
    assert item.text == "Hi you"


@pytest.mark.parametrize(
    "events",
    [
        [CREATED, ended(SAID)],
        [TOLD_EARLY, ended()],
        [CREATED, added(SAID), ended(SAID)],
        [CREATED, added(SAID), ended()],
        [CREATED, added(SAID), item_done(SAID), ended(SAID)],
        [CREATED, added(BARE), text_done("Hi you"), ended(SAID)],
        [CREATED, added(BARE), HI, YOU, text_done("Hi you"), item_done(SAID), ended(SAID)],
        [CREATED, added(BARE, 4), HI, YOU, ended({**SAID, "id": "other"})],
    ],
)
def test_a_text_is_reported_once_whenever_it_comes(events: list[Json]) -> None:
    found = read_events(*events)
    pieces = [event.delta for event in found.events if isinstance(event, ResponseTextDeltaEvent)]
    assert "".join(pieces) == found.final.output_text == "Hi you"
    assert found.kinds[-1] == "completed"
