"""The fields of a class as it declares them: their types, metadata, and the labels of a choice.

It must not know questions.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
import types
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typing_extensions import Doc, is_typeddict

from ...errors import InvalidRequestError


@dataclass(frozen=True, slots=True)
class DeclaredField:
    """A field as its class declares it."""

    annotation: object
    metadata: tuple[object, ...]
    description: str | None = None


def declared_fields(kind: type[object]) -> Iterator[tuple[str, DeclaredField]]:
    """Return the fields of a class, by the names under which their values are validated."""
    if issubclass(kind, BaseModel):
        for name, info in kind.model_fields.items():
            yield _validation_name(name, info), DeclaredField(info.annotation, tuple(info.metadata), info.description)
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


def _annotated(hint: object, beside: tuple[object, ...] = ()) -> DeclaredField:
    annotation, *metadata = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    infos = [each for each in (*metadata, *beside) if isinstance(each, FieldInfo)]
    inside = [each for info in infos for each in info.metadata]
    description = next((info.description for info in infos if info.description), None)
    return DeclaredField(annotation, (*metadata, *inside), description)


def labels_of(annotation: object) -> Iterator[tuple[str, object, str | None]]:
    """Return the labels of a choice with their values and descriptions, or nothing if the type is not a choice."""
    origin = get_origin(annotation)
    if origin is Literal:
        for value in get_args(annotation):
            yield (*_label(value), None)
    elif origin in (Union, types.UnionType):
        parts = [list(labels_of(part)) for part in get_args(annotation)]
        if all(parts):
            for part in parts:
                yield from part
    elif origin is Annotated:
        inner, *metadata = get_args(annotation)
        for label, value, text in labels_of(inner):
            yield label, value, documented(tuple(metadata)) or text
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        texts = _member_docstrings(annotation)
        for member in annotation:
            yield _label(member)[0], member, texts.get(member.name)


def _label(value: object) -> tuple[str, object]:
    if isinstance(value, Enum):
        return (value.value if isinstance(value.value, str) else value.name), value
    return str(value), value


def documented(metadata: tuple[object, ...]) -> str | None:
    """Return the text of a `Doc` among the metadata."""
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
