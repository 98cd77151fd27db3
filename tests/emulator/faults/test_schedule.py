"""Faults wait for their requests, and say which of them have met none."""

from __future__ import annotations

from baseten_sdk.emulator import at, every, first
from baseten_sdk.emulator.behaviors.plan import Plan
from baseten_sdk.emulator.faults.schedule import Faults


def test_a_pushed_behavior_is_taken_as_often_as_it_was_pushed() -> None:
    faults = Faults()
    faults.push("status=503", None, times=2)
    assert len(faults) == 4
    assert [faults.take("/predict").number("status") for _ in range(5)] == [503, 503, None, None, None]
    assert len(faults) == 0


def test_what_was_pushed_for_a_path_waits_for_it() -> None:
    faults = Faults()
    faults.push("status=500", path="/predict")
    faults.push("status=503")
    assert faults.take("/chat").number("status") == 503
    assert faults.take("/chat") == Plan()
    assert faults.take("/predict").number("status") == 500


def test_faults_that_met_no_request_are_told() -> None:
    faults = Faults()
    faults.add(at(3).status(503), first(2).on("/predict").drop(reset=True), every().on("/nowhere").delay(1))
    faults.push("status=500", path="/cancel")
    assert faults.unused == [
        "status=503",
        "drop, reset on /predict",
        "delay=1000 on /nowhere",
        "status=500 on /cancel",
    ]
    faults.take("/predict")
    assert faults.unused == ["status=503", "delay=1000 on /nowhere", "status=500 on /cancel"]
    faults.take("/chat")
    faults.take("/cancel")
    assert faults.unused == ["delay=1000 on /nowhere"]


def test_a_fault_that_struck_once_of_several_times_was_used() -> None:
    faults = Faults()
    faults.push("status=503", times=10)
    faults.take("/chat")
    assert (faults.unused, len(faults)) == ([], 9)


def test_letting_a_request_pass_and_what_was_taken_back_are_no_faults() -> None:
    faults = Faults()
    faults.push(None, times=3)
    assert faults.unused == []
    faults.push("drop")
    faults.add(at(1).hang())
    faults.clear()
    assert faults.unused == []
