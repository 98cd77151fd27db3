"""Builds the request of a decision model, and checks it before it is sent. The wire calls the model System One."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ...errors import InvalidRequestError
from ..request.model_request import model_request
from ..request.options import Options
from ..request.request import Request
from ..request.service_urls import BaseURL
from .question import MOST_LABELS, MOST_LEVELS

State: TypeAlias = str | Mapping[str, object] | Sequence[object]
"""What the model judges. Baseten's documentation asks for plain text, but the service accepts objects and lists too."""

PATH = "systemone"

DEFAULT_MODEL = "decision-models/baseten-elephant-9b-latest"


def decision_request(
    base: BaseURL,
    model: str,
    state: State,
    questions: Mapping[str, Mapping[str, object]],
    options: Options,
    *,
    temperature: float | None = None,
) -> Request:
    """Build the request for questions that were checked.

    Raises:
        InvalidRequestError: There is nothing to judge.
    """
    if not isinstance(state, str | Mapping | Sequence) or isinstance(state, bytes | bytearray):
        raise InvalidRequestError(f"state must be a text, a mapping or a list, not {type(state).__name__}.")
    if not state:
        raise InvalidRequestError("state must not be empty: it is what the model judges.")
    body: dict[str, object] = {"model": model, "state": state, "questions": questions}
    if temperature is not None:
        body["temperature"] = temperature
    return model_request(base, PATH, body, options)


def check_questions(questions: Mapping[str, Mapping[str, object]]) -> None:
    """Check questions in the form in which they are sent.

    Raises:
        InvalidRequestError: There are none, or one cannot be asked. The message has its path.
    """
    if not isinstance(questions, Mapping) or not questions:
        raise InvalidRequestError("questions must be a mapping of names to questions, and not empty.")
    for name, question in questions.items():
        if not isinstance(name, str) or not name:
            raise InvalidRequestError(f"questions: a name must be a non-empty text, not {name!r}.")
        _check(f"questions.{name}", question)


def _check(path: str, question: Mapping[str, object]) -> None:
    if not isinstance(question, Mapping):
        raise InvalidRequestError(f"{path} must be a mapping with a type, not {type(question).__name__}.")
    criteria = question.get("criteria")
    match question.get("type"):
        case "noul":
            if not question.get("instructions") and not criteria:
                raise InvalidRequestError(f"{path} needs instructions, or criteria for true and false.")
            if criteria is not None and not (isinstance(criteria, Mapping) and criteria.keys() <= {"true", "false"}):
                raise InvalidRequestError(f"{path}.criteria of a noul has the keys true and false.")
        case "choice":
            if not isinstance(criteria, Mapping) or not 1 <= len(criteria) <= MOST_LABELS:
                raise InvalidRequestError(
                    f"{path}.criteria must map 1 to {MOST_LABELS} labels to a description or None."
                )
        case "score":
            levels = criteria if isinstance(criteria, Sequence) and not isinstance(criteria, str) else ()
            if not 1 <= len(levels) <= MOST_LEVELS:
                raise InvalidRequestError(
                    f"{path}.criteria must be a list of 1 to {MOST_LEVELS} descriptions, from low to high."
                )
        case kind:
            raise InvalidRequestError(f'{path}.type must be "noul", "choice" or "score", not {kind!r}.')
