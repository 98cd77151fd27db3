"""The answers of a decision model: the reply, and the value made from it.

A probability is a number between 0 and 1. Unknown fields and answers of unknown types are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Generic, Literal, TypeAlias, TypeVar

from pydantic import Field, field_validator

from .annotations import NullAs
from .meta import Meta
from .reply import Lenient, Reply

T_co = TypeVar("T_co", covariant=True)


class NoulAnswer(Lenient):
    """The answer to a yes-or-no question: `noul` is the probability of yes."""

    type: Literal["noul"] = "noul"
    noul: float


class ChoiceAnswer(Lenient):
    """The answer to a choice: the chosen label, and the probability of each label."""

    type: Literal["choice"] = "choice"
    choice: str
    confidence: float | None = None
    probabilities: Annotated[dict[str, float], NullAs(dict)] = Field(default_factory=dict)


class ScoreAnswer(Lenient):
    """The answer on a scale: `score` may lie between two levels.

    Attributes:
        score: 0 is the lowest level.
        legend: The description of each level, by its number.
        probabilities: The probability of each level, by its number.
    """

    type: Literal["score"] = "score"
    score: float
    confidence: float | None = None
    legend: Annotated[dict[str, str], NullAs(dict)] = Field(default_factory=dict)
    probabilities: Annotated[dict[str, float], NullAs(dict)] = Field(default_factory=dict)


KNOWN = frozenset({"noul", "choice", "score"})


class UnknownAnswer(Lenient):
    """An answer of an unknown type. Its fields are attributes."""

    type: str = ""

    @field_validator("type")
    @classmethod
    def _unknown(cls, kind: str) -> str:
        if kind in KNOWN:
            raise ValueError("an answer of this type has other fields")
        return kind


DecisionAnswer: TypeAlias = Annotated[
    Annotated[NoulAnswer | ChoiceAnswer | ScoreAnswer, Field(discriminator="type")] | UnknownAnswer,
    Field(union_mode="left_to_right"),
]


class DecisionUsage(Lenient):
    """The tokens that a decision used. `output_tokens` is 0, because a decision writes no text."""

    input_tokens: Annotated[int, NullAs(int)] = 0
    output_tokens: Annotated[int, NullAs(int)] = 0


class DecisionResponse(Reply):
    """The reply of `decisions.create`. `answers` maps the name of each question to its answer."""

    model: Annotated[str, NullAs(str)] = ""
    answers: dict[str, DecisionAnswer]
    usage: DecisionUsage | None = None


@dataclass(frozen=True, slots=True)
class Decision(Generic[T_co]):
    """What `decisions.decide` returns.

    Attributes:
        value: An instance of the type that you asked for.
        probabilities: For each question, the probability of each answer. The keys are `True` and `False`, the labels
            of a choice, or the descriptions of levels.
        confidence: For each question, how sure the model is of the answer in `value`; None if it does not say.
        response: The reply as the server sent it.
    """

    value: T_co
    probabilities: Mapping[str, Mapping[object, float]]
    confidence: Mapping[str, float | None]
    response: DecisionResponse

    @property
    def model(self) -> str:
        """The model that answered."""
        return self.response.model

    @property
    def usage(self) -> DecisionUsage | None:
        """The tokens that were used."""
        return self.response.usage

    @property
    def meta(self) -> Meta:
        """Request ID, status, headers, attempts and time of the exchange."""
        return self.response.meta
