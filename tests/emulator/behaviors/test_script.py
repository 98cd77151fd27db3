"""Faults by the numbers of requests: what they translate to, and whom they strike."""

from __future__ import annotations

import httpx
import pytest

from baseten_sdk.emulator import BehaviorError, Emulator, Fault, at, every, first
from baseten_sdk.emulator.behaviors.parse import parse
from baseten_sdk.emulator.faults.schedule import Faults
from tests.emulator.exchanges import CHAT, ask, chunks_of


@pytest.mark.parametrize(
    ("fault", "spec"),
    [
        (at(1).status(503), "status=503"),
        (at(1).status(429, message="slow down", retry_after=1.5), "status=429, retry-after=1.5, message=slow down"),
        (at(1).status(429, retry_after="soon"), "status=429, retry-after=soon"),
        (at(1).drop(), "drop"),
        (at(1).drop(reset=True), "drop, reset"),
        (at(1).hang(), "hang"),
        (at(1).delay(0.25), "delay=250"),
        (at(1).delay(0.0001), "delay=1"),
        (at(1).drip(), "pieces=1, pause=1"),
        (at(1).drip(size=3, interval=0.02), "pieces=3, pause=20"),
        (at(1).cut_stream(), "cut"),
        (at(1).cut_stream(after=5, reset=True), "cut=5, reset"),
        (at(1).cut_stream(0), "cut=0"),
        (at(1).end_stream(2), "end=2"),
        (at(1).stall(), "stall"),
        (at(1).stall(4), "stall=4"),
        (at(1).stream_error(), "stream-error=object"),
        (at(1).stream_error("event", message="gone"), "stream-error=event, message=gone"),
        (at(1).garbage(), "reply=html"),
        (at(1).garbage("truncated"), "reply=truncated"),
        (at(1).fail_job(), "fail-with=MODEL_PREDICT_ERROR"),
        (at(1).queue_job(90).run_job(0.5), "queue=90, run=0.5"),
        (at(1).duplicate_webhook(), "webhook=duplicate"),
        (at(1).lose_webhook(), "webhook=lost"),
        (at(1).stray_webhook(), "webhook=astray"),
        (at(1).behave("style=b, crlf").delay(1), "style=b, crlf, delay=1000"),
    ],
)
def test_a_fault_is_behaviors(fault: Fault, spec: str) -> None:
    assert fault.plan == parse(spec)


@pytest.mark.parametrize("numbers", [(), (0,), (1, -1)])
def test_requests_are_counted_from_one(numbers: tuple[int, ...]) -> None:
    with pytest.raises(BehaviorError, match="counted from 1"):
        at(*numbers)


def test_a_fault_that_cannot_be_is_refused_where_it_is_written() -> None:
    with pytest.raises(BehaviorError):
        at(1).status(99)
    with pytest.raises(BehaviorError):
        at(1).behave("no-such-thing")


def test_faults_count_for_themselves_and_only_what_concerns_them() -> None:
    faults = Faults()
    faults.add(at(2).status(503), first(2).on("/predict").delay(1), every().on("/chat").behave("crlf"))
    taken = [faults.take(path) for path in ("/v1/chat", "/m/predict", "/m/predict", "/m/predict", "/v1/chat")]
    assert taken == [parse("crlf"), parse("status=503, delay=1000"), parse("delay=1000"), parse(""), parse("crlf")]


def test_faults_meet_the_queue_and_the_standing_behaviors() -> None:
    faults = Faults()
    faults.always("crlf")
    faults.add(at(1).status(500), at(1).status(503))
    faults.push("delay=5")
    assert faults.take("/x") == parse("crlf, status=503, delay=5")
    assert faults.take("/x") == parse("crlf")


def test_clear_forgets_the_faults_too() -> None:
    faults = Faults()
    faults.add(every().status(500))
    faults.clear()
    assert faults.take("/x") == parse("")


def test_the_third_request_fails(emu: Emulator, http: httpx.Client) -> None:
    emu.faults.add(at(3).status(503))
    assert [http.post(CHAT, json=ask()).status_code for _ in range(4)] == [200, 200, 503, 200]


def test_a_stream_is_cut_after_its_fifth_event(emu: Emulator, http: httpx.Client) -> None:
    emu.faults.add(at(2).end_stream(after=5))
    whole, cut = (http.post(CHAT, json=ask(stream=True)) for _ in range(2))
    assert len(chunks_of(cut)) == 5 < len(chunks_of(whole))
