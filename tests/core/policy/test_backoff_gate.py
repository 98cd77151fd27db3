"""A lone refusal costs nobody else anything; a limit that holds is found, and used to the full."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.policy.backoff_gate import IN_A_ROW, MOST_AT_ONCE, QUIET, BackoffGate

Server = Callable[[float], float | None]
"""Given the time, None where it takes a call, else the seconds that it asks to wait."""


def closed(row: int = 1, seconds: float = 10.0) -> BackoffGate:
    gate = BackoffGate(0.0)
    for _ in range(row):
        gate.refused(sent=0.0, seconds=seconds, now=0.1)
    return gate


def test_a_refusal_closes_it_for_as_long_as_was_asked() -> None:
    gate = closed()
    assert gate.opens(1.0) == 10.1
    assert gate.opens(10.1) <= 10.1


def test_a_success_of_what_was_sent_later_opens_it_again() -> None:
    gate = closed()
    assert not gate.succeeded(sent=0.0, now=0.2)
    assert gate.opens(0.2) == 10.1
    assert gate.succeeded(sent=0.05, now=0.3)
    assert gate.opens(0.3) <= 0.3


def test_refusals_in_a_row_are_a_limit_that_no_success_opens() -> None:
    gate = closed(IN_A_ROW)
    assert not gate.succeeded(sent=0.05, now=0.3)
    assert gate.opens(0.3) == 10.1


def test_behind_a_limit_they_pass_one_after_another() -> None:
    gate = closed(IN_A_ROW, seconds=0.5)
    moments = []
    now = 0.1
    for _ in range(4):
        now = max(now, gate.opens(now))
        gate.passed(now)
        moments.append(now)
    assert moments == pytest.approx([0.6, 1.1, 1.6, 2.1])
    assert gate.soonest(3, now) == pytest.approx(2.6 + 3 * 0.5)


def test_a_reply_that_tells_of_a_used_up_limit_closes_it_too() -> None:
    gate = BackoffGate(0.0)
    gate.close(5.0)
    assert gate.opens(1.0) == 5.0


def test_it_is_forgotten_when_nobody_had_to_wait_for_long() -> None:
    gate = closed(seconds=1.0)
    assert not gate.over(QUIET)
    assert gate.over(1.1 + QUIET + 0.1)


@dataclass
class Run:
    """Callers that call again and again, and what became of their calls."""

    server: Server
    gate: BackoffGate | None = None
    taken: int = 0
    refused: int = 0
    waits: list[float] = field(default_factory=list[float])

    def go(self, callers: int, until: float) -> None:
        """Simulate. A reply takes some 0.05 s; whoever was refused comes first when it comes again."""
        chance = random.Random(0)
        waiting = [(0.0, number) for number in range(callers)]
        events: list[tuple[float, int, str, float, float, float]] = []
        now, number, look = 0.0, callers, 0.0
        while now <= until:
            while waiting and (self.gate is None or self.gate.opens(now) <= now):
                if self.gate is not None:
                    self.gate.passed(now)
                number += 1
                asked = self.server(now)
                kind = "taken" if asked is None else "refused"
                reply = now + 0.05 * chance.uniform(0.5, 1.5)
                heappush(events, (reply, number, kind, heappop(waiting)[0], now, asked or 0.0))
            if waiting and self.gate is not None and not now < look <= self.gate.opens(now):
                look = self.gate.opens(now)
                heappush(events, (look, 0, "look", 0.0, 0.0, 0.0))
            now, came, kind, begun, sent, asked = heappop(events)
            if kind == "taken":
                self.taken += 1
                self.waits.append(now - begun)
                if self.gate is not None:
                    self.gate.succeeded(sent, now)
                heappush(waiting, (now, came))
            elif kind == "refused":
                self.refused += 1
                self.gate = self.gate or BackoffGate(0.0, self.taken)
                self.gate.refused(sent, asked, now)
                heappush(events, (now + asked * 1.05, came, "again", begun, 0.0, 0.0))
            elif kind == "again":
                heappush(waiting, (begun, came))


def bucket(rate: float, burst: float) -> Server:
    level, last = burst, 0.0

    def serve(now: float) -> float | None:
        nonlocal level, last
        level, last = min(burst, level + (now - last) * rate), now
        if level >= 1:
            level -= 1
            return None
        return (1 - level) / rate

    return serve


def window(limit: int, seconds: float, asked: float | None = None) -> Server:
    """A log of the last seconds; it asks to wait until there is room, or always for as long."""
    log: deque[float] = deque()

    def serve(now: float) -> float | None:
        while log and log[0] <= now - seconds:
            log.popleft()
        if len(log) < limit:
            log.append(now)
            return None
        return max(log[0] + seconds - now, 0.001) if asked is None else asked

    return serve


@pytest.mark.parametrize(
    "server",
    [bucket(10, 10), bucket(10, 600), window(600, 60), window(600, 60, asked=1.0), window(60, 6)],
    ids=["bucket", "large bucket", "window", "window that asks for a second", "short window"],
)
def test_a_limit_of_600_a_minute_is_used_and_seldom_run_into(server: Server) -> None:
    run = Run(server)
    run.go(callers=200, until=300.0)
    assert run.taken >= 0.97 * 3000
    in_flight = 200  # those that were sent before the limit could be known
    assert run.refused - in_flight <= 0.1 * run.taken


@pytest.mark.parametrize("burst", [10, 600])
def test_behind_a_steady_limit_nobody_waits_much_longer_than_their_turn(burst: int) -> None:
    run = Run(bucket(10, burst))
    run.go(callers=200, until=300.0)
    assert max(run.waits) <= 1.2 * 200 / 10


def test_what_was_taken_in_a_burst_is_no_pace() -> None:
    gate = BackoffGate(0.0, accepted=600)
    for _ in range(IN_A_ROW):
        gate.refused(sent=0.2, seconds=0.1, now=0.25)
    gate.passed(0.35)
    assert gate.opens(0.35) == pytest.approx(0.45)


def test_a_pace_that_is_being_found_out_grows_by_a_few_calls_a_second_at_most() -> None:
    gate = closed(IN_A_ROW, seconds=0.01)
    now = 0.11
    for _ in range(100):
        gate.succeeded(sent=now, now=now)
    gate.passed(now)
    assert 1 / (gate.opens(now) - now) == pytest.approx(100.0 + 100 * MOST_AT_ONCE, rel=0.01)


def test_a_single_refusal_after_many_calls_that_were_taken_closes_nothing() -> None:
    gate = BackoffGate(0.0, accepted=100)
    gate.refused(sent=0.0, seconds=10.0, now=0.1)
    assert gate.opens(0.1) <= 0.1
    gate.refused(sent=0.0, seconds=10.0, now=0.2)
    assert gate.opens(0.2) == 10.2


def test_lone_refusals_leave_the_throughput_as_it_is() -> None:
    def taken(share: float) -> int:
        chance = random.Random(1)
        run = Run(lambda now: 0.2 if chance.random() < share else None)
        run.go(callers=128, until=3.0)
        return run.taken

    assert taken(0.002) >= 0.95 * taken(0.0)


@given(st.lists(st.tuples(st.sampled_from(["refused", "taken", "pass"]), st.floats(0, 5)), max_size=80))
def test_whatever_happens_it_opens_in_the_end(events: list[tuple[str, float]]) -> None:
    gate, now, latest = BackoffGate(0.0), 0.0, 0.0
    for kind, seconds in events:
        now += seconds / 10
        if kind == "refused":
            gate.refused(now - 0.01, seconds, now)
            latest = max(latest, now + seconds)
        elif kind == "taken":
            gate.succeeded(now - 0.01, now)
        elif gate.opens(now) <= now:
            gate.passed(now)
    assert gate.opens(now) <= max(latest, now) + 2.0 + 1e-6
