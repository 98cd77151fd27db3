"""From classes to questions, and from answers to instances."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Literal

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel, Field
from typing_extensions import Doc, TypedDict

from baseten_sdk import InvalidRequestError, Levels, Question
from baseten_sdk._core.decisions.question import WrongAnswer
from baseten_sdk._core.decisions.question_set import question_set
from baseten_sdk.types.decisions import DecisionResponse


class Team(Enum):
    BILLING = "billing"
    """Invoices and refunds."""
    SHIPPING = "shipping"


class Triage(BaseModel):
    urgent: bool = Question("Does the customer need an answer today?", threshold=0.8)
    team: Team
    tone: Literal["polite", "rude"] = Field(description="How does the customer write?")
    very_angry: bool
    anger: Annotated[float, Levels("calm", "annoyed", "furious")]


def answers(**each: object) -> DecisionResponse:
    return DecisionResponse.model_validate({"model": "m", "answers": each})


TRIAGE = answers(
    urgent={"type": "noul", "noul": 0.79},
    team={"type": "choice", "choice": "shipping", "probabilities": {"billing": 0.25, "shipping": 0.75}},
    tone={"type": "choice", "choice": "rude", "confidence": 0.6, "probabilities": {"rude": 0.9, "polite": 0.1}},
    very_angry={"type": "noul", "noul": 0.5},
    anger={
        "type": "score",
        "score": 1.5,
        "confidence": 0.4,
        "legend": {"0": "calm", "1": "annoyed", "2": "furious"},
        "probabilities": {"0": 0.1, "1": 0.4, "2": 0.5},
    },
)


def test_a_model_asks_what_its_fields_say() -> None:
    assert question_set(Triage).body == {
        "urgent": {"type": "noul", "instructions": "Does the customer need an answer today?"},
        "team": {
            "type": "choice",
            "instructions": "team",
            "criteria": {"billing": "Invoices and refunds.", "shipping": None},
        },
        "tone": {
            "type": "choice",
            "instructions": "How does the customer write?",
            "criteria": {"polite": None, "rude": None},
        },
        "very_angry": {"type": "noul", "instructions": "very angry"},
        "anger": {"type": "score", "instructions": "anger", "criteria": ["calm", "annoyed", "furious"]},
    }


def test_answers_become_an_instance_with_probabilities_beside_it() -> None:
    value, probabilities, confidence = question_set(Triage).read(TRIAGE)
    assert value == Triage(urgent=False, team=Team.SHIPPING, tone="rude", very_angry=True, anger=1.5)
    assert probabilities["team"] == {Team.BILLING: 0.25, Team.SHIPPING: 0.75}
    assert probabilities["urgent"] == {True: 0.79, False: pytest.approx(0.21)}
    assert probabilities["anger"] == {"calm": 0.1, "annoyed": 0.4, "furious": 0.5}
    assert confidence == {
        "urgent": pytest.approx(0.21),
        "team": 0.75,
        "tone": 0.6,
        "very_angry": 0.5,
        "anger": 0.4,
    }


@dataclass
class Card:
    spam: Annotated[bool, Question("Is it spam?", true="it sells something", false="a person wrote it")]
    kind: Annotated[Literal["a"], Doc("first")] | Annotated[Literal["b"], Doc("second")]


class Row(TypedDict):
    spam: bool
    number: Annotated[Literal[1, 2], Question("How many?")]


def test_a_dataclass_asks_too() -> None:
    questions = question_set(Card)
    assert questions.body == {
        "spam": {
            "type": "noul",
            "instructions": "Is it spam?",
            "criteria": {"true": "it sells something", "false": "a person wrote it"},
        },
        "kind": {"type": "choice", "instructions": "kind", "criteria": {"a": "first", "b": "second"}},
    }
    reply = answers(spam={"type": "noul", "noul": 1}, kind={"type": "choice", "choice": "b"})
    assert questions.read(reply)[0] == Card(True, "b")


def test_a_typed_dict_asks_too_and_labels_keep_their_values() -> None:
    questions = question_set(Row)
    assert questions.body["number"] == {
        "type": "choice",
        "instructions": "How many?",
        "criteria": {"1": None, "2": None},
    }
    reply = answers(spam={"type": "noul", "noul": 0.1}, number={"type": "choice", "choice": "2"})
    assert questions.read(reply)[0] == {"spam": False, "number": 2}


class Free(BaseModel):
    text: str


class Bare(BaseModel):
    score: float


class Optional(BaseModel):
    yes: bool | None


class Nested(BaseModel):
    inner: Triage


class Nothing(BaseModel):
    pass


class NoLevels(BaseModel):
    anger: Annotated[float, Levels()]


class TooMany(BaseModel):
    anger: Annotated[float, Levels(*"abcdefghijk")]


class Twice(BaseModel):
    number: Literal[1, "1"]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Free, "Free.text: <class 'str'> cannot be asked"),
        (Bare, "Bare.score: <class 'float'> cannot be asked"),
        (Optional, "Optional.yes:"),
        (Nested, "Nested.inner:"),
        (Nothing, "Nothing has no fields"),
        (NoLevels, "NoLevels.anger: Levels takes 1 to 10 levels, not 0"),
        (TooMany, "TooMany.anger: Levels takes 1 to 10 levels, not 11"),
        (Twice, "Twice.number: two of the choices have the same label"),
        (int, "decide() takes a pydantic model"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_path(kind: type[object], said: str) -> None:
    with pytest.raises(InvalidRequestError, match="^" + said.replace("(", r"\(").replace(")", r"\)")):
        question_set(kind)


@pytest.mark.parametrize("threshold", [-0.1, 1.1, True, "0.5"])
def test_a_threshold_is_a_probability(threshold: float) -> None:
    with pytest.raises(InvalidRequestError, match="threshold must be a number between 0 and 1"):
        Question("?", threshold=threshold)


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("team", None, "no answer to team"),
        ("team", {"type": "choice", "choice": "sales"}, "answers.team: 'sales' is not one of the choices"),
        ("team", {"type": "noul", "noul": 1}, "answers.team: a choice was asked for"),
        ("urgent", {"type": "noul", "noul": 1.2}, "answers.urgent: 1.2 is not a probability"),
        ("urgent", {"type": "box", "x": 1}, "answers.urgent: a noul was asked for, the answer is of type 'box'"),
        ("anger", {"type": "score", "score": 2.1}, "answers.anger: 2.1 lies outside the levels 0 to 2"),
        ("anger", {"type": "score", "score": float("nan")}, "answers.anger: nan lies outside"),
    ],
)
def test_an_answer_that_does_not_fit_is_an_error_and_never_a_guess(name: str, answer: object, said: str) -> None:
    given = {**TRIAGE.model_dump()["answers"], name: answer}
    reply = answers(**{each: value for each, value in given.items() if value is not None})
    with pytest.raises(WrongAnswer, match=said):
        question_set(Triage).read(reply)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_noul_is_true_from_its_threshold_on(threshold: float, probability: float) -> None:
    class Asks(BaseModel):
        yes: bool = Question("?", threshold=threshold)

    value, _, confidence = question_set(Asks).read(answers(yes={"type": "noul", "noul": probability}))
    assert value.yes is (probability >= threshold)
    assert confidence["yes"] == (probability if value.yes else 1 - probability)
