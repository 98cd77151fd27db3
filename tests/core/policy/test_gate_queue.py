"""Whose turn it is at a gate, and what a gate belongs to."""

from __future__ import annotations

import pytest

from baseten_sdk import RateLimitError
from baseten_sdk._core.policy.backoff_gate import BackoffGate
from baseten_sdk._core.policy.gate_key import gate_key
from baseten_sdk._core.policy.gate_queue import RECHECK, GateQueue
from baseten_sdk._core.policy.gate_wait import check_gate, not_sent
from baseten_sdk._core.request.options import Options
from baseten_sdk._core.request.payload import Payload
from baseten_sdk._core.request.request import build

URL = "https://inference.baseten.co/v1/chat/completions"


def queue(closed_for: float = 0.0) -> GateQueue[str]:
    gate = BackoffGate(0.0)
    gate.close(closed_for)
    return GateQueue(gate)


def test_first_come_first_served_but_the_refused_come_first() -> None:
    waiting = queue()
    waiting.join("a", refused=False)
    waiting.join("b", refused=False)
    waiting.join("c", refused=True)
    order = []
    while waiting.first is not None:
        order.append(waiting.first)
        assert waiting.look(waiting.first, 1.0) == 0.0
    assert order == ["c", "a", "b"]


def test_only_the_first_knows_when_it_opens() -> None:
    waiting = queue(closed_for=5.0)
    waiting.join("a", refused=False)
    waiting.join("b", refused=False)
    assert waiting.look("a", 2.0) == 3.0
    assert waiting.look("b", 2.0) == RECHECK


def test_one_that_leaves_makes_room() -> None:
    waiting = queue()
    turns = ["one", "two", "three"]
    for turn in turns:
        waiting.join(turn, refused=False)
    waiting.leave(turns[0])
    waiting.leave("one that has passed")
    assert (waiting.first, len(waiting)) == ("two", 2)


def test_all_pass_at_once_when_the_service_is_seen_to_take_calls() -> None:
    waiting = queue(closed_for=5.0)
    waiting.join("a", refused=False)
    waiting.join("b", refused=True)
    assert waiting.release() == ["b", "a"]
    assert (waiting.look("a", 1.0), waiting.look("b", 1.0), len(waiting)) == (0.0, 0.0, 0)


def test_a_gate_belongs_to_a_model_where_the_body_names_one() -> None:
    def key(body: object) -> str:
        options = Options(extra_query={"a": "1"})
        return gate_key(build("POST", URL, options, accept="*/*", first_byte=1.0, payload=Payload(json=body)))

    assert key({"model": "a/b", "messages": []}) == f"{URL} a/b"
    assert key({"messages": []}) == URL


def test_a_call_that_is_not_to_wait_is_told_how_long_it_would_have_been() -> None:
    error = not_sent(3.0)
    assert str(error.message) == (
        "Not sent: the service has refused calls of this kind, and the turn of this one is 3.00 s away."
    )
    assert (error.sent, error.retry_after) == (False, 3.0)


def test_a_wait_that_does_not_fit_is_an_error_that_says_that_nothing_was_sent() -> None:
    check_gate(1.0, 1.0)
    with pytest.raises(RateLimitError, match=r"Not sent: .* 2\.00 s away, with 1\.00 s left") as caught:
        check_gate(2.0, 1.0)
    assert (caught.value.sent, caught.value.retry_after) == (False, 2.0)
