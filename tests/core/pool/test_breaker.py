"""The health of a member."""

from __future__ import annotations

from hypothesis import given, strategies as st

from baseten_sdk._core.pool.breaker import OPEN, THRESHOLD, Breaker


def broken() -> Breaker:
    breaker = Breaker()
    for _ in range(THRESHOLD):
        breaker.failed(0.0, 0.0)
    return breaker


def test_it_opens_after_failures_in_a_row_and_not_before() -> None:
    breaker = Breaker()
    for _ in range(THRESHOLD - 1):
        breaker.failed(0.0, 0.0)
    assert breaker.state(0.0) == "closed"
    breaker.succeeded()
    breaker.failed(0.0, 0.0)
    assert breaker.state(0.0) == "closed"
    assert broken().state(0.0) == "open"
    assert not broken().admits(0.0)


def test_half_open_it_lets_one_probe_through() -> None:
    breaker = broken()
    assert breaker.state(OPEN.first) == "half open"
    assert breaker.admits(OPEN.first)
    breaker.sent(OPEN.first)
    assert not breaker.admits(OPEN.first)
    breaker.succeeded()
    assert breaker.state(OPEN.first) == "closed"


def test_a_probe_that_fails_opens_it_for_longer() -> None:
    breaker = broken()
    breaker.sent(1.0)
    breaker.failed(1.0, 1.0)
    assert (breaker.state(2.9), breaker.state(3.0)) == ("open", "half open")


def test_a_probe_that_is_cancelled_leaves_room_for_another() -> None:
    breaker = broken()
    breaker.sent(1.0)
    breaker.forgot(1.0)
    assert breaker.admits(1.0)


def test_calls_from_before_the_probe_say_nothing_about_it() -> None:
    breaker = broken()
    breaker.sent(1.0)
    breaker.failed(0.5, 1.1)
    breaker.forgot(0.5)
    assert not breaker.admits(1.2), "the probe is still in flight"
    breaker.failed(1.0, 1.3)
    assert (breaker.state(3.2), breaker.state(3.3)) == ("open", "half open")


def test_a_member_that_is_gone_opens_it_at_once() -> None:
    breaker = Breaker()
    breaker.failed(0.0, 0.0, at_once=True)
    assert not breaker.admits(0.0)


def test_failures_of_calls_from_before_it_opened_do_not_extend_it() -> None:
    breaker = broken()
    for _ in range(100):
        breaker.failed(0.5, 0.5)
    assert breaker.admits(OPEN.first)


@given(st.lists(st.sampled_from(["ask", "ok", "bad", "forgot", "later"]), max_size=60))
def test_no_order_of_events_lets_a_second_probe_through(events: list[str]) -> None:
    breaker, now, probes = Breaker(), 0.0, 0
    for event in events:
        match event:
            case "ask":
                if breaker.admits(now):
                    probes += breaker.state(now) == "half open"
                    breaker.sent(now)
            case "later":
                now += 0.7
            case "ok":
                breaker.succeeded()
            case "bad":
                breaker.failed(now, now)
            case _:
                breaker.forgot(now)
        if event in ("ok", "bad", "forgot"):
            probes = 0
        assert probes <= 1
        state = breaker.state(now)
        assert breaker.admits(now) == (state == "closed" or (state == "half open" and not probes))
