"""Turns a Python class into the questions of its fields, and their answers into an instance.

`bool` asks yes or no, `Literal` and `Enum` a choice, `Annotated[float, Levels(...)]` a score. Any other type is refused
with the path of its field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from ..._kinds import adapter_of
from ..._validation import problems
from ...errors import InvalidRequestError
from ...types.decisions import DecisionResponse
from .declared_fields import DeclaredField, declared_fields, documented, labels_of
from .markers import Levels, QuestionMarker
from .question import MOST_LABELS, MOST_LEVELS, AnyQuestion, ChoiceQuestion, NoulQuestion, ScoreQuestion, WrongAnswer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class QuestionSet(Generic[T]):
    """The questions of a class, by the names under which they are sent.

    Attributes:
        questions: The question of each field.
        adapter: Makes an instance from the answers.
        body: The questions as they are sent.
    """

    kind: type[T]
    questions: Mapping[str, AnyQuestion]
    adapter: TypeAdapter[T]
    body: Mapping[str, Mapping[str, object]]

    def read(self, response: DecisionResponse) -> tuple[T, dict[str, Mapping[object, float]], dict[str, float | None]]:
        """Return the instance, and the probabilities and confidence of each field.

        Raises:
            WrongAnswer: A question was not answered, or the answer does not fit it.
        """
        answers = response.answers
        if not self.questions.keys() <= answers.keys():
            missing = [name for name in self.questions if name not in answers]
            raise WrongAnswer(f"no answer to {', '.join(missing)}")
        values: dict[str, object] = {}
        probabilities: dict[str, Mapping[object, float]] = {}
        confidence: dict[str, float | None] = {}
        for name, question in self.questions.items():
            try:
                reading = question.read(answers[name])
            except WrongAnswer as error:
                raise WrongAnswer(f"answers.{name}: {error}") from None
            values[name], probabilities[name], confidence[name] = reading
        try:
            value = self.adapter.validate_python(values)
        except ValidationError as error:
            raise WrongAnswer(problems(error)) from None
        return value, probabilities, confidence


def question_set(kind: type[T]) -> QuestionSet[T]:
    """Return the questions of a class.

    Raises:
        InvalidRequestError: It is not a pydantic model, dataclass or TypedDict, has no fields, or has a field that
            cannot be asked. The message has the path.
    """
    if not isinstance(kind, type):
        raise InvalidRequestError(
            f"decide() takes a class whose fields are the questions, not {kind!r}. For questions as a mapping, "
            "use decisions.create()."
        )
    return _build(kind)  # type: ignore[arg-type]  # a class is hashable


@lru_cache(maxsize=256)
def _build(kind: type[T]) -> QuestionSet[T]:
    questions = {name: _question(f"{kind.__name__}.{name}", name, field) for name, field in declared_fields(kind)}
    if not questions:
        raise InvalidRequestError(f"{kind.__name__} has no fields, so it asks nothing.")
    body = {name: question.body() for name, question in questions.items()}
    return QuestionSet(kind, questions, adapter_of(kind, "the questions"), body)


def _question(path: str, name: str, field: DeclaredField) -> AnyQuestion:
    marker = next((each for each in field.metadata if isinstance(each, QuestionMarker)), QuestionMarker())
    levels = next((each for each in field.metadata if isinstance(each, Levels)), None)
    instructions = marker.text or documented(field.metadata) or field.description or name.replace("_", " ")
    annotation = field.annotation
    if annotation is bool:
        return NoulQuestion(instructions, marker.threshold, marker.yes, marker.no)
    if annotation is float and levels is not None:
        count = len(levels.descriptions)
        if not 1 <= count <= MOST_LEVELS:
            raise InvalidRequestError(f"{path}: Levels takes 1 to {MOST_LEVELS} levels, not {count}.")
        return ScoreQuestion(instructions, levels.descriptions)
    labels = list(labels_of(annotation))
    if not labels:
        raise InvalidRequestError(
            f"{path}: {annotation!r} cannot be asked. Use bool for yes or no, Literal or Enum for a choice, "
            "Annotated[float, Levels(...)] for a score."
        )
    if len(labels) > MOST_LABELS:
        raise InvalidRequestError(f"{path}: a choice has {MOST_LABELS} labels at most, not {len(labels)}.")
    values = {label: value for label, value, _ in labels}
    if len(values) < len(labels):
        raise InvalidRequestError(f"{path}: two of the choices have the same label.")
    return ChoiceQuestion(instructions, values, {label: text for label, _, text in labels})
