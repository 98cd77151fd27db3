"""The tokens that a reply reports, whatever kind of reply it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ...types.decisions import DecisionUsage
from ...types.usage import TokenCounts


class Tokens(NamedTuple):
    """Tokens of one reply, or of many."""

    input: int = 0
    output: int = 0
    cached: int = 0


NONE = Tokens()


def tokens_of(value: object) -> Tokens:
    """Return the tokens that a reply reports in `usage`, an attribute or a key, under OpenAI's older or newer names."""
    usage = value.get("usage") if isinstance(value, Mapping) else getattr(value, "usage", None)
    if isinstance(usage, DecisionUsage):
        return Tokens(usage.input_tokens, usage.output_tokens)
    if isinstance(usage, TokenCounts):
        return Tokens(usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens)
    if not isinstance(usage, Mapping):
        return NONE
    details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details")
    return Tokens(
        _count(usage, "prompt_tokens", "input_tokens"),
        _count(usage, "completion_tokens", "output_tokens"),
        _count(details, "cached_tokens") if isinstance(details, Mapping) else 0,
    )


def _count(usage: Mapping[object, object], *names: str) -> int:
    for name in names:
        value = usage.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return 0
