from __future__ import annotations

import json
import math
import re
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Literal
from uuid import UUID

import httpx
import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel, Field, TypeAdapter

from baseten_sdk.emulator.http.jsonvalue import JSON, load
from baseten_sdk.emulator.schema.instances import Hints, instance
from baseten_sdk.emulator.schema.patterns import matching
from tests.emulator.exchanges import CHAT, ask


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Line(BaseModel):
    name: str
    quantity: Annotated[int, Field(ge=1, le=99)]
    price: Annotated[float, Field(gt=0)]


class Invoice(BaseModel):
    number: Annotated[str, Field(pattern=r"^INV-\d{4}$")]
    customer: str
    issued: date
    seen_at: datetime
    key: UUID
    lines: Annotated[list[Line], Field(min_length=3, max_length=4)]
    total: Decimal
    colour: Colour
    kind: Literal["sale", "refund"]
    note: str | None
    tags: set[str]
    extra: dict[str, int]
    pair: tuple[int, str]
    paid: bool


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: list[str]


class Node(BaseModel):
    value: int
    left: Node | None
    children: list[Node]


SHAPES: list[TypeAdapter[object]] = [
    TypeAdapter(Invoice),
    TypeAdapter(Line),
    TypeAdapter(Cat | Dog),
    TypeAdapter(Node),
    TypeAdapter(list[Line]),
    TypeAdapter(Colour),
    TypeAdapter(int),
    TypeAdapter(str | None),
    TypeAdapter(dict[str, Line]),
]


@pytest.mark.parametrize("adapter", SHAPES, ids=repr)
def test_a_generated_instance_is_valid(adapter: TypeAdapter[object]) -> None:
    schema = load(json.dumps(adapter.json_schema()))
    for nth in range(3):
        adapter.validate_json(json.dumps(instance(schema, nth=nth)))


def scalars() -> st.SearchStrategy[object]:
    whole = st.integers(-1000, 1000)
    bounds = st.tuples(whole, st.integers(0, 50)).map(lambda pair: {"minimum": pair[0], "maximum": pair[0] + pair[1]})
    lengths = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(
        lambda pair: {"type": "string", "minLength": pair[0], "maxLength": pair[0] + pair[1]}
    )
    return st.one_of(
        bounds.map(lambda bound: {"type": "integer"} | bound),
        bounds.map(lambda bound: {"type": "number"} | bound),
        lengths,
        st.just({"type": "boolean"}),
        st.just({"type": "null"}),
        st.lists(st.text(max_size=5), min_size=1, max_size=3).map(lambda values: {"enum": values}),
    )


def schemas() -> st.SearchStrategy[object]:
    names = st.sampled_from(["city", "total", "name", "age", "lines", "x"])

    def deeper(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
        objects = st.dictionaries(names, inner, max_size=3).map(
            lambda properties: {
                "type": "object",
                "properties": properties,
                "required": sorted(properties),
                "additionalProperties": False,
            }
        )
        arrays = st.tuples(inner, st.integers(0, 4)).map(
            lambda pair: {"type": "array", "items": pair[0], "minItems": pair[1], "maxItems": pair[1] + 1}
        )
        unions = st.lists(inner, min_size=1, max_size=3).map(lambda options: {"anyOf": options})
        return st.one_of(objects, arrays, unions)

    return st.recursive(scalars(), deeper, max_leaves=8)


def accepts(schema: JSON, value: JSON) -> bool:
    """A validator for the schemas above, written from the standard and not from the generator."""
    assert isinstance(schema, dict)
    if isinstance(options := schema.get("anyOf"), list):
        return any(accepts(option, value) for option in options)
    if isinstance(choices := schema.get("enum"), list):
        return value in choices

    def bound(name: str) -> float:
        given = schema[name]
        assert isinstance(given, int | float)
        return given

    match schema["type"], value:
        case "boolean", bool():
            return True
        case ("integer" | "number") as kind, int() | float():
            whole = kind == "number" or value == int(value)
            return not isinstance(value, bool) and whole and bound("minimum") <= value <= bound("maximum")
        case "string", str():
            return bound("minLength") <= len(value) <= bound("maxLength")
        case "null", None:
            return True
        case "array", list():
            fits = bound("minItems") <= len(value) <= bound("maxItems")
            return fits and all(accepts(schema["items"], item) for item in value)
        case "object", dict():
            properties = schema["properties"]
            assert isinstance(properties, dict)
            return value.keys() == properties.keys() and all(
                accepts(properties[name], item) for name, item in value.items()
            )
        case _:
            return False


@given(schemas())
def test_instances_of_random_schemas_are_valid(schema: object) -> None:
    given_schema = load(json.dumps(schema))
    made = instance(given_schema)
    assert accepts(given_schema, made), made


@given(
    st.sampled_from(
        [
            r"^[A-Z]{3}-\d{4}$",
            r"^(foo|bar)+$",
            r"\w+@\w+\.com",
            r"^a?b*c{2,}$",
            r"^[^x]+$",
            "^(?:ab)+$",
            r"^\$\d",
        ]
    )
)
def test_a_pattern_is_matched(pattern: str) -> None:
    made = matching(pattern)
    assert made is not None
    assert re.search(pattern, made)


@pytest.mark.parametrize("pattern", ["(", "^(?=z)(?=y)$", "^(?!.)$x"])
def test_a_pattern_that_cannot_be_read_gives_nothing(pattern: str) -> None:
    assert matching(pattern) is None


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"const": 5}, 5),
        ({"type": ["null", "integer"]}, 3),
        (
            {
                "allOf": [
                    {"type": "object", "properties": {"a": {"const": 1}}},
                    {"properties": {"b": {"const": 2}}},
                ]
            },
            {"a": 1, "b": 2},
        ),
        ({"$ref": "#/definitions/a~1b", "definitions": {"a/b": {"const": 7}}}, 7),
        ({"oneOf": [{"type": "null"}, {"const": "x"}]}, "x"),
        ({"type": "integer", "multipleOf": 7, "minimum": 10}, 14),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5}, 0.25),
        ({"type": "array", "prefixItems": [{"const": 1}, {"const": 2}], "items": False}, [1, 2]),
        ({"type": "string", "format": "email"}, "ada@example.com"),
        ({"properties": {"a": {"type": "null"}}}, {"a": None}),
        (True, "anything"),
    ],
)
def test_single_keywords(schema: JSON, value: object) -> None:
    assert instance(schema) == value


