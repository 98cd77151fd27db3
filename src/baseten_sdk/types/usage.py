"""The tokens that a call used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Annotated

from pydantic import ValidationError

from .reply import Lenient, NullAs

__all__ = ["CompletionTokensDetails", "PromptTokensDetails", "Usage"]


def numbers_of(sent: Mapping[str, object]) -> dict[str, object]:
    """The counts that are numbers, without their fractions, and what pydantic takes for one; objects likewise."""
    found: dict[str, object] = {}
    for name, value in sent.items():
        if isinstance(value, Mapping):
            found[name] = numbers_of(value)
        elif isinstance(value, int | float | str):
            with suppress(ValueError, OverflowError):
                found[name] = int(float(value))
    return found


class PromptTokensDetails(Lenient):
    """Where the prompt's tokens came from."""

    cached_tokens: Annotated[int, NullAs(int, rare=True)] = 0
    audio_tokens: Annotated[int, NullAs(int, rare=True)] = 0


class CompletionTokensDetails(Lenient):
    """What the answer's tokens were used for."""

    reasoning_tokens: Annotated[int, NullAs(int, rare=True)] = 0
    audio_tokens: Annotated[int, NullAs(int, rare=True)] = 0
    accepted_prediction_tokens: Annotated[int, NullAs(int, rare=True)] = 0
    rejected_prediction_tokens: Annotated[int, NullAs(int, rare=True)] = 0


class Usage(Lenient):
    """Tokens that the call used. Reasoning tokens are part of `completion_tokens`."""

    prompt_tokens: Annotated[int, NullAs(int, rare=True)] = 0
    completion_tokens: Annotated[int, NullAs(int, rare=True)] = 0
    total_tokens: Annotated[int, NullAs(int, rare=True)] = 0
    prompt_tokens_details: PromptTokensDetails | None = None
    completion_tokens_details: CompletionTokensDetails | None = None

    @classmethod
    def read(cls, sent: Mapping[str, object]) -> Usage:
        """Read a usage that was kept as it was sent. A count that is not a number is 0."""
        try:
            return cls.model_validate(sent)
        except ValidationError:
            return cls.model_validate(numbers_of(sent))

    @classmethod
    def total(cls, usages: Iterable[Usage | None]) -> Usage:
        """The sum of the usages of several calls. (Within one stream the last usage counts; never add those up.)"""
        known = [usage for usage in usages if usage is not None]
        return cls(
            prompt_tokens=sum(usage.prompt_tokens for usage in known),
            completion_tokens=sum(usage.completion_tokens for usage in known),
            total_tokens=sum(usage.total_tokens for usage in known),
            prompt_tokens_details=PromptTokensDetails(cached_tokens=sum(usage.cached_tokens for usage in known)),
            completion_tokens_details=CompletionTokensDetails(
                reasoning_tokens=sum(usage.reasoning_tokens for usage in known)
            ),
        )

    @property
    def cached_tokens(self) -> int:
        """Prompt tokens that came from the prefix cache; 0 where the backend does not say."""
        return self.prompt_tokens_details.cached_tokens if self.prompt_tokens_details else 0

    @property
    def reasoning_tokens(self) -> int:
        """Tokens spent on reasoning. Some backends say 0 although the model reasoned (gpt-oss)."""
        return self.completion_tokens_details.reasoning_tokens if self.completion_tokens_details else 0
