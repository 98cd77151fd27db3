"""One meaning of usage, whoever counts."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from baseten_sdk import MessageUsage, Usage
from baseten_sdk.types.annotations import LENIENT
from baseten_sdk.types.responses import ResponseUsage

COUNTS = st.one_of(st.none(), st.integers(-9, 200_000))


@pytest.mark.parametrize(
    ("sent", "prompt", "cached"),
    [
        ({"input_tokens": 107_987, "cache_read_input_tokens": 76_960}, 107_987, 76_960),
        ({"input_tokens": 100, "cache_read_input_tokens": 60, "cache_creation_input_tokens": 0}, 160, 60),
        ({"input_tokens": 100, "cache_read_input_tokens": 60, "cache_creation_input_tokens": 40}, 200, 60),
        ({"input_tokens": 1, "cache_read_input_tokens": 20}, 21, 20),
        ({"input_tokens": 20, "cache_read_input_tokens": 20}, 20, 20),
        ({"input_tokens": 7}, 7, 0),
        ({"input_tokens": 7, "cache_read_input_tokens": None, "cache_creation_input_tokens": None}, 7, 0),
        ({"input_tokens": "107987", "cache_read_input_tokens": "76960"}, 107_987, 76_960),
        ({}, 0, 0),
    ],
)
def test_the_input_includes_the_cached_tokens_once(sent: dict[str, object], prompt: int, cached: int) -> None:
    usage = MessageUsage.model_validate({**sent, "output_tokens": 5}, context=LENIENT)
    assert (usage.prompt_tokens, usage.cached_tokens, usage.uncached_tokens) == (prompt, cached, prompt - cached)
    assert (usage.completion_tokens, usage.total_tokens) == (5, prompt + 5)
    plain = usage.as_usage()
    assert isinstance(plain, Usage)
    assert (plain.prompt_tokens, plain.cached_tokens, plain.total_tokens) == (prompt, cached, prompt + 5)


@given(st.integers(0, 200_000), COUNTS, COUNTS)
def test_no_count_is_ever_negative(sent: int, read: int | None, created: int | None) -> None:
    usage = MessageUsage(input_tokens=sent, cache_read_input_tokens=read, cache_creation_input_tokens=created)
    assert usage.uncached_tokens >= 0
    assert usage.prompt_tokens >= usage.cached_tokens


def test_the_raw_numbers_are_kept() -> None:
    sent = {"input_tokens": 9, "output_tokens": 3, "cache_read_input_tokens": 4, "speed": "fast"}
    assert MessageUsage.model_validate(sent).to_dict() == sent


@pytest.mark.parametrize(
    ("details", "tokens"),
    [
        ({"thinking_tokens": 7}, 7),
        ({"reasoning_tokens": 7}, 7),
        ({"thinking_tokens": "7"}, 7),
        ({"thinking_tokens": None}, 0),
        ({}, 0),
        ("odd", 0),
    ],
)
def test_thinking_is_told_under_either_name(details: object, tokens: int) -> None:
    usage = MessageUsage.model_validate({"output_tokens_details": details}, context=LENIENT)
    assert usage.reasoning_tokens == tokens


@pytest.mark.parametrize("huge", [10**400, 2**63, "1e308", 1e308])
def test_a_count_that_no_model_reaches_is_none(huge: object) -> None:
    details = {"cached_tokens": huge, "reasoning_tokens": huge}
    chat = Usage.read({"prompt_tokens": huge, "completion_tokens": 5, "prompt_tokens_details": details})
    assert (chat.prompt_tokens, chat.cached_tokens, chat.completion_tokens, chat.cache_hit_rate) == (0, 0, 5, None)
    message = MessageUsage.model_validate(
        {"input_tokens": huge, "cache_read_input_tokens": huge, "output_tokens": 5}, context=LENIENT
    )
    assert (message.prompt_tokens, message.cached_tokens, message.total_tokens) == (0, 0, 5)
    response = ResponseUsage.model_validate(
        {"input_tokens": huge, "input_tokens_details": details, "output_tokens": 5, "total_tokens": huge},
        context=LENIENT,
    )
    assert (response.prompt_tokens, response.cached_tokens, response.completion_tokens) == (0, 0, 5)
