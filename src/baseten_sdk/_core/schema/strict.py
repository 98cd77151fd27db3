"""Makes a JSON schema strict, and notes what was changed.

Theory of operation. In strict mode, every object is closed, all its properties are required, and nothing is left open.
So the schema is walked once. What can be tightened is tightened, and noted with its path. What strict mode cannot
express is refused with its path, because a model held to a different schema would give answers that do not validate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...errors import InvalidRequestError

Json = dict[str, object]

UNUSUAL = re.compile(r"(\\[1-9]|\\k<|\(\?(?:[=!>]|<[=!]|P=|\())|\\.|\[\^?\]?(?:\\.|[^\]\\])*+(?:\]|\Z)", re.DOTALL)
"""Patterns that engines cannot match, in the group. Escapes and character sets are skipped."""

DROPPED = frozenset({"default", "title", "discriminator", "examples", "uniqueItems", "$schema", "$id", "deprecated"})
"""Keywords that strict mode does not know."""

QUIETLY = frozenset({"title", "default", "discriminator"})
"""Dropped keywords that change nothing for the model, or that other noted changes imply."""

REFUSED = frozenset(
    {"patternProperties", "prefixItems", "not", "if", "dependentSchemas", "contains", "propertyNames", "allOf"}
)


class StrictSchema:
    """One walk over a schema.

    Args:
        root: The schema as pydantic makes it.
        changes: Takes a note of each change.
    """

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
