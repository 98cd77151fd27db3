"""The three kinds of question of a decision model: how to send each, and how to read its answer.

Owns the limits of the wire. It must not know which Python type a question was made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from ...types.decisions import ChoiceAnswer, NoulAnswer, ScoreAnswer, UnknownAnswer

MOST_LABELS = 255
MOST_LEVELS = 10

Answer: TypeAlias = NoulAnswer | ChoiceAnswer | ScoreAnswer | UnknownAnswer


class WrongAnswer(ValueError):
    """An answer that does not fit its question. The message says how."""


class ReadAnswer(NamedTuple):
    """The content of an answer.

    Attributes:
        value: The value of the field.
        probabilities: The probability of each possible answer.
        confidence: How sure the model is of `value`.
    """

    value: object
    probabilities: Mapping[object, float]
    confidence: float | None


@dataclass(frozen=True, slots=True)
class NoulQuestion:
    """A yes-or-no question.

    Attributes:
        instructions: The question.
        threshold: The probability of yes from which the answer is True.
        yes: When the answer is yes.
        no: When it is no.
    """

    instructions: str
    threshold: float = 0.5
    yes: str | None = None
    no: str | None = None

    def body(self) -> dict[str, object]:
        """Return the question as it is sent."""
        body: dict[str, object] = {"type": "noul", "instructions": self.instructions}
        if self.yes is not None or self.no is not None:
            body["criteria"] = {"true": self.yes, "false": self.no}
        return body

    def read(self, answer: Answer) -> ReadAnswer:
        """Read the answer as True or False.

        Raises:
            WrongAnswer: It answers another kind of question, or it is not a probability.
        """
        if not isinstance(answer, NoulAnswer):
            raise WrongAnswer(f"a noul was asked for, the answer is of type {answer.type!r}")
        yes = answer.noul
        if not 0 <= yes <= 1:
            raise WrongAnswer(f"{yes} is not a probability")
        value = yes >= self.threshold
        return ReadAnswer(value, {True: yes, False: 1 - yes}, yes if value else 1 - yes)


@dataclass(frozen=True, slots=True)
class ChoiceQuestion:
    """A choice of one label.

    Attributes:
        instructions: The question.
        labels: The value of each label.
        criteria: The description of each label.
    """

    instructions: str
    labels: Mapping[str, object]
    criteria: Mapping[str, str | None]

    def body(self) -> dict[str, object]:
        """Return the question as it is sent."""
        return {"type": "choice", "instructions": self.instructions, "criteria": dict(self.criteria)}

    def read(self, answer: Answer) -> ReadAnswer:
        """Read the answer as the value of its label.

        Raises:
            WrongAnswer: It answers another kind of question, or its label is unknown.
        """
        if not isinstance(answer, ChoiceAnswer):
            raise WrongAnswer(f"a choice was asked for, the answer is of type {answer.type!r}")
        if answer.choice not in self.labels:
            raise WrongAnswer(f"{answer.choice!r} is not one of the choices")
        shares = {self.labels[label]: share for label, share in answer.probabilities.items() if label in self.labels}
        confidence = answer.confidence
        value = self.labels[answer.choice]
        return ReadAnswer(value, shares, shares.get(value) if confidence is None else confidence)


@dataclass(frozen=True, slots=True)
class ScoreQuestion:
    """A position on a scale.

    Attributes:
        instructions: The question.
        levels: The descriptions of the levels, from low to high.
    """

    instructions: str
    levels: tuple[str, ...]

    def body(self) -> dict[str, object]:
        """Return the question as it is sent."""
        return {"type": "score", "instructions": self.instructions, "criteria": list(self.levels)}

    def read(self, answer: Answer) -> ReadAnswer:
        """Read the answer as a number. 0 is the lowest level, and the number may lie between two levels.

        Raises:
            WrongAnswer: It answers another kind of question, or lies outside the scale.
        """
        if not isinstance(answer, ScoreAnswer):
            raise WrongAnswer(f"a score was asked for, the answer is of type {answer.type!r}")
        if not 0 <= answer.score <= len(self.levels) - 1:
            raise WrongAnswer(f"{answer.score} lies outside the levels 0 to {len(self.levels) - 1}")
        shares: dict[object, float] = {
            level: answer.probabilities[str(number)]
            for number, level in enumerate(self.levels)
            if str(number) in answer.probabilities
        }
        return ReadAnswer(answer.score, shares, answer.confidence)


AnyQuestion: TypeAlias = NoulQuestion | ChoiceQuestion | ScoreQuestion