def test_hints_are_used_only_where_they_fit() -> None:
    schema: JSON = {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "age": {"type": "integer", "maximum": 20},
            "n": {"type": "number"},
        },
    }
    assert instance(schema, Hints("I am 42.5 and live in Rome")) == {"city": "Rome", "age": 3, "n": 42.5}


def test_quoted_words_are_taken_over_and_apostrophes_are_not_quotes() -> None:
    schema: JSON = {"type": "object", "properties": {"customer": {"type": "string"}}}
    assert instance(schema, Hints("Create a customer named '你好啊集团' (Hello)")) == {"customer": "你好啊集团"}
    assert instance(schema, Hints("The customer's \"ACME\", it's said")) == {"customer": "ACME"}
    assert instance(schema, Hints("The customer's old, it's said")) == {"customer": "Ada Lovelace"}


def test_a_structured_reply_is_valid_for_its_schema(http: httpx.Client) -> None:
    wanted = {
        "type": "json_schema",
        "json_schema": {"name": "invoice", "schema": Invoice.model_json_schema(), "strict": True},
    }
    text = http.post(CHAT, json=ask(response_format=wanted)).json()["choices"][0]["message"]["content"]
    invoice = Invoice.model_validate_json(text)
    assert invoice.number == "INV-7777"


def test_a_json_object_reply_is_an_object(http: httpx.Client) -> None:
    reply = http.post(CHAT, json=ask(response_format={"type": "json_object"})).json()
    assert json.loads(reply["choices"][0]["message"]["content"])["question"] == "Explain retries"


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("A joke as JSON with 'setup' and 'punchline' keys", ["setup", "punchline"]),
        ('JSON with "a", "b-2" and `c` keys, please', ["a", "b-2", "c"]),
        ("With the 'name' field", ["name"]),
        ("Say 'setup'", ["question", "answer"]),
    ],
)
def test_a_json_object_has_the_keys_that_are_asked_for(http: httpx.Client, question: str, names: list[str]) -> None:
    reply = http.post(CHAT, json=ask(question, response_format={"type": "json_object"})).json()
    assert list(json.loads(reply["choices"][0]["message"]["content"])) == names


ENDLESS = {
    "items": {"type": "array", "minItems": 10**12, "items": {"type": "array", "minItems": 10**12}},
    "distinct items": {"type": "array", "minItems": 10**5, "uniqueItems": True, "items": {"type": "string"}},
    "properties": {"type": "object", "minProperties": 10**12, "additionalProperties": True},
    "characters": {"type": "string", "minLength": 10**12},
    "infinite items": {"type": "array", "minItems": math.inf},
    "no number of items": {"type": "array", "minItems": math.nan, "maxItems": math.nan},
    "fewer than none": {"type": "array", "minItems": -5, "maxItems": -5},
    "infinite bounds": {"type": "integer", "minimum": -math.inf, "maximum": math.inf},
    "a bound beyond all": {"type": "number", "minimum": math.inf, "multipleOf": 1e-300},
    "a repeated pattern": {"type": "string", "pattern": "((a{10000}){10000}){10000}"},
    "a nested pattern": {"type": "string", "pattern": "(" * 5000 + ")" * 5000},
    "a pattern with a power": {"type": "string", "pattern": "a{²}"},
    "a pattern with a long number": {"type": "string", "pattern": f"a{{{'9' * 5000}}}"},
    "a reference past the end": {"$ref": "#/anyOf/7", "anyOf": [{"type": "string"}]},
}


@pytest.mark.parametrize("schema", ENDLESS.values(), ids=ENDLESS)
def test_what_no_instance_can_have_ends_all_the_same(schema: JSON) -> None:
    wanted: JSON = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    made = json.dumps(instance(wanted, Hints(f"Use {'9' * 400} and 5.")))
    assert len(made) < 10_000_000


def test_a_number_that_no_float_holds_is_no_hint() -> None:
    assert Hints(f"Use {'9' * 400} and 5.").numbers == [5.0]
