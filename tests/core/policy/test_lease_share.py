"""What one process holds of shared limits, and what it tells the store and when."""

from __future__ import annotations

from math import inf

import pytest

from baseten_sdk._core.policy.lease import HOLDER_TIMEOUT, LEASE_SECONDS, Lease
from baseten_sdk._core.policy.lease_share import (
    HEARTBEAT,
    IDLE_TIMEOUT,
    POLL_AFTER_RETURN,
    POLL_INTERVAL,
    REPORT_INTERVAL,
    RETRY_INTERVAL,
    LeaseShare,
)


def granted(share: LeaseShare, now: float, lease: Lease) -> None:
    share.order(now)
    share.granted(lease, now, now)


def wanting(requests: float | None = 600, tokens: float | None = None, each: float = 0.0) -> LeaseShare:
    share = LeaseShare("a", requests, tokens)
    assert share.due(0) == inf
    assert share.opens(each, 0) == inf
    assert share.due(0) <= 0
    return share


def test_calls_take_from_the_lease_until_it_is_used_up() -> None:
    share = wanting()
    granted(share, 0, Lease(2))
    for _ in range(2):
        assert share.opens(0, 1) == 1
        share.sent(share.hold(0, 1), 1)
    assert share.opens(0, 1) == inf
    order = share.order(2)
    assert (order.calls, order.sent, order.returned_requests) == (4, ((1.0, 2.0),), 0)


def test_what_is_left_is_given_back_when_more_is_wanted_or_nothing_is() -> None:
    share = wanting(tokens=10_000, each=100)
    granted(share, 0, Lease(2, 200))
    share.sent(share.hold(50, 0), 0)
    assert share.opens(200, 0) == inf
    order = share.order(0)
    assert (order.tokens, order.returned_requests, order.returned_tokens) == (200, 1, 150)
    share.granted(Lease(1, 200), 0, 0)
    share.opens(200, 0)
    share.settle(share.hold(200, 0), 0, 0)
    assert share.due(0) == REPORT_INTERVAL
    order = share.order(REPORT_INTERVAL)
    assert (order.returned_requests, order.freed, order.used) == (0, 200, ())
    share.granted(Lease(), REPORT_INTERVAL, REPORT_INTERVAL)
    assert share.due(REPORT_INTERVAL) == IDLE_TIMEOUT
    assert share.order(IDLE_TIMEOUT).returned_requests == 1


def test_tokens_are_reported_when_the_call_has_ended() -> None:
    share = wanting(None, 10_000, 100)
    granted(share, 0, Lease(1, 100))
    reservation = share.hold(100, 0)
    share.sent(reservation, 0)
    assert share.due(0) == HEARTBEAT
    beat = share.order(HEARTBEAT)
    assert (beat.calls, beat.sent, beat.freed) == (0, (), 0)
    share.granted(Lease(), HEARTBEAT, HEARTBEAT)
    share.settle(reservation, 40, 4)
    order = share.order(5)
    assert (order.freed, order.used) == (100, ((1.0, 40.0),))
    share.granted(Lease(), 5, 5)
    assert share.due(5) == inf


def test_a_call_without_tokens_needs_no_lease_of_tokens() -> None:
    share = LeaseShare("a", None, 10_000)
    assert share.opens(0, 5) == 5
    share.settle(share.hold(0, 5), 0, 5)
    assert share.due(5) == inf


def test_a_call_above_the_limit_wants_all_of_it() -> None:
    share = wanting(None, 1000, 5000)
    granted(share, 0, Lease(1, 800, tokens_limit=800))
    assert share.opens(5000, 0) == 0
    assert share.hold(5000, 0).tokens == 800


def test_a_call_that_was_not_sent_leaves_its_request_to_the_next() -> None:
    share = wanting()
    granted(share, 0, Lease(1))
    share.settle(share.hold(0, 0), 0, 0)
    assert share.opens(0, 0) == 0
    assert share.order(IDLE_TIMEOUT).returned_requests == 1


def test_it_waits_as_long_as_it_is_told_to() -> None:
    share = wanting()
    granted(share, 0, Lease(wait=5, paced=3, requests_limit=60))
    assert share.opens(0, 1) == 5
    assert share.due(0) == POLL_INTERVAL
    assert share.soonest(0, 1) == 3
    assert share.soonest(2, 1) == 5


def test_a_lease_is_used_only_while_the_store_counts_on_it() -> None:
    share = wanting()
    granted(share, 0, Lease(3))
    assert share.opens(0, LEASE_SECONDS - 1) == LEASE_SECONDS - 1
    assert share.opens(0, LEASE_SECONDS) == inf
    assert share.order(LEASE_SECONDS).returned_requests == 3


def test_a_share_that_counted_as_dead_holds_nothing() -> None:
    share = wanting()
    granted(share, 0, Lease(3))
    share.hold(0, 0)
    share.order(0.1)
    share.granted(Lease(known=False), 0.1, 0.1)
    assert share.opens(0, 0.2) == inf


def test_an_order_that_failed_is_sent_again_as_it_was() -> None:
    share = wanting()
    first = share.order(0)
    share.failed(0.5)
    assert share.due(0.5) == 0.5 + RETRY_INTERVAL
    assert share.order(2) is first
    share.granted(Lease(1), 2, 2)
    assert share.opens(0, 2) == 2


def test_a_store_that_is_gone_for_good_is_given_up() -> None:
    share = wanting()
    share.order(0)
    share.failed(0)
    assert share.due(1) < inf
    share.order(HOLDER_TIMEOUT + 1)
    share.failed(HOLDER_TIMEOUT + 1)
    assert share.due(HOLDER_TIMEOUT + 2) == inf


@pytest.mark.parametrize(
    ("told", "own"), [((50.0, None), 50), ((900.0, None), 600), ((None, None), 600), ((0.0, 5.0), 600)]
)
def test_lower_limits_of_the_service_are_adopted(told: tuple[float | None, float | None], own: float) -> None:
    share = wanting()
    share.restrict(*told)
    assert (share.order(0).requests_limit, share.order(0).tokens_limit) == (own, None)


def test_the_last_order_gives_back_all_that_is_not_in_flight() -> None:
    share = wanting(tokens=10_000, each=100)
    granted(share, 0, Lease(2, 200))
    reservation = share.hold(100, 0)
    share.sent(reservation, 0)
    share.drain(0)
    last = share.order(0, leaving=True)
    assert (last.calls, last.returned_requests, last.returned_tokens, last.freed) == (0, 1, 100, 0)
    assert (last.drained, last.leaving) == (True, False)
    share.granted(Lease(), 0, 0)
    share.settle(reservation, 70, 1)
    assert share.order(1, leaving=True).leaving


def test_a_call_that_ends_lets_the_next_one_ask_soon() -> None:
    share = wanting(None, 1000, 900)
    granted(share, 0, Lease(1, 900))
    reservation = share.hold(900, 0)
    share.opens(900, 0)
    granted(share, 0, Lease(wait=50))
    assert share.opens(900, 0) == 50
    assert share.due(0) == POLL_INTERVAL
    share.settle(reservation, 30, 0.01)
    assert share.due(0.01) == POLL_AFTER_RETURN
