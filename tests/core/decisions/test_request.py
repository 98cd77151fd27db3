"""The call of a decision model."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from baseten_sdk import InvalidRequestError
from baseten_sdk._core.decisions.request import check_questions, decision_request
from baseten_sdk._core.request.options import Options
from baseten_sdk._core.request.service_urls import BaseURL

BASE = BaseURL("https://inference.baseten.co/v1", 60.0)
NOUL = {"type": "noul", "instructions": "Is it?"}


def test_the_request_has_the_state_and_the_questions() -> None:
    request = decision_request(BASE, "m", {"text": "hello"}, {"is": NOUL}, Options())
    assert (request.method, request.url) == ("POST", "https://inference.baseten.co/v1/systemone")
    assert json.loads(request.body) == {"model": "m", "state": {"text": "hello"}, "questions": {"is": NOUL}}
    assert request.safety == "repeatable"


def test_a_temperature_is_sent_where_it_is_set() -> None:
    request = decision_request(BASE, "m", "hello", {"is": NOUL}, Options(), temperature=0.5)
    assert json.loads(request.body)["temperature"] == 0.5


@pytest.mark.parametrize("state", ["", [], {}, None, 3, b"bytes"])
def test_a_state_that_cannot_be_judged_is_refused(state: str) -> None:
    with pytest.raises(InvalidRequestError, match="state must"):
        decision_request(BASE, "m", state, {"is": NOUL}, Options())


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        ({}, "questions must be a mapping"),
        ([NOUL], "questions must be a mapping"),
        ({"": NOUL}, "a name must be a non-empty text"),
        ({"is": "Is it?"}, "questions.is must be a mapping"),
        ({"is": {"type": "predicate"}}, "questions.is.type must be"),
        ({"is": {"type": "noul"}}, "questions.is needs instructions"),
        ({"is": {**NOUL, "criteria": {"yes": "x"}}}, "questions.is.criteria of a noul"),
        ({"is": {"type": "choice", "criteria": {}}}, "questions.is.criteria must map 1 to 255"),
        ({"is": {"type": "choice", "criteria": ["a"]}}, "questions.is.criteria must map"),
        ({"is": {"type": "choice", "criteria": dict.fromkeys(map(str, range(256)))}}, "questions.is.criteria must map"),
        ({"is": {"type": "score", "criteria": []}}, "questions.is.criteria must be a list of 1 to 10"),
        ({"is": {"type": "score", "criteria": "abc"}}, "questions.is.criteria must be a list"),
        ({"is": {"type": "score", "criteria": [*"abcdefghijk"]}}, "questions.is.criteria must be a list"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_its_path(
    questions: Mapping[str, Mapping[str, object]], said: str
) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        check_questions(questions)
