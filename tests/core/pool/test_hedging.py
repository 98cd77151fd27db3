"""When hedges go out, and how many."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from baseten_sdk import ConfigurationError, Hedge
from baseten_sdk._core.pool.hedging import LONGEST_CREDIT, Hedging, is_hedgeable
from baseten_sdk._core.pool.latency import LAST, NEEDED, Latencies
from baseten_sdk._core.request.header_lines import HeaderLines
from baseten_sdk._core.request.request import Request, Safety


def test_a_percentile_needs_answers_to_go_by() -> None:
    hedging = Hedging(Hedge(after="p50", until_measured=3.0))
    assert hedging.began("chat") == 3.0
    for number in range(NEEDED):
        hedging.answered("chat", float(number))
    assert hedging.began("chat") == NEEDED / 2
    assert hedging.began("embeddings") == 3.0
    assert Hedging(Hedge()).began("chat") is None
    assert Hedging(Hedge(after=0.5)).began("chat") == 0.5


@given(st.lists(st.floats(0, 100), min_size=NEEDED, max_size=3 * LAST), st.floats(0, 0.999))
def test_a_quantile_is_that_of_the_last_answers(times: list[float], share: float) -> None:
    latencies = Latencies()
    for seconds in times:
        latencies.add(seconds)
    last = sorted(times[-LAST:])
    assert latencies.quantile(share) == last[int(share * len(last))]


@given(st.lists(st.booleans(), max_size=500), st.sampled_from([0.05, 0.1, 0.5, 1.0]))
def test_hedges_keep_to_their_share_of_the_calls(wanted: list[bool], budget: float) -> None:
    hedging = Hedging(Hedge(after=1.0, budget=budget))
    hedges = 0
    for calls, want in enumerate(wanted, 1):
        hedging.began("chat")
        hedges += want and hedging.take()
        assert hedges <= budget * calls + 1e-6


def test_a_quiet_time_saves_up_a_few_hedges_only() -> None:
    hedging = Hedging(Hedge(after=1.0, budget=1.0))
    for _ in range(1000):
        hedging.began("chat")
    assert sum(hedging.take() for _ in range(100)) == LONGEST_CREDIT


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("after", "p100"),
        ("after", "95"),
        ("after", 0),
        ("after", True),
        ("after", float("inf")),
        ("budget", 0),
        ("budget", 1.1),
        ("until_measured", -1),
    ],
)
def test_a_hedge_that_cannot_be_is_refused(field: str, value: float) -> None:
    with pytest.raises(ConfigurationError, match=f"^{field} must be"):
        Hedge(**{field: value})


@pytest.mark.parametrize(
    ("method", "url", "safety", "may"),
    [
        ("POST", "https://h/v1/chat/completions", "repeatable", True),
        ("POST", "https://h/predict", "repeatable", True),
        ("POST", "https://h/async_predict", "once", False),
        ("POST", "https://h/production/wake", "repeatable", False),
        ("GET", "https://h/v1/models", "repeatable", False),
        ("DELETE", "https://h/async_request/1", "repeatable", False),
    ],
)
def test_what_asks_a_model_and_may_be_sent_twice_is_hedged(method: str, url: str, safety: Safety, may: bool) -> None:
    assert is_hedgeable(Request(method, url, HeaderLines(()), b"", 1.0, safety)) is may
