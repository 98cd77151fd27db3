"""Instances of JSON schemas: what a model constrained by a schema might have written.

Deterministic, and valid for the schemas that structured outputs and tools use: types, enum, const, unions,
allOf, $ref, formats, bounds, patterns and nesting. It owns no request and no reply. Beyond a depth it takes
the smallest choice, so that recursive schemas end.
"""

from __future__ import annotations

import json
import math
import re

from ..http.jsonvalue import JSON, Object, as_list, as_number, as_object, as_text
from .patterns import matching
from .samples import FORMATS, NAMED, NUMBERS, by_name

_DEEP = 5
_BOTTOM = 40
_MOST = 100_000
"""Values of one instance, and characters or items of one value."""

_PLACES = {"city", "location", "place", "town", "country", "destination", "origin"}
_TEXTS = {"query", "question", "text", "prompt", "message", "expression", "input", "q"}


class Hints:
    """What the caller's own words offer: their numbers and their names."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        numbers: list[str] = re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w])", text)
        self.numbers = [number for number in map(float, numbers) if math.isfinite(number)]
        doubly: list[str] = re.findall(r"[\"“]([^\"“”]+)[\"”]", text)
        self.quoted: list[str] = doubly or re.findall(r"(?<!\w)'([^']+)'(?!\w)", text)
        found: list[str] = re.findall(r"\b(?:in|at|for|to|from|of|and)\s+((?:[A-Z]\w+)(?:\s[A-Z]\w+)*)", text)
        self.names = found or re.findall(r"(?<=[a-z,] )([A-Z]\w+(?:\s[A-Z]\w+)*)", text)


def instance(schema: JSON, hints: Hints | None = None, nth: int = 0) -> JSON:
    """Return a value that the schema accepts.

    Args:
        schema: A JSON schema; anything that is not an object accepts every value.
        hints: Words to take values from where they fit.
        nth: Which of several similar instances to make, such as the second call of one tool.
    """
    return _Maker(as_object(schema), hints or Hints(), nth).make(schema, "", 0)


class _Maker:
    def __init__(self, root: Object, hints: Hints, nth: int) -> None:
        self._root = root
        self._hints = hints
        self._nth = nth
        self._made = 0

    def make(self, schema: JSON, name: str, depth: int) -> JSON:
        self._made += 1
        if not isinstance(schema, dict):
            return None if schema is False else "anything"
        if depth > _BOTTOM or self._made > _MOST:
            return None
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if choices := as_list(schema.get("enum")):
            return choices[self._nth % len(choices)]
        if "anyOf" in schema or "oneOf" in schema:
            return self._union(schema, name, depth)
        match self._type(schema, depth):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "string":
                return self._string(schema, name)
            case "integer" | "number" as kind:
                try:
                    return self._number(schema, name, whole=kind == "integer")
                except (OverflowError, ValueError):  # infinite bounds
                    return 0
            case "boolean":
                return True
            case "null":
                return None
            case _:
                return "anything"

    def _resolved(self, schema: Object) -> Object:
        """Return the schema with its $ref followed and its allOf folded in."""
        for _ in range(_BOTTOM):
            if isinstance(reference := schema.get("$ref"), str):
                rest = {key: value for key, value in schema.items() if key != "$ref"}
                schema = _folded(as_object(self._lookup(reference)), rest)
            elif parts := as_list(schema.get("allOf")):
                rest = {key: value for key, value in schema.items() if key != "allOf"}
                for part in parts:
                    rest = _folded(rest, self._resolved(as_object(part)))
                schema = rest
            else:
                break
        return schema

    def _lookup(self, reference: str) -> JSON:
        node: JSON = self._root
        for segment in reference.lstrip("#").strip("/").split("/") if reference != "#" else ():
            key = segment.replace("~1", "/").replace("~0", "~")
            if isinstance(node, list):
                node = next((each for position, each in enumerate(node) if str(position) == key), None)
            else:
                node = as_object(node).get(key)
        return node

    def _union(self, schema: Object, name: str, depth: int) -> JSON:
        options = as_list(schema.get("anyOf")) or as_list(schema.get("oneOf"))
        rest = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}
        if not options:
            return self.make(rest, name, depth)
        if depth >= _DEEP:
            chosen = min(options, key=lambda option: self._weight(self._resolved(as_object(option))))
        else:
            chosen = next((option for option in options if as_object(option).get("type") != "null"), options[0])
        if not isinstance(chosen, dict):
            return self.make(chosen, name, depth)
        return self.make(_folded(rest, self._resolved(chosen)), name, depth + 1)

    @staticmethod
    def _weight(schema: Object) -> int:
        order = ("null", "boolean", "integer", "number", "string", "array")
        kind = schema.get("type")
        return order.index(kind) if isinstance(kind, str) and kind in order else len(order)

    @staticmethod
    def _type(schema: Object, depth: int) -> str:
        kind = schema.get("type")
        if isinstance(kind, list):
            names = [as_text(each) for each in kind]
            return (
                "null"
                if depth >= _DEEP and "null" in names
                else next((each for each in names if each != "null"), "null")
            )
        if isinstance(kind, str):
            return kind
        for key, implied in _IMPLIED.items():
            if key in schema:
                return implied
        return ""

    def _object(self, schema: Object, depth: int) -> JSON:
        required = {as_text(name) for name in as_list(schema.get("required"))}
        made: Object = {}
        properties = as_object(schema.get("properties"))
        for name, value in properties.items():
            if name in required or depth < _DEEP:
                made[name] = self.make(value, name, depth + 1)
        extra = schema.get("additionalProperties")
        for name in sorted(required - made.keys()):
            made[name] = self.make(extra if isinstance(extra, dict) else {"type": "string"}, name, depth + 1)
        wanted = _count(schema, "minProperties") or (1 if isinstance(extra, dict) and not properties else 0)
        number = 0
        while extra is not False and len(made) < wanted and number < 100:
            number += 1
            made[f"key_{number}"] = self.make(extra if isinstance(extra, dict) else {"type": "string"}, "", depth + 1)
        return made

    def _array(self, schema: Object, name: str, depth: int) -> JSON:
        least, most = _count(schema, "minItems") or 0, _count(schema, "maxItems")
        prefix = as_list(schema.get("prefixItems"))
        singular = name.removesuffix("s")
        made = [self.make(item, singular, depth + 1) for item in prefix]
        items = schema.get("items")
        if items is False or (prefix and items is None):
            return made
        count = max(least, len(made), 2 if depth < _DEEP - 1 else 0)
        count = min(count, most) if most is not None else count
        outer = self._nth
        for position in range(len(made), count if self._made < _MOST else 0):
            self._nth = outer + position
            made.append(self.make(items, singular, depth + 1))
        self._nth = outer
        if schema.get("uniqueItems") is True:
            made = [*{json.dumps(item, sort_keys=True): item for item in made}.values()]
        return made

    def _string(self, schema: Object, name: str) -> str:
        least, most = _count(schema, "minLength") or 0, _count(schema, "maxLength")
        if isinstance(form := schema.get("format"), str) and form in FORMATS:
            return FORMATS[form]
        if isinstance(pattern := schema.get("pattern"), str) and (made := matching(pattern)) is not None:
            return made
        text = self._hinted_text(name.lower()) or self._named_text(name.lower())
        if len(text) < least:
            text = (text + " " + "and so on " * (least // 10 + 1))[:least]
        return text[:most]

    def _hinted_text(self, name: str) -> str | None:
        if name in _PLACES and self._hints.names:
            return self._hints.names[self._nth % len(self._hints.names)]
        if self._hints.quoted:
            return self._hints.quoted[self._nth % len(self._hints.quoted)]
        return self._hints.text if name in _TEXTS and self._hints.text else None

    def _named_text(self, name: str) -> str:
        found = by_name(NAMED, name)
        text = found if found is not None else (name.replace("_", " ") or "text")
        return text if self._nth == 0 else f"{text} {self._nth + 1}"

    def _number(self, schema: Object, name: str, *, whole: bool) -> float:
        low, high = as_number(schema.get("minimum")), as_number(schema.get("maximum"))
        above, below = as_number(schema.get("exclusiveMinimum")), as_number(schema.get("exclusiveMaximum"))
        step = as_number(schema.get("multipleOf")) or (1 if whole else None)

        def fits(value: float) -> bool:
            return not (
                (whole and value != int(value))
                or (low is not None and value < low)
                or (high is not None and value > high)
                or (above is not None and value <= above)
                or (below is not None and value >= below)
                or (step is not None and abs(value / step - round(value / step)) > 1e-9)
            )

        hints = self._hints.numbers[self._nth :] + self._hints.numbers[: self._nth]
        named = by_name(NUMBERS, name.lower())
        candidates = [*hints, *([] if named is None else [named + self._nth, named, round(named)]), self._nth + 3, 1, 0]
        floor = max((bound for bound in (low, above) if bound is not None), default=None)
        ceiling = min((bound for bound in (high, below) if bound is not None), default=None)
        unit = step or 1
        if floor is not None:
            candidates += [(math.floor(floor / unit) + extra) * unit for extra in (0, 1, 2)]
        if ceiling is not None:
            candidates += [(math.ceil(ceiling / unit) - extra) * unit for extra in (0, 1, 2)]
        if floor is not None and ceiling is not None:
            candidates.append((floor + ceiling) / 2)
        value = next((candidate for candidate in candidates if fits(candidate)), 0)
        return int(value) if value == int(value) and (whole or "." not in str(value) or abs(value) > 1e15) else value


def _count(schema: Object, name: str) -> int | None:
    """A number of items or characters, or None. However many a schema asks for, there is an end."""
    wanted = as_number(schema.get(name))
    return None if wanted is None or math.isnan(wanted) else int(min(max(wanted, 0), _MOST))


_IMPLIED = {
    "properties": "object",
    "required": "object",
    "additionalProperties": "object",
    "items": "array",
    "prefixItems": "array",
    "minLength": "string",
    "maxLength": "string",
    "pattern": "string",
    "format": "string",
    "minimum": "number",
    "maximum": "number",
    "multipleOf": "number",
}


def _folded(one: Object, other: Object) -> Object:
    """Return both schemas at once: properties and required are joined, other keys of `other` win."""
    made = one | other
    if "properties" in one and "properties" in other:
        made["properties"] = as_object(one["properties"]) | as_object(other["properties"])
    if "required" in one and "required" in other:
        made["required"] = as_list(one["required"]) + as_list(other["required"])
    for definitions in ("$defs", "definitions"):
        if definitions in one and definitions in other:
            made[definitions] = as_object(one[definitions]) | as_object(other[definitions])
    return made
