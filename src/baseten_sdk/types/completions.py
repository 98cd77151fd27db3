"""The reply of `completions.create`, which continues a prompt, and its parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Self, TypeAlias

from pydantic import Field, model_validator

from ..config import CallOptions
from .annotations import Beside, IfOdd, NullAs, NullAsEmpty, Rounded, as_count, as_text, nothing
from .params import StreamOptions
from .reply import Lenient, Reply
from .usage import Usage

Prompt: TypeAlias = str | Sequence[str] | Sequence[int] | Sequence[Sequence[int]]
"""A text or its token IDs, or a list of these. Each one gets its own choices."""


class TextLogprobs(Lenient):
    """Log probabilities of the tokens, in lists of the same length."""

    tokens: Annotated[list[str], Beside(list)] = Field(default_factory=list)
    token_logprobs: Annotated[list[float | None], Beside(list)] = Field(default_factory=list)
    top_logprobs: Annotated[list[dict[str, float] | None] | None, Beside(nothing)] = None
    text_offset: Annotated[list[int], Beside(list)] = Field(default_factory=list)


class TextChoice(Lenient):
    """One text. With several prompts, `index` counts the choices of all of them."""

    index: Annotated[int, Beside(int, as_count, null_at_once=True)] = 0
    text: Annotated[str, NullAs(str)] = ""
    finish_reason: Annotated[str | None, Beside(nothing, as_text)] = None
    logprobs: Annotated[TextLogprobs | None, Beside(nothing)] = None


def _as_choices(value: object) -> object:
    """Read the choices: some servers send null among them, or an empty object for none."""
    return [each for each in value if each is not None] if isinstance(value, list) else value or []


class TextCompletionChunk(Reply):
    """A piece of a streamed completion. The last one may have usage and no choices."""

    id: Annotated[str, Beside(str, as_text, null_at_once=True)] = ""
    choices: Annotated[list[TextChoice], NullAsEmpty(), IfOdd(_as_choices)] = Field(default_factory=list)
    created: Annotated[int, Rounded(), Beside(int, as_count, null_at_once=True)] = 0
    model: Annotated[str, Beside(str, as_text, null_at_once=True)] = ""
    object: Annotated[str, Beside(lambda: "text_completion", as_text, null_at_once=True)] = "text_completion"
    usage: Annotated[Usage | None, Beside(nothing, null_at_once=True)] = None
    system_fingerprint: Annotated[str | None, Beside(nothing, as_text, null_at_once=True)] = None

    @property
    def text(self) -> str:
        """The text of the first choice. "" if there is none."""
        return next((choice.text for choice in self.choices if choice.index == 0), "")


class TextCompletion(TextCompletionChunk):
    """The reply of `completions.create`. It has at least one choice."""

    @property
    def text(self) -> str:
        """The text of the first choice."""
        return min(self.choices, key=lambda choice: choice.index).text

    @model_validator(mode="after")
    def _has_choices(self) -> Self:
        if not self.choices:
            raise ValueError("there are no choices")
        return self


class CompletionOptions(CallOptions, total=False):
    """The parameters of `completions.create`, apart from model, prompt and stream."""

    suffix: str | None
    """The text that follows. The model fills in the middle."""
    max_tokens: int | None
    temperature: float | None
    top_p: float | None
    n: int | None
    best_of: int | None
    echo: bool | None
    logprobs: int | None
    """The number of alternatives to report for each token."""
    stop: str | Sequence[str] | None
    seed: int | None
    frequency_penalty: float | None
    presence_penalty: float | None
    logit_bias: Mapping[str, float] | None
    stream_options: StreamOptions | Mapping[str, object] | None
    user: str | None
