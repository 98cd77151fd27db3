"""The work on the calls of a message grows as their number does."""

from __future__ import annotations

import json

import pytest

from baseten_sdk import Headers
from baseten_sdk._core.messages.events import MessageEvents
from baseten_sdk._core.messages.reply import read_message
from baseten_sdk._core.reply.response import WholeResponse
from tests.core.messages.event_bodies import START, STOP, Fields, closed, opened, read, wire
from tests.growth import FEW, TIMES, grows_evenly

pytestmark = pytest.mark.timeout(60)

CALLS: dict[str, list[Fields]] = {
    "ids": [{"type": "tool_use", "id": f"t{n}", "name": "f", "input": {"a": 1}} for n in range(FEW * TIMES)],
    "one id": [{"type": "tool_use", "id": "t", "name": "f", "input": {"a": n}} for n in range(FEW * TIMES)],
    "one call": [{"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}] * (FEW * TIMES),
}


@pytest.mark.parametrize("calls", CALLS.values(), ids=CALLS)
def test_many_calls_of_a_stream(calls: list[Fields]) -> None:
    events, _ = read(
        wire(START, *(each for n, call in enumerate(calls) for each in (opened(call, n), closed(n))), STOP)
    )

    def tell(count: int) -> None:
        maker = MessageEvents()
        for event in [*events[: 1 + 2 * count], events[-1]]:
            maker.read(event)

    assert grows_evenly(tell)


@pytest.mark.parametrize("calls", CALLS.values(), ids=CALLS)
def test_many_calls_of_a_reply(calls: list[Fields]) -> None:
    def reply(count: int) -> WholeResponse:
        body = {"id": "m", "type": "message", "role": "assistant", "model": "a/b", "content": calls[:count]}
        return WholeResponse(200, Headers([("content-type", "application/json")]), json.dumps(body).encode())

    replies = {count: reply(count) for count in (FEW, FEW * TIMES)}
    assert grows_evenly(lambda count: read_message(replies[count]))


def test_many_blocks_at_one_index() -> None:
    few = 8 * FEW
    calls = [{**CALLS["ids"][0], "id": f"t{number}"} for number in range(few * TIMES)]
    events, _ = read(wire(START, *(each for call in calls for each in (opened(call, 0), closed(0))), STOP))

    def tell(count: int) -> None:
        maker = MessageEvents()
        for event in events[: 1 + 2 * count]:
            maker.read(event)

    assert grows_evenly(tell, few)
