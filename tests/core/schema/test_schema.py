"""From a type to the schema that a model is held to: what is tightened, what is refused, and that answers still fit."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Generic, Literal, NotRequired, TypeVar

import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel, TypeAdapter, WithJsonSchema
from pydantic_core import to_json
from typing_extensions import TypedDict

from baseten_sdk import InvalidRequestError, schema_for
from baseten_sdk._core.schema.schema import Schema
from baseten_sdk.emulator.chat.validation import complaint
from baseten_sdk.emulator.http.jsonvalue import load
from baseten_sdk.emulator.schema.instances import instance

T = TypeVar("T")


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Line(BaseModel):
    """One line of an invoice."""

    text: str = Field(description="What was bought", min_length=1)
    amount: Decimal
    colour: Colour = Colour.RED


class Invoice(BaseModel):
    number: str = Field(pattern=r"^[A-Z]-\d+$")
    total: float = Field(ge=0)
    due: date | None = None
    lines: list[Line] = Field(default_factory=list)
    first: Annotated[Line, Field(description="The first of them")]


class Node(BaseModel):
    name: str
    child: Node | None = Field(None, description="The one below")
    children: list[Node] = []


class Left(BaseModel):
    right: Annotated[Right, Field(description="The other one")]


class Right(BaseModel):
    left: Annotated[Left, Field(description="The one")]


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    bones: int


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class Home(BaseModel):
    pet: Pet
    others: list[Pet]


class Box(BaseModel, Generic[T]):
    content: T
    more: list[T]


class Lines(RootModel[list[Line]]):
    pass


class Aliased(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    zip_code: str = Field(alias="zipCode")


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str


class Film(TypedDict):
    title: str
    year: NotRequired[int]


@dataclass
class Point:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)


class Empty(BaseModel):
    pass


def objects(node: object) -> list[Mapping[str, object]]:
    """All the objects that a schema describes."""
    if isinstance(node, list):
        return [found for each in node for found in objects(each)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") == "object" else []
    return own + [found for each in node.values() for found in objects(each)]


KINDS: dict[str, object] = {
    "model": Invoice,
    "recursive": Node,
    "unions within": Home,
    "generic": Box[Box[int]],
    "root model": Lines,
    "aliases": Aliased,
    "extra": Open,
    "typed dict": Film,
    "dataclass": Point,
    "empty": Empty,
    "list": list[Invoice],
    "list of lists": list[list[int]],
    "set": set[str],
    "literal": Literal["a", "b"],
    "enum": Colour,
    "union": Cat | Dog,
    "discriminated": Pet,
    "optional": Invoice | None,
    "int": int,
    "str": str,
    "bool": bool,
    "none": None,
    "date": date,
    "annotated": Annotated[list[int], Field(min_length=2)],
    "list of typed dicts": list[Film],
    "tuple of one type": tuple[int, ...],
}


def of(kind: object, *, strict: bool = True) -> Schema[object]:
    schema: Schema[object] = schema_for(kind, strict=strict)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return schema


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_strict_schema_is_an_object_all_of_whose_objects_are_closed_and_complete(kind: object) -> None:
    schema = of(kind).schema
    assert schema["type"] == "object"
    found = objects(schema)
    assert found
    for each in found:
        properties = each["properties"]
        assert isinstance(properties, dict)
        assert each["required"] == list(properties)
        assert each["additionalProperties"] is False
    text = to_json(schema).decode()
    for keyword in ("default", "title", "discriminator", "oneOf", "allOf", "uniqueItems"):
        assert f'"{keyword}":' not in text or (keyword == "title" and '"title":{"type"' in text)
    for reference in re.findall(r'\{[^{}]*"\$ref"[^{}]*\}', text):
        assert re.fullmatch(r'\{"\$ref":"#/\$defs/\w+"\}', reference)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_what_is_made_after_a_schema_is_read_as_the_type(kind: object) -> None:
    schema = of(kind)
    made = instance(load(to_json(schema.schema)))
    assert isinstance(made, dict)
    schema.adapter.validate_python(made["value"] if schema.wrapped else made)


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_schema_is_a_response_format_that_the_service_takes(kind: object, strict: bool) -> None:
    schema = of(kind, strict=strict)
    sent = schema.response_format()
    wrapper = sent["json_schema"]
    assert isinstance(wrapper, dict)
    assert wrapper.get("strict") == (True if strict else None)
    assert wrapper["schema"] == schema.schema
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", str(wrapper["name"]))
    message = {"role": "user", "content": "x"}
    body = {"model": "org/m", "messages": [message], "response_format": sent}
    assert complaint(load(to_json(body)), server_tools=False, model_required=True) is None


def test_a_model_without_quirks_is_sent_as_it_is() -> None:
    schema = schema_for(Cat)
    assert schema.changes == ()
    assert schema.name == "Cat"
    assert not schema.wrapped
    assert schema.schema == {
        "type": "object",
        "properties": {"kind": {"const": "cat", "type": "string"}, "lives": {"type": "integer"}},
        "required": ["kind", "lives"],
        "additionalProperties": False,
    }


def test_what_was_tightened_is_told_with_its_path() -> None:
    assert schema_for(Invoice).changes == (
        "$.due: required, though it may be left out",
        "$.lines: required, though it may be left out",
        "$.first.colour: required, though it may be left out",
        "Line.colour: required, though it may be left out",
    )
    assert schema_for(Open).changes == ("$: closed, though it takes other keys",)
    assert schema_for(Film).changes == ("$.year: required, though it may be left out",)
    assert schema_for(set[str]).changes == ("$.value: uniqueItems dropped",)


def test_constraints_and_descriptions_stay() -> None:
    schema = schema_for(Invoice).schema
    properties, definitions = schema["properties"], schema["$defs"]
    assert isinstance(properties, dict)
    assert isinstance(definitions, dict)
    assert properties["number"] == {"type": "string", "pattern": r"^[A-Z]-\d+$"}
    assert properties["total"] == {"type": "number", "minimum": 0}
    assert properties["lines"]["items"] == {"$ref": "#/$defs/Line"}
    assert definitions["Line"]["description"] == "One line of an invoice."
    assert definitions["Line"]["properties"]["text"] == {
        "type": "string",
        "description": "What was bought",
        "minLength": 1,
    }


def test_a_reference_with_a_description_becomes_a_copy_that_has_it() -> None:
    properties = schema_for(Invoice).schema["properties"]
    assert isinstance(properties, dict)
    first = properties["first"]
    assert first["description"] == "The first of them"
    assert list(first["properties"]) == ["text", "amount", "colour"]
    assert first["additionalProperties"] is False


def test_a_reference_with_a_default_stays_a_reference() -> None:
    properties = schema_for(Line).schema["properties"]
    assert isinstance(properties, dict)
    assert properties["colour"] == {"$ref": "#/$defs/Colour"}


def test_types_that_hold_each_other_end_and_say_what_was_dropped() -> None:
    schema = schema_for(Left)
    assert schema.schema["properties"] == {"right": {"$ref": "#/$defs/Right"}}
    assert schema.changes[0] == "$.right: description dropped, since Right holds itself"
    node = schema_for(Node).schema["properties"]
    assert isinstance(node, dict)
    assert node["child"] == {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}], "description": "The one below"}


def test_a_discriminated_union_is_any_of_its_members() -> None:
    properties = schema_for(Home).schema["properties"]
    assert isinstance(properties, dict)
    assert properties["pet"] == {"anyOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]}


def test_aliases_are_what_is_sent() -> None:
    assert schema_for(Aliased).schema["required"] == ["zipCode"]


def test_what_is_no_object_is_wrapped_into_one() -> None:
    schema = schema_for(list[int])
    assert schema.wrapped
    assert schema.schema == {
        "type": "object",
        "properties": {"value": {"type": "array", "items": {"type": "integer"}}},
        "required": ["value"],
        "additionalProperties": False,
    }


class Loose(BaseModel):
    anything: object


class Keys(BaseModel):
    by_name: dict[str, int]


class Pairs(BaseModel):
    pairs: list[tuple[int, str]]


class Deep(BaseModel):
    homes: list[Keys | None]


class Bare(BaseModel):
    items: list  # type: ignore[type-arg]  # pyright: ignore[reportMissingTypeArgument]


class Both(BaseModel):
    model_config = ConfigDict(json_schema_extra={"allOf": [{"required": ["a"]}, {"required": ["b"]}]})
    a: int
    b: int


@pytest.mark.parametrize(
    ("kind", "path", "why"),
    [
        (Loose, "$.anything", "it may be anything"),
        (Keys, "$.by_name", "its keys are free"),
        (dict[str, int], "$", "its keys are free"),
        (Pairs, "$.pairs[]", "a tuple has a type for each place"),
        (Deep, "Keys.by_name", "its keys are free"),
        (Bare, "$.items[]", "it may be anything"),
        (list[object], "$.value[]", "it may be anything"),
        (Both, "$", "it uses 'allOf'"),
    ],
)
def test_what_strict_mode_cannot_express_is_refused_with_its_path(kind: object, path: str, why: str) -> None:
    with pytest.raises(InvalidRequestError, match=re.escape(f"cannot express {path}: {why}")) as caught:
        of(kind)
    assert "strict=False" in str(caught.value)
    loose = of(kind, strict=False)
    assert loose.changes == ()
    assert not loose.strict


def test_without_strict_the_schema_is_pydantics() -> None:
    assert schema_for(Keys, strict=False).schema == TypeAdapter(Keys).json_schema()


class Odd:
    pass


def test_a_type_that_pydantic_does_not_know_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match=r"Odd.* has no JSON schema"):
        schema_for(Odd)


def test_a_type_whose_annotations_cannot_be_resolved_is_refused() -> None:
    class Lost(BaseModel):
        there: Nowhere  # type: ignore[name-defined]  # noqa: F821  # pyright: ignore[reportUndefinedVariable]

    with pytest.raises(InvalidRequestError, match=r"Lost.* has no JSON schema"):
        schema_for(Lost)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Invoice, "Invoice"),
        (list[Invoice], "list_Invoice"),
        (Box[int], "Box_int"),
        (Cat | Dog, "Cat_Dog"),
        (Annotated[list[int], Field(min_length=2)], "list_int"),
        (Literal["a", "b"], "Literal_a_b"),
        (type("Rechnung_für", (Invoice,), {}), "Rechnung_f_r"),
        (type("请求", (Invoice,), {}), "Answer"),
        (type("A" * 80, (Invoice,), {}), "A" * 64),
    ],
)
def test_names_are_short_and_plain(kind: object, name: str) -> None:
    assert re.fullmatch(rf"(Union_)?{name}", of(kind).name)


def test_the_same_type_is_looked_at_once() -> None:
    assert schema_for(Invoice) is schema_for(Invoice)
    assert schema_for(Invoice) is not schema_for(Invoice, strict=False)


@pytest.mark.parametrize(
    ("pattern", "known"),
    [
        (r"^(?!admin)\w+$", False),
        (r"^\w+(?=x)", False),
        (r"(?<=a)b", False),
        (r"(?<!a)b", False),
        (r"(a)\1", False),
        (r"(?P<x>a)(?P=x)", False),
        (r"(?>a)b", False),
        (r"^[a-z]+$", True),
        (r"^(?:a|b)$", True),
        (r"^(?P<x>a)$", True),
        (r"\(?!", True),
        (r"[(?!]", True),
        (r"\\1", True),
        (r"[\]](?!a)", False),
    ],
)
def test_a_pattern_that_engines_do_not_know_is_dropped_and_told(pattern: str, known: bool) -> None:
    made = schema_for(Annotated[str, WithJsonSchema({"type": "string", "pattern": pattern})])
    sent = json.loads(json.dumps(made.schema))["properties"]["value"]
    assert sent == ({"type": "string", "pattern": pattern} if known else {"type": "string"})
    assert bool(made.changes) != known
    if not known:
        assert made.changes[0].startswith("$.value: pattern dropped")
