"""What calls cost: exact dollars where the service told a price, and nothing where it did not."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from baseten_sdk import ChatCompletion, ModelList, Usage
from baseten_sdk.types.message_completion import as_completion
from baseten_sdk.types.messages import Message
from baseten_sdk.types.meta import Meta
from baseten_sdk.types.prices import Cost, ModelPrices, Prices
from baseten_sdk.types.reply import attach_meta

BASE = "https://inference.baseten.co/v1"
PRICES = {"prompt": "0.0000006", "completion": "0.0000022", "input_cache_read": "0.00000006", "request": "0"}

CHOICES = [{"index": 0, "message": {"content": "x"}, "finish_reason": "stop"}]


def prices(pricing: Mapping[str, object] | None = PRICES) -> Prices:
    models = ModelList.model_validate({"data": [{"id": "a/b", "pricing": pricing}, {"id": "no/price"}]})
    return Prices(models, BASE)


def completion(
    prompt: int = 1000, cached: int = 400, answer: int = 50, model: str = "a/b", url: str = f"{BASE}/chat/completions"
) -> ChatCompletion:
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": answer,
        "total_tokens": prompt + answer,
        "prompt_tokens_details": {"cached_tokens": cached},
    }
    return attach_meta(
        ChatCompletion.model_validate({"choices": CHOICES, "model": model, "usage": usage}), Meta(url=url)
    )


def test_prompt_cache_and_answer_are_priced_apart_and_exactly() -> None:
    cost = prices().cost(completion())
    assert cost is not None
    assert cost == Cost(Decimal("0.000360"), Decimal("0.00002400"), Decimal("0.000110"), Decimal(0))
    assert cost.total == Decimal("0.000494")
    assert (cost + cost).total == Decimal("0.000988")
    assert prices({**PRICES, "request": "0.01"}).cost(completion()) == Cost(
        cost.prompt, cost.cached, cost.completion, Decimal("0.01")
    )


@pytest.mark.parametrize("text", [None, "", "free", "-1", "NaN", "Infinity"])
@pytest.mark.parametrize("name", ["prompt", "completion", "input_cache_read"])
def test_a_price_that_is_not_told_makes_the_cost_unknown(name: str, text: str | None) -> None:
    assert prices({**PRICES, name: text}).cost(completion()) is None


def test_a_price_that_is_not_needed_may_be_missing() -> None:
    assert prices({**PRICES, "input_cache_read": None}).cost(completion(cached=0)) is not None
    assert prices({**PRICES, "completion": None}).cost(completion(answer=0)) is not None


@pytest.mark.parametrize(
    "reply",
    [
        completion(model="no/price"),
        completion(model="not/listed"),
        completion(url="https://model-abcd1234.api.baseten.co/environments/production/sync/v1/chat/completions"),
        completion(url="https://inference.baseten.co/v1x/chat/completions"),
        ChatCompletion.model_validate({"choices": CHOICES, "model": "a/b"}),
    ],
)
def test_what_the_list_does_not_price_is_unknown(reply: ChatCompletion) -> None:
    assert prices().cost(reply) is None


@pytest.mark.parametrize("usage", [None, {}, {"input_tokens": 0, "output_tokens": 0}])
def test_a_reply_without_tokens_has_no_known_cost_whichever_api_it_is_of(usage: Mapping[str, int] | None) -> None:
    message = Message.model_validate({"content": [], "model": "a/b", "usage": usage})
    assert prices().cost(message) is None
    chat = {"prompt_tokens": 0, "completion_tokens": 0} if usage else None
    assert prices().cost(ChatCompletion.model_validate({"choices": CHOICES, "model": "a/b", "usage": chat})) is None
    assert as_completion(message).usage is None


def test_a_model_that_is_paid_by_the_image_is_unknown() -> None:
    assert prices({**PRICES, "image": "0.001"}).cost(completion()) is None
    assert prices({**PRICES, "image": "0"}).cost(completion()) is not None


def test_a_free_model_costs_nothing() -> None:
    free = dict.fromkeys(PRICES, "0")
    assert prices(free).cost(completion()) == Cost()


def test_the_model_may_be_named() -> None:
    assert prices().cost(completion(model="served-name"), model="a/b") == prices().cost(completion())
    assert prices().cost(completion(), model="not/listed") is None


def test_several_calls_are_priced_together() -> None:
    class Run:
        usage = Usage()
        completions = (completion(), completion(answer=0))

    cost = prices().cost(Run())
    assert cost is not None
    assert cost.total == Decimal("0.000494") + Decimal("0.000384")
    Run.completions = (completion(), completion(model="no/price"))
    assert prices().cost(Run()) is None


def test_prices_are_a_mapping_of_what_the_service_lists() -> None:
    found = prices()
    assert list(found) == ["a/b", "no/price"]
    assert found["a/b"].prompt == Decimal("0.0000006")
    assert found["no/price"] == ModelPrices()
    with pytest.raises(KeyError):
        found["not/listed"]


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_no_part_is_negative_and_nothing_is_rounded(prompt: int, cached: int, answer: int) -> None:
    cost = prices().of_tokens("a/b", prompt, answer, cached)
    assert cost is not None
    assert min(cost.prompt, cost.cached, cost.completion) >= 0
    assert cost.completion == answer * Decimal("0.0000022")
    if cached <= prompt:
        assert cost.prompt + cost.cached == (prompt - cached) * Decimal("0.0000006") + cached * Decimal("0.00000006")


@pytest.mark.parametrize(("prompt", "cached", "rate"), [(1000, 400, 0.4), (1000, 0, 0.0), (0, 0, None)])
def test_the_cache_hit_rate_is_told_beside_the_exchange(prompt: int, cached: int, rate: float | None) -> None:
    reply = completion(prompt, cached)
    assert reply.meta.cache_hit_rate == rate
    assert reply.meta is reply.meta
    assert reply.meta == Meta(url=f"{BASE}/chat/completions")


def test_it_is_unknown_where_the_backend_says_nothing_of_its_cache() -> None:
    reply = ChatCompletion.model_validate({"choices": CHOICES, "model": "a/b", "usage": {"prompt_tokens": 5}})
    assert attach_meta(reply, Meta()).meta.cache_hit_rate is None
    assert ChatCompletion.model_validate({"choices": CHOICES, "model": "a/b"}).meta.cache_hit_rate is None
