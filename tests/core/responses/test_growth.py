"""The work on the items of a response grows as their number does."""

from __future__ import annotations

import json

import pytest

from tests.growth import FEW, TIMES, grows_evenly

from .test_reader import (
    CALL,
    CREATED,
    HI,
    SAID,
    WHOLE_CALL,
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

pytestmark = pytest.mark.timeout(60)


def numbered(number: int, *, ids: bool) -> Json:
    call: Json = {**WHOLE_CALL, "call_id": f"call_{number}"}
    return {**call, "id": f"fc_{number}"} if ids else {name: call[name] for name in call if name != "id"}


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("whole", [True, False], ids=["with output", "without output"])
def test_many_calls(ids: bool, whole: bool) -> None:
    calls = [numbered(number, ids=ids) for number in range(FEW * TIMES)]

    def tell(count: int) -> None:
        some = calls[:count]
        events = [each for call in some for each in (added(call), item_done(call))]
        assert len(read_events(CREATED, *events, ended(*(some if whole else ()))).final.function_calls) == count

    assert grows_evenly(tell)


def text(number: int, *, under: str) -> Json:
    return {"type": "response.output_text.done", "item_id": f"{under}_{number}", "text": f"text {number}"}


def delta(number: int, *, under: str) -> Json:
    return {"type": HI["type"], "item_id": f"{under}_{number}", "delta": f"text {number}"}


def message(number: int, *, under: str) -> Json:
    return {**SAID, "id": f"{under}_{number}", "content": [{"type": "output_text", "text": f"text {number}"}]}


MESSAGES: dict[str, list[list[Json]]] = {
    "ends of texts": [[text(n, under="m")] for n in range(FEW * TIMES)],
    "ends of items": [[item_done(message(n, under="m"), n)] for n in range(FEW * TIMES)],
    "ends of both": [[text(n, under="m"), item_done(message(n, under="m"), n)] for n in range(FEW * TIMES)],
    "ends under other IDs": [[delta(n, under="m"), text(n, under="n")] for n in range(FEW * TIMES)],
    "no IDs": [
        [added({**WHOLE_CALL, "id": f"fc_{n}"}, n), {"type": HI["type"], "delta": "x"}] for n in range(FEW * TIMES)
    ],
}


@pytest.mark.parametrize("messages", MESSAGES.values(), ids=MESSAGES)
def test_many_messages(messages: list[list[Json]]) -> None:
    streams = {
        count: lines(CREATED, *(each for some in messages[:count] for each in some)) for count in (FEW, FEW * TIMES)
    }
    assert grows_evenly(lambda count: read(streams[count]))


def test_many_messages_whose_text_the_end_leaves_out() -> None:
    bare = [{**SAID, "id": f"m_{n}", "content": []} for n in range(FEW * TIMES)]
    streams = {
        count: lines(CREATED, *(text(n, under="m") for n in range(count)), ended(*bare[:count]))
        for count in (FEW, FEW * TIMES)
    }
    assert grows_evenly(lambda count: read(streams[count]).final)


def test_many_short_texts_after_a_long_one() -> None:
    def stream(count: int) -> bytes:
        long: Json = {"type": HI["type"], "item_id": "long", "delta": "ab" * (100 * count)}
        return lines(CREATED, long, *(item_done(message(n, under="m"), n) for n in range(count)))

    streams = {count: stream(count) for count in (FEW, FEW * TIMES)}
    assert grows_evenly(lambda count: read(streams[count]))


def object_of(count: int) -> str:
    """Return arguments that are as long as `count` events."""
    return json.dumps({"numbers": [0] * (30 * count)})


def test_many_calls_with_the_id_of_a_long_one() -> None:
    def stream(count: int) -> bytes:
        others = [item_done({**WHOLE_CALL, "arguments": f'{{"n": {n}}}'}, 1 + n) for n in range(count)]
        return lines(CREATED, added(CALL), piece(object_of(count)), *others)

    streams = {count: stream(count) for count in (FEW, FEW * TIMES)}
    assert grows_evenly(lambda count: read(streams[count]))


def test_many_pieces_after_a_long_announcement_that_is_cut() -> None:
    def stream(count: int) -> bytes:
        return lines(CREATED, added(CALL), arguments_done(object_of(count)[:-1]), *[piece("x")] * count)

    streams = {count: stream(count) for count in (FEW, FEW * TIMES)}
    assert grows_evenly(lambda count: read(streams[count]))
