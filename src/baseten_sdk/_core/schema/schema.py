"""The JSON schema of a Python type, as it is sent.

Pydantic makes the schema, and `strict` makes it strict. Strict mode also wants an object at the root. Any other type is
wrapped in an object with the single property "value", and unwrapped when the answer is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar, get_args, get_origin

from pydantic import TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError, PydanticUndefinedAnnotation, PydanticUserError

from ..._kinds import check_type, type_name
from ...errors import InvalidRequestError
from .strict import Json, StrictSchema

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

WRAPPED = "value"
"""The property that holds a type that is not an object."""

NAME = re.compile(r"[^A-Za-z0-9_-]+")
MODULE = re.compile(r"(?<![\w<>])(?:[A-Za-z_<][\w<>]*\.)+(?=[A-Za-z_])")
"""The module name in front of a type's name."""

LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Schema(Generic[T]):
    """The JSON schema of a type, with what is needed to read an answer.

    Attributes:
        name: The name that is sent with the schema.
        changes: What was tightened or dropped, each as "path: what".
        strict: Whether the model is held to the schema.
        adapter: The pydantic adapter that validates answers.
        wrapped: Whether the type is wrapped in an object with one property, `value`.
    """

    kind: TypeForm[T]
    name: str
    schema: Mapping[str, object]
    changes: tuple[str, ...]
    strict: bool
    adapter: TypeAdapter[T]
    wrapped: bool

    def response_format(self) -> Mapping[str, object]:
        """Make the `response_format` of a chat call."""
        body: Json = {"name": self.name, "schema": self.schema}
        if self.strict:
            body["strict"] = True
        return {"type": "json_schema", "json_schema": body}


def schema_for(kind: TypeForm[T], *, strict: bool = True) -> Schema[T]:
    """Make the JSON schema that holds a model to a type.

    Example:
        print(schema_for(Invoice).changes)

    Args:
        kind: A pydantic model, dataclass, TypedDict, `list[X]`, `Literal`, union, enum, or any other type that pydantic
            can validate.
        strict: Tighten the schema for strict mode: objects are closed, and every property is required. False leaves it
            as pydantic makes it.

    Raises:
        InvalidRequestError: Strict mode cannot express a part of the type; the message names the path to it. Or
            pydantic has no schema for the type.
    """
    try:
        return _build_once(kind, strict)  # type: ignore[arg-type]  # what is not hashable raises TypeError
    except TypeError:
        return _build(kind, strict)


def schema_or_none(kind: TypeForm[T] | None, *, strict: bool) -> Schema[T] | None:
    """Make the schema of the type of an answer. Return None if no type was asked for."""
    return None if kind is None else schema_for(kind, strict=strict)


@lru_cache(maxsize=256)
def _build_once(kind: TypeForm[T], strict: bool) -> Schema[T]:
    return _build(kind, strict)


def _build(kind: TypeForm[T], strict: bool) -> Schema[T]:
    if isinstance(kind, Schema):
        raise InvalidRequestError(
            "response_format must be a type, not its Schema: pass the type, or call "
            "create(response_format=schema.response_format())."
        )
    check_type(kind, "response_format")
    try:
        adapter: TypeAdapter[T] = TypeAdapter(kind)
        raw: Json = adapter.json_schema()
    except (PydanticSchemaGenerationError, PydanticUserError, PydanticUndefinedAnnotation) as error:
        reason = error.message.partition("\n")[0]
        raise InvalidRequestError(f"{type_name(kind)} has no JSON schema: {reason}") from None
    root = _at_root(raw)
    wrapped = root.get("type") != "object"
    if wrapped:
        root = _as_property(root)
    changes: list[str] = []
    if strict:
        root = StrictSchema(root, changes).schema()
    return Schema(kind, _name(kind), root, tuple(changes), strict, adapter, wrapped)


def _as_property(root: Json) -> Json:
    definitions = root.pop("$defs", None)
    outer: Json = {"type": "object", "properties": {WRAPPED: root}}
    outer |= {"required": [WRAPPED], "additionalProperties": False}
    return {**outer, "$defs": definitions} if definitions else outer


def _name(kind: object) -> str:
    if get_origin(kind) is Annotated:
        return _name(get_args(kind)[0])
    text = getattr(kind, "__name__", None) if isinstance(kind, type) and not getattr(kind, "__args__", ()) else None
    return NAME.sub("_", MODULE.sub("", text or str(kind))).strip("_")[:LONGEST_NAME] or "Answer"


def _at_root(raw: Json) -> Json:
    """Resolve a reference at the root, because strict mode wants the object itself there."""
    reference = raw.get("$ref")
    definitions = raw.get("$defs")
    if not isinstance(reference, str) or not isinstance(definitions, dict):
        return dict(raw)
    target = definitions[reference.rpartition("/")[2]]
    return {**target, "$defs": definitions} if isinstance(target, dict) else dict(raw)
