"""Turns a Python class into the questions of its fields, and their answers into an instance.

`bool` asks yes or no, `Literal` and `Enum` a choice, `Annotated[float, Levels(...)]` a score. Any other type is refused
with the path of its field.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from typing_extensions import Doc, is_typeddict

from ..._kinds import adapter_of
from ..._validation import problems
from ...errors import InvalidRequestError
from ...types.decisions import DecisionResponse
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
    questions = {name: _question(f"{kind.__name__}.{name}", name, field) for name, field in _fields(kind)}
    if not questions:
        raise InvalidRequestError(f"{kind.__name__} has no fields, so it asks nothing.")
    body = {name: question.body() for name, question in questions.items()}
    return QuestionSet(kind, questions, adapter_of(kind, "the questions"), body)


@dataclass(frozen=True, slots=True)
class _Field:
    """A field as its class declares it."""

    annotation: object
    metadata: tuple[object, ...]
    description: str | None = None


def _fields(kind: type[object]) -> Iterator[tuple[str, _Field]]:
    """Return the fields of a class, by the names under which their values are validated."""
    if issubclass(kind, BaseModel):
        for name, info in kind.model_fields.items():
            yield _validation_name(name, info), _Field(info.annotation, tuple(info.metadata), info.description)
        return
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        for field in dataclasses.fields(kind):
            beside = (field.default,) if isinstance(field.default, FieldInfo) else ()
            yield field.name, _annotated(hints[field.name], beside)
        return
    if is_typeddict(kind):
        for name, hint in get_type_hints(kind, include_extras=True).items():
            yield name, _annotated(hint)
        return
    raise InvalidRequestError(
        f"decide() takes a pydantic model, a dataclass or a TypedDict whose fields are the questions, not {kind!r}."
    )


def _validation_name(name: str, info: FieldInfo) -> str:
    alias = info.validation_alias or info.alias
    return alias if isinstance(alias, str) else name


def _annotated(hint: object, beside: tuple[object, ...] = ()) -> _Field:
    annotation, *metadata = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    infos = [each for each in (*metadata, *beside) if isinstance(each, FieldInfo)]
    inside = [each for info in infos for each in info.metadata]
    description = next((info.description for info in infos if info.description), None)
    return _Field(annotation, (*metadata, *inside), description)


def _question(path: str, name: str, field: _Field) -> AnyQuestion:
    marker = next((each for each in field.metadata if isinstance(each, QuestionMarker)), QuestionMarker())
    levels = next((each for each in field.metadata if isinstance(each, Levels)), None)
    instructions = marker.text or _documented(field.metadata) or field.description or name.replace("_", " ")
    annotation = field.annotation
    if annotation is bool:
        return NoulQuestion(instructions, marker.threshold, marker.yes, marker.no)
    if annotation is float and levels is not None:
        count = len(levels.descriptions)
        if not 1 <= count <= MOST_LEVELS:
            raise InvalidRequestError(f"{path}: Levels takes 1 to {MOST_LEVELS} levels, not {count}.")
        return ScoreQuestion(instructions, levels.descriptions)
    labels = list(_labels(annotation))
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


def _labels(annotation: object) -> Iterator[tuple[str, object, str | None]]:
    """Return the labels of a choice with their values and descriptions, or nothing if the type is not a choice."""
    origin = get_origin(annotation)
    if origin is Literal:
        for value in get_args(annotation):
            yield (*_label(value), None)
    elif origin in (Union, types.UnionType):
        parts = [list(_labels(part)) for part in get_args(annotation)]
        if all(parts):
            for part in parts:
                yield from part
    elif origin is Annotated:
        inner, *metadata = get_args(annotation)
        for label, value, text in _labels(inner):
            yield label, value, _documented(tuple(metadata)) or text
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        texts = _member_docstrings(annotation)
        for member in annotation:
            yield _label(member)[0], member, texts.get(member.name)


def _label(value: object) -> tuple[str, object]:
    if isinstance(value, Enum):
        return (value.value if isinstance(value.value, str) else value.name), value
    return str(value), value


def _documented(metadata: tuple[object, ...]) -> str | None:
    return next((each.documentation for each in metadata if isinstance(each, Doc)), None)


def _member_docstrings(kind: type[Enum]) -> dict[str, str]:
    """Return the string below each enum member, as editors show it. It is found only if the source is available."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    except (OSError, TypeError, SyntaxError):
        return {}
    body = next((node.body for node in tree.body if isinstance(node, ast.ClassDef)), [])
    found: dict[str, str] = {}
    for before, after in pairwise(body):
        match before, after:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = inspect.cleandoc(text)
            case _:
                pass
    return found
