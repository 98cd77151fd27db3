"""What a job counts."""

from __future__ import annotations

import json
import random
from math import ceil

import pytest
from hypothesis import given, strategies as st

from baseten_sdk.batch.calls.usage import Tokens
from baseten_sdk.batch.run.engine import Gauge
from baseten_sdk.batch.run.tally import Tally, Times
from baseten_sdk.errors import BatchRowError, RateLimitError
from baseten_sdk.types.batch import Failed, Ok, Report


@given(st.lists(st.floats(0.0001, 10_000), min_size=1, max_size=200), st.floats(0.01, 1))
def test_percentiles_are_right_within_a_hundredth(times: list[float], share: float) -> None:
    counted = Times()
    for seconds in times:
        counted.add(seconds)
    exact = sorted(times)[ceil(share * len(times)) - 1]
    assert counted.percentile(share) == pytest.approx(exact, rel=0.011)


def test_times_take_no_memory_that_grows() -> None:
    counted, source = Times(), random.Random(1)
    for _ in range(50_000):
        counted.add(source.lognormvariate(0, 1))
    assert len(counted._classes) < 1000
    assert Times().percentile(0.5) is None


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_rows_tokens_and_tries_are_counted() -> None:
    clock = Clock()
    tally = Tally(clock)
    tally.result(Ok("a", 1, "x", 1, 1, 0.5), Tokens(10, 5, 4))
    tally.result(Ok("b", 1, "x", 2, 3, 1.5), Tokens(10, 5, 0))
    tally.result(Ok("c", 1, "x", 3, 0, 1.0), Tokens())
    tally.failure(Failed("d", 1, ValueError("No."), 4, 9, 30.0))
    tally.failure(Failed("e", 1, ValueError("No."), 5))
    clock.now += 10
    report = tally.report(done_before=7, failed_before=2, stopped=None)
    assert (report.ok, report.failed, report.done_before, report.failed_before) == (3, 4, 7, 2)
    assert (report.input_tokens, report.output_tokens, report.cached_tokens) == (20, 10, 4)
    assert report.retries == 0 + 2 + 8
    assert report.p50 == pytest.approx(1.0, rel=0.011)
    assert (report.seconds, report.rows_per_second) == (10, 0.5)
    assert json.loads(report.to_json())["rows_per_second"] == 0.5
    assert str(report) == (
        "3 ok, 4 failed (2 in earlier runs), 7 done before; 10.0 s, 0.5 rows/s, p50 1.00 s, p95 1.49 s; "
        "tokens 20 in (4 cached, 20%), 10 out; 10 retries\n  2 x ValueError: No."
    )
    assert str(Report()).startswith("0 ok, 0 failed; 0.0 s, 0.0 rows/s; ")
    assert str(Report(concurrency=37)).startswith("0 ok, 0 failed; 0.0 s, 0.0 rows/s, 37 in flight at the end; ")


def test_progress_tells_the_pace_of_late_and_what_is_left() -> None:
    clock = Clock()
    tally = Tally(clock)
    for number in range(100):
        tally.result(Ok(str(number), 1, "x", number, 1, 0.5), Tokens(1, 1, 0))
    clock.now += 10
    first = tally.progress(Gauge(10), done_before=30, failed_before=20, concurrency=16, done=0.5)
    assert (first.rows_per_second, first.tokens_per_second) == (10, 20)
    assert (first.ok, first.failed, first.skipped) == (100, 20, 30)
    assert first.eta == pytest.approx(150 / 10)
    clock.now += 10
    for number in range(20):
        tally.result(Ok(str(number), 1, "x", number, 1, 0.5), Tokens(1, 1, 0))
    second = tally.progress(Gauge(4), done_before=50, concurrency=8, done=1.0)
    assert (second.rows_per_second, second.eta) == (2, None)
    clock.now += 20
    third = tally.progress(Gauge(4), done_before=50, concurrency=8, done=0.5)
    assert (third.rows_per_second, third.eta) == (0, None)
    for _ in range(1000):
        clock.now += 0.1
        tally.progress(Gauge(), concurrency=1, done=None)
    assert len(tally._marks) <= 110


def test_a_report_says_the_commonest_reasons_and_where_the_rows_are() -> None:
    tally = Tally()
    for number in range(7):
        tally.failure(Failed(str(number), 1, RateLimitError("Slow down.", status_code=429), number))
        if number < 5:
            tally.failure(Failed(str(number), 1, BatchRowError(f"Line {number} is bad.", number=number), number))
        if number < 3:
            tally.failure(Failed(str(number), 1, ValueError(f"{number} apples"), number))
    tally.failure(Failed("x", 1, TypeError(), 1))
    report = tally.report(failures="out.failed.jsonl")
    assert report.reasons == (
        ("RateLimitError: 429: Slow down.", 7),
        ("BatchRowError: Line 0 is bad.", 5),
        ("ValueError: 0 apples", 3),
        ("TypeError", 1),
    )
    assert str(report).splitlines()[1:] == [
        "  7 x RateLimitError: 429: Slow down.",
        "  5 x BatchRowError: Line 0 is bad.",
        "  3 x ValueError: 0 apples",
        "The failed rows are in out.failed.jsonl. retry_failed=True runs them again.",
    ]
    assert json.loads(report.to_json())["reasons"][0] == ["RateLimitError: 429: Slow down.", 7]
    assert Tally().report(failures="out.failed.jsonl").failures is None
    assert Tally().report(failures="out.failed.jsonl", failed_before=1).failures == "out.failed.jsonl"


def test_progress_says_what_is_waited_for_and_else_why_rows_failed() -> None:
    tally = Tally()
    quiet = tally.progress(Gauge(), concurrency=4, done=None)
    assert (quiet.waiting, quiet.reason) == (0, None)
    tally.failure(Failed("a", 1, ValueError("No."), 1))
    failing = tally.progress(Gauge(), concurrency=4, done=None)
    assert str(failing).endswith("; most failures: ValueError: No.")
    gauge = Gauge(in_flight=4, waiting=3, waiting_for="RateLimitError: 429: Slow down.")
    waiting = tally.progress(gauge, concurrency=4, done=None)
    assert str(waiting).endswith("; 3 wait to be tried again after RateLimitError: 429: Slow down.")


def test_a_batch_that_ended_in_a_storm_says_what_its_rows_were_waiting_for() -> None:
    tally = Tally()
    gauge = Gauge(waiting_for="RateLimitError: 429: Slow down.", given_up=4)
    report = tally.report(stopped="SIGINT", failures="out.failed.jsonl", gauge=gauge)
    assert (report.failed, report.failures) == (0, None)
    assert str(report).splitlines()[1:] == ["  4 x RateLimitError: 429: Slow down. (would have been tried again)"]
