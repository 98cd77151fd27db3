"""The tokens that a call used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Protocol, TypeAlias, runtime_checkable

from pydantic import Field
from pydantic_core import PydanticUseDefault

from .annotations import LARGEST, LENIENT, Beside, as_count, nothing
from .reply import Lenient

Count: TypeAlias = Annotated[int, Field(le=LARGEST), Beside(int, as_count)]
"""A number of tokens. Anything else, and any number that is too large, reads as 0."""


def sum_of_parts(counts: Mapping[str, int]) -> int:
    """Return the total of a usage that comes without one, from the counts before it."""
    return sum(count for name, count in counts.items() if name.endswith("_tokens"))


def use_default() -> int:
    """Read a field as if it were missing."""
    raise PydanticUseDefault


Total: TypeAlias = Annotated[int, Field(le=LARGEST), Beside(use_default, as_count)]
"""A number of tokens. If the server leaves it out, it is the sum of the others."""


@runtime_checkable
class TokenCounts(Protocol):
    """Token counts, whichever API reported them. The same name always means the same number."""

    @property
    def prompt_tokens(self) -> int:
        """All tokens of the input, including those from the cache."""
        ...

    @property
    def cached_tokens(self) -> int:
        """Tokens of the input that came from the cache."""
        ...

    @property
    def completion_tokens(self) -> int:
        """All tokens of the answer, including reasoning."""
        ...

    @property
    def reasoning_tokens(self) -> int:
        """Tokens of the answer that were spent on reasoning."""
        ...

    @property
    def total_tokens(self) -> int:
        """Tokens of the input and the answer together."""
        ...


class PromptTokensDetails(Lenient):
    """Where the prompt's tokens came from."""

    cached_tokens: Count = 0
    audio_tokens: Count = 0


class CompletionTokensDetails(Lenient):
    """What the answer's tokens were used for."""

    reasoning_tokens: Count = 0
    audio_tokens: Count = 0
    accepted_prediction_tokens: Count = 0
    rejected_prediction_tokens: Count = 0


class Usage(Lenient):
    """The tokens that a call used. Reasoning tokens are part of `completion_tokens`."""

    prompt_tokens: Count = 0
    completion_tokens: Count = 0
    total_tokens: Total = Field(default_factory=sum_of_parts)
    prompt_tokens_details: Annotated[PromptTokensDetails | None, Beside(nothing)] = None
    completion_tokens_details: Annotated[CompletionTokensDetails | None, Beside(nothing)] = None

    @classmethod
    def read(cls, sent: Mapping[str, object]) -> Usage:
        """Read a usage that was kept as it was sent. A count that is not a number is 0."""
        usage: Usage = cls.__pydantic_validator__.validate_python(sent, context=LENIENT)
        return usage

    @classmethod
    def of(cls, counts: TokenCounts) -> Usage:
        """Convert the usage of another API to that of a chat."""
        return cls(
            prompt_tokens=counts.prompt_tokens,
            completion_tokens=counts.completion_tokens,
            total_tokens=counts.total_tokens,
            prompt_tokens_details=PromptTokensDetails(cached_tokens=counts.cached_tokens),
            completion_tokens_details=CompletionTokensDetails(reasoning_tokens=counts.reasoning_tokens),
        )

    @classmethod
    def total(cls, usages: Iterable[TokenCounts | None]) -> Usage:
        """Add up the usages of several calls. Within one stream, only the last usage counts: never add those up."""
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
    def cache_hit_rate(self) -> float | None:
        """The share of the prompt's tokens that came from the prefix cache. None if the backend does not say."""
        if self.prompt_tokens_details is None or not self.prompt_tokens:
            return None
        return self.cached_tokens / self.prompt_tokens

    @property
    def cached_tokens(self) -> int:
        """Prompt tokens that came from the prefix cache. 0 if the backend does not say."""
        return self.prompt_tokens_details.cached_tokens if self.prompt_tokens_details else 0

    @property
    def reasoning_tokens(self) -> int:
        """Tokens spent on reasoning. Some backends report 0 even if the model reasoned (gpt-oss)."""
        return self.completion_tokens_details.reasoning_tokens if self.completion_tokens_details else 0


def counted(usage: TokenCounts | None) -> TokenCounts | None:
    """Return a usage that counts any tokens, or None. Servers that do not count send no usage, or zeros."""
    return usage if usage is not None and (usage.prompt_tokens or usage.completion_tokens) else None


def read_usage(sent: Mapping[str, object]) -> TokenCounts:
    """Read a usage that was kept as it was sent, whichever API reported it. A count that is not a number is 0."""
    from .messages import MessageUsage
    from .responses import ResponseUsage

    kind: type[Usage | MessageUsage | ResponseUsage] = Usage
    if "input_tokens" in sent:
        kind = ResponseUsage if "input_tokens_details" in sent else MessageUsage
    counts = {name: value for name, value in sent.items() if not isinstance(value, bool)}
    usage: TokenCounts = kind.__pydantic_validator__.validate_python(counts, context=LENIENT)
    return usage
