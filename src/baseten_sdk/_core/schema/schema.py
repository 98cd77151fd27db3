"""Makes the strict JSON schema of a Python type, and notes what was changed to make it strict.

Theory of operation. Pydantic makes the schema of the type. Strict mode wants more: every object is closed, all its
properties are required, and nothing is left open. So the schema is walked once. What can be tightened is tightened, and
noted with its path. What strict mode cannot express is refused with its path, because a model held to a different
schema would give answers that do not validate. Strict mode also wants an object at the root. Any other type is wrapped
in an object with the single property "value", and unwrapped when the answer is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar, get_args, get_origin

from pydantic import TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError, PydanticUndefinedAnnotation, PydanticUserError

from ..._kinds import check_type, type_name
from ...errors import InvalidRequestError

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

WRAPPED = "value"
"""The property that holds a type that is not an object."""

NAME = re.compile(r"[^A-Za-z0-9_-]+")
MODULE = re.compile(r"(?<![\w<>])(?:[A-Za-z_<][\w<>]*\.)+(?=[A-Za-z_])")
"""The module name in front of a type's name."""

UNUSUAL = re.compile(r"(\\[1-9]|\\k<|\(\?(?:[=!>]|<[=!]|P=|\())|\\.|\[\^?\]?(?:\\.|[^\]\\])*+(?:\]|\Z)", re.DOTALL)
"""Patterns that engines cannot match, in the group. Escapes and character sets are skipped."""

LONGEST_NAME = 64

DROPPED = frozenset({"default", "title", "discriminator", "examples", "uniqueItems", "$schema", "$id", "deprecated"})
"""Keywords that strict mode does not know."""

QUIETLY = frozenset({"title", "default", "discriminator"})
"""Dropped keywords that change nothing for the model, or that other noted changes imply."""

REFUSED = frozenset(
    {"patternProperties", "prefixItems", "not", "if", "dependentSchemas", "contains", "propertyNames", "allOf"}
)

Json = dict[str, object]


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
        root = _Tightening(root, changes).schema()
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


class _Tightening:
    """One walk over a schema."""

    def __init__(self, root: Json, changes: list[str]) -> None:
        self._root = root
        self._definitions = root.get("$defs")
        self._changes = changes

    def schema(self) -> Json:
        strict = self._tight({k: v for k, v in self._root.items() if k != "$defs"}, "$")
        if isinstance(self._definitions, dict) and self._definitions:
            strict["$defs"] = {name: self._tight(each, name) for name, each in self._definitions.items()}
        return strict

    def _tight(self, node: object, path: str) -> Json:
        if not isinstance(node, dict) or not (node.keys() - DROPPED - {"description"}):
            raise self._refused(path, "it may be anything")
        node = self._without_siblings(dict(node), path)
        for keyword in sorted(REFUSED & node.keys()):
            what = "a tuple has a type for each place" if keyword == "prefixItems" else f"it uses {keyword!r}"
            raise self._refused(path, what)
        for keyword in sorted(DROPPED & node.keys()):
            if keyword not in QUIETLY:
                self._changes.append(f"{path}: {keyword} dropped")
            del node[keyword]
        pattern = node.get("pattern")
        if isinstance(pattern, str) and any(found[1] for found in UNUSUAL.finditer(pattern)):
            self._changes.append(f"{path}: pattern dropped, since engines know no look-around and no back reference")
            del node["pattern"]
        if "oneOf" in node:
            node["anyOf"] = node.pop("oneOf")
        alternatives = node.get("anyOf")
        if isinstance(alternatives, list):
            node["anyOf"] = [self._tight(each, f"{path}|{index}") for index, each in enumerate(alternatives)]
        if node.get("type") == "object":
            self._close(node, path)
        if node.get("type") == "array":
            if "items" not in node:
                raise self._refused(path, "its items may be anything")
            node["items"] = self._tight(node["items"], f"{path}[]")
        return node

    def _close(self, node: Json, path: str) -> None:
        """Close an object: it takes only the properties that it names, and requires all of them."""
        properties = node.get("properties")
        more = node.get("additionalProperties")
        if not isinstance(properties, dict):
            if more is not False:
                raise self._refused(path, "its keys are free")
            properties = {}
        if more not in (None, False):
            self._changes.append(f"{path}: closed, though it takes other keys")
        required = node.get("required")
        names = required if isinstance(required, list) else []
        for name in properties:
            if name not in names:
                self._changes.append(f"{path}.{name}: required, though it may be left out")
        node["properties"] = {name: self._tight(each, f"{path}.{name}") for name, each in properties.items()}
        node["required"] = list(properties)
        node["additionalProperties"] = False

    def _without_siblings(self, node: Json, path: str) -> Json:
        """Make a reference stand alone. What describes it goes into a copy of its target, or is dropped."""
        parts = node.get("allOf")
        if isinstance(parts, list) and len(parts) == 1:
            node = {**parts[0], **{k: v for k, v in node.items() if k != "allOf"}}
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return node
        beside = {k: v for k, v in node.items() if k != "$ref" and k not in QUIETLY}
        if not beside:
            return {"$ref": reference}
        name = reference.rpartition("/")[2]
        if name in self._reached(name, set()):
            self._changes.append(f"{path}: {' and '.join(sorted(beside))} dropped, since {name} holds itself")
            return {"$ref": reference}
        return self._without_siblings({**self._definition(name), **beside}, path)

    def _definition(self, name: str) -> Json:
        found = self._definitions.get(name) if isinstance(self._definitions, dict) else None
        return found if isinstance(found, dict) else {}

    def _reached(self, name: str, seen: set[str]) -> set[str]:
        """Return the definitions that one refers to, directly or through others."""
        for each in _references(self._definition(name)):
            if each not in seen:
                seen.add(each)
                self._reached(each, seen)
        return seen

    def _refused(self, path: str, why: str) -> InvalidRequestError:
        return InvalidRequestError(
            f"A strict schema cannot express {path}: {why}. Use a model with named fields there, or strict=False."
        )


def _references(node: object) -> Iterator[str]:
    """Return the names of the definitions that a schema refers to."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            yield reference.rpartition("/")[2]
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _references(each)
