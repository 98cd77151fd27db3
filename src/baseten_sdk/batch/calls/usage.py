"""The tokens that a reply reports, whatever kind of reply it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ...types.decisions import DecisionUsage
from ...types.usage import TokenCounts, counted, read_usage


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
    if isinstance(usage, Mapping):
        usage = read_usage(usage)
    if not isinstance(usage, TokenCounts) or counted(usage) is None:
        return NONE
    return Tokens(usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens)
