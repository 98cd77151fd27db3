"""One refusal closes a place to all, for as long as the service asks, and those who waited do not come at once."""

from __future__ import annotations

from random import Random

from baseten_sdk._core.policy.backoff_gate import DOUBLINGS, LONGEST_SPREAD, SPREAD, BackoffGates

PLACE = "https://x/v1/chat/completions"


def test_a_place_that_has_not_refused_is_open() -> None:
    gates = BackoffGates()
    gates.close(PLACE, 10, now=0)
    assert gates.closed
    assert gates.release("https://x/v1/models", 1, Random(0)) == 1


def test_those_who_wait_are_let_through_one_after_another() -> None:
    gates = BackoffGates()
    gates.close(PLACE, 10, now=0)
    chance = Random(0)
    moments = [gates.release(PLACE, 1, chance) for _ in range(1000)]
    assert min(moments) >= 10
    assert 10 + 9 * SPREAD < max(moments) <= 10 + 10 * SPREAD
    first, last = (sum(low <= each < low + 0.25 for each in moments) for low in (10.0, 12.25))
    assert first == 100 + (first - 100)
    assert abs(first - last) < 60


def test_it_opens_when_it_was_asked_to() -> None:
    gates = BackoffGates()
    gates.close(PLACE, 10, now=0)
    assert gates.release(PLACE, 9.99, Random(0)) > 9.99
    assert gates.release(PLACE, 10, Random(0)) == 10


def test_refusals_of_what_was_sent_before_change_nothing_but_a_later_end_holds() -> None:
    gates = BackoffGates()
    gates.close(PLACE, 10, now=0)
    gates.close(PLACE, 2, now=1)
    assert gates.release(PLACE, 9.5, Random(0)) >= 10
    gates.close(PLACE, 12, now=1)
    assert gates.release(PLACE, 12.5, Random(0)) >= 13


def test_with_each_further_refusal_they_come_further_apart() -> None:
    gates = BackoffGates()
    widest: list[float] = []
    now = 0.0
    for _ in range(8):
        gates.close(PLACE, 4, now)
        chance = Random(1)
        widest.append(max(gates.release(PLACE, now, chance) for _ in range(200)) - now - 4)
        now += 4
    assert widest[0] < widest[1] < widest[2] <= LONGEST_SPREAD
    assert widest[-1] <= LONGEST_SPREAD


def test_a_place_that_refuses_now_and_then_for_a_moment_holds_nobody_up_for_long() -> None:
    gates = BackoffGates()
    chance = Random(1)
    now = 0.0
    for _ in range(2000):
        gates.close(PLACE, 0.005, now)
        assert gates.release(PLACE, now, chance) - now <= 0.005 * (1 + SPREAD * 2**DOUBLINGS)
        now += 0.1


def test_a_place_may_refuse_any_number_of_times_in_a_row() -> None:
    gates = BackoffGates()
    now = 0.0
    for _ in range(2000):
        gates.close(PLACE, 0.005, now)
        assert gates.release(PLACE, now, Random(1)) - now < 1
        now += 0.1


def test_what_is_long_over_is_forgotten() -> None:
    gates = BackoffGates()
    gates.close(PLACE, 1, now=0)
    assert gates.release(PLACE, 2, Random(0)) == 2
    assert gates.closed
    assert gates.release(PLACE, 6, Random(0)) == 6
    assert not gates.closed


def test_a_refusal_now_and_then_is_no_storm() -> None:
    gates = BackoffGates()
    for second in range(100):
        gates.close(PLACE, 0.05, now=second)
        assert gates.release(PLACE, second, Random(1)) <= second + 0.05 * (1 + SPREAD)


def test_those_who_waited_shortly_are_not_kept_for_long() -> None:
    gates = BackoffGates()
    now = 0.0
    for _ in range(50):
        gates.close(PLACE, 0.05, now)
        now += 0.05
    gates.close(PLACE, 0.05, now)
    assert gates.release(PLACE, now, Random(1)) <= now + 0.05 * 5
