"""Which limit holds in which phase, and which error says that it was reached."""

from __future__ import annotations

from math import inf
from typing import get_args

import pytest

from baseten_sdk._core.policy.phases import Bound, Expiry, Phase, TimeLimits, timeout_error
from baseten_sdk.config import Timeout
from baseten_sdk.errors import (
    APITimeoutError,
    ConnectTimeout,
    DeadlineExceeded,
    FirstByteTimeout,
    IdleTimeout,
)

LIMITS = TimeLimits(Timeout(attempt=9, connect=1, write=2, idle=4), first_byte=30, deadline=50, remaining=40)


def test_each_phase_has_its_limit() -> None:
    assert [LIMITS.of(phase) for phase in ("connect", "write", "first_byte", "idle")] == [1, 2, 30, 4]


def test_the_queue_is_bounded_by_the_deadline_alone() -> None:
    assert LIMITS.of("queue") == inf


def test_a_first_byte_limit_of_the_caller_replaces_that_of_the_place() -> None:
    assert TimeLimits(Timeout(first_byte=3), first_byte=30).of("first_byte") == 3


@pytest.mark.parametrize(("bound", "limit"), [("call", 50), ("attempt", 9), ("phase", 2)])
def test_an_expiry_holds_the_limit_that_was_reached(bound: Bound, limit: float) -> None:
    assert LIMITS.expiry("write", bound) == Expiry("write", bound, limit)


ERRORS: dict[Phase, type[APITimeoutError]] = {
    "key": APITimeoutError,
    "pace": APITimeoutError,
    "gate": APITimeoutError,
    "rate": APITimeoutError,
    "queue": APITimeoutError,
    "connect": ConnectTimeout,
    "write": APITimeoutError,
    "first_byte": FirstByteTimeout,
    "idle": IdleTimeout,
}


@pytest.mark.parametrize(
    ("phase", "kind", "problem"),
    [("first_byte", FirstByteTimeout, "answers nothing"), ("idle", IdleTimeout, "has fallen silent")],
)
def test_a_member_that_hangs_is_said_to(phase: Phase, kind: type[APITimeoutError], problem: str) -> None:
    error = timeout_error(Expiry(phase, "member", 2.5))
    assert type(error) is kind
    assert f"after 2.50 s: this member of the pool {problem}." in error.message


@pytest.mark.parametrize("phase", get_args(Phase))
@pytest.mark.parametrize("bound", ["phase", "attempt"])
def test_a_phase_that_took_too_long_has_its_error(phase: Phase, bound: Bound) -> None:
    error = timeout_error(Expiry(phase, bound, 2.5), status_code=200)
    assert type(error) is ERRORS[phase]
    assert (error.phase, error.limit, error.status_code) == (phase, 2.5, 200)
    whose = "attempt" if bound == "attempt" else phase
    assert f"the {whose} limit of 2.5 s was reached" in error.message
    assert "status 200 had arrived" in error.message


@pytest.mark.parametrize(
    ("phase", "bound", "option", "other"),
    [
        ("connect", "phase", "Timeout(connect=...)", "timeout="),
        ("connect", "attempt", "timeout=", "Timeout("),
        ("write", "phase", "Timeout(write=...)", "timeout="),
        ("write", "attempt", "timeout=", "Timeout("),
        ("first_byte", "phase", "Timeout(first_byte=...)", "timeout="),
        ("first_byte", "attempt", "timeout=", "Timeout("),
        ("idle", "phase", "Timeout(idle=...)", "timeout="),
        ("idle", "attempt", "timeout=", "Timeout("),
        ("idle", "call", "deadline=", "imeout"),
        ("queue", "call", "deadline=", "imeout"),
    ],
)
def test_a_limit_names_the_option_that_set_it_and_no_other(phase: Phase, bound: Bound, option: str, other: str) -> None:
    error = timeout_error(Expiry(phase, bound, 2.5))
    assert option in error.advice
    assert other not in error.advice


@pytest.mark.parametrize(("attempt", "bound", "limit"), [(3, "attempt", 3), (5, "phase", 4), (None, "phase", 4)])
def test_the_limit_of_an_attempt_bounds_each_silence_of_a_stream(
    attempt: float | None, bound: Bound, limit: float
) -> None:
    limits = TimeLimits(Timeout(attempt=attempt, idle=4), first_byte=30, streamed=True)
    assert limits.of("idle") == limit
    assert limits.expiry("idle", "phase") == Expiry("idle", bound, limit)
    assert limits._replace(streamed=False).of("idle") == 4


@pytest.mark.parametrize("phase", get_args(Phase))
def test_a_deadline_that_passed_says_what_was_being_done(phase: Phase) -> None:
    error = timeout_error(Expiry(phase, "call", 10))
    assert type(error) is DeadlineExceeded
    assert (error.phase, error.limit, error.status_code) == (phase, 10, None)
    assert error.message.startswith("The deadline of 10 s passed while ")
    assert "status" not in error.message
    assert isinstance(error, TimeoutError)
