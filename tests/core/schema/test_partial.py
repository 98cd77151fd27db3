"""Objects that are not yet whole: they never fail, they only grow, and reading them costs no more than the text."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from itertools import pairwise
from typing import Annotated, Literal, NewType, NotRequired

import pytest
from hypothesis import given, settings, strategies as st
from pydantic import AliasChoices, BaseModel, Field, RootModel, field_validator
from pydantic.dataclasses import dataclass as pydantic_dataclass
from pydantic_core import from_json
from typing_extensions import TypeAliasType, TypedDict

from baseten_sdk import schema_for
from baseten_sdk._core.schema import partial
from baseten_sdk._core.schema.partial import PartialReader, read_partial
from baseten_sdk._core.schema.schema import Schema


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Cat(BaseModel):
    kind: Literal["cat"]
    name: str
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str
    bones: list[float]


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class Film(TypedDict):
    title: str
    year: NotRequired[int]


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    label: str = ""


class Names(RootModel[list[str]]):
    pass


class Tree(BaseModel):
    title: str = Field(min_length=0)
    size: int
    weight: float
    good: bool | None
    colour: Colour
    other: Colour
    day: date
    pets: list[Pet]
    film: Film
    point: Point
    names: Names
    counts: dict[str, int]
    below: Tree | None = Field(alias="underneath")
    more: list[Tree] = []


words = st.text(max_size=6)
small = st.integers(-(10**12), 10**12)
floats = st.floats(allow_nan=False, allow_infinity=False, width=32)
colours = st.sampled_from(["red", "blue"])
pets = st.one_of(
    st.fixed_dictionaries({"kind": st.just("cat"), "name": words, "lives": small}),
    st.fixed_dictionaries({"kind": st.just("dog"), "name": words, "bones": st.lists(floats, max_size=3)}),
)
leaf = st.fixed_dictionaries(
    {
        "title": words,
        "size": small,
        "weight": floats,
        "good": st.none() | st.booleans(),
        "colour": colours,
        "other": colours,
        "day": st.dates().map(str),
        "pets": st.lists(pets, max_size=2),
        "film": st.fixed_dictionaries({"title": words}, optional={"year": small}),
        "point": st.fixed_dictionaries({"x": small, "label": words}),
        "names": st.lists(words, max_size=2),
        "counts": st.dictionaries(words, small, max_size=2),
        "underneath": st.none(),
    }
)


def grown(top: dict[str, object], under: dict[str, object]) -> dict[str, object]:
    return {**top, "underneath": under, "more": []}


def as_json(tree: dict[str, object], ascii_only: bool, indent: int | None) -> str:
    return json.dumps(tree, ensure_ascii=ascii_only, indent=indent)


texts = st.builds(as_json, st.builds(grown, leaf, leaf), st.booleans(), st.sampled_from([None, 1]))


def fields_of(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, BaseModel):
        yield from ((name, getattr(value, name)) for name in type(value).model_fields)
    elif dataclasses.is_dataclass(value):
        yield from ((each.name, getattr(value, each.name)) for each in dataclasses.fields(value))
    elif isinstance(value, dict):
        yield from value.items()


def below(less: object, more: object) -> bool:
    """Whether a value can still become another one by growing."""
    if less is None or less == more:
        return True
    if isinstance(less, str):
        written = more.value if isinstance(more, Enum) else more.isoformat() if isinstance(more, date) else more
        return isinstance(written, str) and written.startswith(less)
    if isinstance(less, list):
        return (
            isinstance(more, list)
            and len(less) <= len(more)
            and all(below(a, b) for a, b in zip(less, more, strict=False))
        )
    grown = dict(fields_of(more))
    has = dict(fields_of(less))
    return type(less) is type(more) and bool(has or less == {}) and all(below(has[k], grown.get(k)) for k in has)


@settings(max_examples=40)
@given(texts)
def test_every_prefix_is_read_and_the_object_only_grows(text: str) -> None:
    schema = schema_for(Tree, strict=False)
    whole = schema.adapter.validate_json(text)
    seen = [read_partial(schema, text[:end]) for end in range(len(text) + 1)]
    assert seen[0] is None
    found = [each for each in seen if each is not None]
    assert all(isinstance(each, Tree) for each in found)
    for less, more in pairwise(found):
        assert below(less, more)
    assert below(found[-1], whole)
    assert found[-1].title == whole.title


@settings(max_examples=40)
@given(st.lists(leaf, max_size=2), st.data())
def test_however_a_text_is_cut_the_last_object_is_the_whole_one(trees: list[object], data: st.DataObject) -> None:
    text = json.dumps({"value": trees})
    schema = schema_for(list[Tree], strict=False)
    reader = PartialReader(schema)
    read: list[list[Tree]] = []
    rest = text
    while rest:
        size = data.draw(st.integers(1, 40))
        value = reader.add(rest[:size])
        rest = rest[size:]
        if value is not None:
            read.append(value)
    last = reader.end()
    if last is not None:
        read.append(last)
    assert below(read[-1], schema.adapter.validate_python(trees))
    assert len(read[-1]) == len(trees)
    for less, more in pairwise(read):
        assert below(less, more)


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("length", [2_000, 200_000])
def test_the_cost_of_all_readings_is_linear(monkeypatch: pytest.MonkeyPatch, size: int, length: int) -> None:
    parsed: list[int] = []
    original = from_json

    def counted(text: str, allow_partial: Literal["trailing-strings"]) -> object:
        parsed.append(len(text))
        return original(text, allow_partial=allow_partial)

    monkeypatch.setattr(partial, "from_json", counted)
    reader = PartialReader(schema_for(list[str]))
    text = json.dumps({"value": ["x" * 50] * (length // 54)})
    for at in range(0, len(text), size):
        reader.add(text[at : at + size])
    assert reader.end() == ["x" * 50] * (length // 54)
    assert sum(parsed) < 10 * len(text)
    assert len(parsed) < 120


def test_half_a_character_is_waited_for_and_then_costs_only_itself() -> None:
    schema = schema_for(dict[str, str], strict=False)
    assert read_partial(schema, r'{"a": "x\ud83d') == {"a": "x"}
    assert read_partial(schema, r'{"a": "x\ud83d\ude00') == {"a": "x\U0001f600"}
    assert read_partial(schema, r'{"a": "x\ud83dz", "b": "y') == {"a": "x\ufffdz", "b": "y"}


def test_when_all_was_read_the_end_adds_nothing() -> None:
    reader = PartialReader(schema_for(list[int]))
    assert reader.add('{"value": [1, 2]}') == [1, 2]
    assert reader.end() is None


@pytest.mark.parametrize("text", ["", "  ", "Sure!", "```json\n{", "12", "nul", '"x', "[1", "<think>", "{'a"])
def test_what_is_no_object_of_the_type_gives_nothing(text: str) -> None:
    assert read_partial(schema_for(Cat), text) is None


@pytest.mark.parametrize("text", ["{", '{"val', '{"value"', '{"value":', '{"value": nul', "12", "{}"])
def test_before_the_wrapped_value_there_is_nothing(text: str) -> None:
    assert read_partial(schema_for(list[int]), text) is None


@pytest.mark.parametrize(
    ("text", "lives"),
    [
        ('{"lives": 1', None),
        ('{"lives": 12', None),
        ('{"lives": -', None),
        ('{"lives": 12 ', 12),
        ('{"lives": 12,', 12),
        ('{"lives": 12}', 12),
    ],
)
def test_a_number_has_not_come_before_its_end(text: str, lives: int | None) -> None:
    read = read_partial(schema_for(Cat), text)
    assert read is not None
    assert read.lives == lives


def test_digits_at_the_end_of_a_string_are_no_number_for_long() -> None:
    schema = schema_for(Cat)
    read = [read_partial(schema, text) for text in ('{"lives": 5, "name": "at: 12', '{"lives": 5, "name": "at: 12h')]
    assert [(each.name, each.lives) for each in read if each is not None] == [("at: ", 5), ("at: 12h", 5)]


def test_a_union_has_not_come_before_it_is_clear_which() -> None:
    schema: Schema[Cat | Dog] = schema_for(Pet)
    assert read_partial(schema, '{"value": {"kind": "ca') is None
    assert read_partial(schema, '{"value": {"kind": "cat"') is None
    assert read_partial(schema, '{"value": {"kind": "cat", "name": "To') == Cat.model_construct(
        {"kind", "name"}, kind="cat", name="To", lives=None
    )


class Strict(BaseModel):
    short: str = Field(min_length=10)
    price: float = Field(gt=100)
    parts: list[int] = Field(min_length=3)


def test_the_open_tail_is_not_validated_and_wrong_closed_parts_wait_for_the_end() -> None:
    schema = schema_for(Strict)
    read = read_partial(schema, '{"short": "ab", "price": 1, "parts": [1, 2, ')
    assert read is not None
    assert (read.short, read.price, read.parts) == ("ab", 1, [1, 2])


class Meddling(BaseModel):
    first: str
    second: str = Field(default_factory=lambda data: str(data["first"]))
    seen: int = Field(validation_alias=AliasChoices("seen", "noticed"))

    @field_validator("first")
    @classmethod
    def broken(cls, value: str) -> str:
        raise KeyError(value)


class Eager(BaseModel):
    a: int
    b: int

    def model_post_init(self, context: object, /) -> None:
        assert self.a + self.b


def test_code_of_the_callers_types_cannot_break_the_reading() -> None:
    read = read_partial(schema_for(Meddling, strict=False), '{"first": "x", "noticed": 3, "seco')
    assert read is not None
    assert read.model_dump() == {"first": "x", "second": None, "seen": 3}
    assert read_partial(schema_for(Eager), '{"a": 3, ') is None
    assert read_partial(schema_for(Eager), '{"a": 3, "b": 4}') == Eager(a=3, b=4)
    assert read_partial(schema_for(list[Eager]), '{"value": [{"a": 3, "b": 4}, {"a": 5, ') == [Eager(a=3, b=4)]


@dataclass(slots=True)
class Slotted:
    a: int
    b: list[int] = field(default_factory=list)
    c: str = "c"
    d: Annotated[int, Field(alias="dee")] = 4


@pydantic_dataclass
class Checked:
    a: int = Field(alias="ay")
    b: list[int] = Field(default_factory=list)


def test_dataclasses_have_their_defaults_and_aliases() -> None:
    read = read_partial(schema_for(Slotted), '{"a": 1, "b": [1, 2], "dee": 7, "c": "x')
    assert read == Slotted(1, [1, 2], "x", 7)
    assert read_partial(schema_for(Slotted), '{"a": 1, "b') == Slotted(1)
    checked = read_partial(schema_for(Checked), '{"ay": 1, "b": [3')
    assert checked is not None
    assert (checked.a, checked.b) == (1, [])


Id = NewType("Id", str)
Ids = TypeAliasType("Ids", list[Id])


class Odd(BaseModel):
    ids: Ids
    films: tuple[Film, ...]
    by_name: dict[str, list[Cat]]
    pair: tuple[int, Cat]


def test_aliases_mappings_and_tuples_are_looked_into() -> None:
    schema = schema_for(Odd, strict=False)
    read = read_partial(schema, '{"ids": ["a", "b"], "films": [{"title": "M", "year": 1931}, {"title": "N')
    assert read is not None
    assert read.ids == ["a", "b"]
    assert read.films == ({"title": "M", "year": 1931}, {"title": "N"})
    cat = '{"kind": "cat", "name": "Tom", "lives": 9}'
    read = read_partial(schema, f'{{"by_name": {{"x": [{cat}, {{"name": "J')
    assert read is not None
    assert [each.name for each in read.by_name["x"]] == ["Tom", "J"]
    read = read_partial(schema, f'{{"pair": [1, {cat}')
    assert read is not None
    assert read.pair == (1, Cat(kind="cat", name="Tom", lives=9))


def test_a_deep_text_is_no_danger() -> None:
    text = '{"value": ' + "[" * 10 * sys.getrecursionlimit()
    assert read_partial(schema_for(list[int]), text) is None


class Trip(BaseModel):
    city: str
    days: int = Field(alias="nDays")
    hotel: Cat | None = None
    tags: list[str] = []


def test_a_reader_knows_which_fields_have_not_come() -> None:
    reader = PartialReader(schema_for(Trip, strict=False))
    pieces = (
        '{"city": "Par',
        'is, the city of light", "nDays": 3',
        ', "hotel": {"name": "Tom"',
        '}, "tags": ["a"]}',
    )
    seen = [reader.missing for piece in pieces if reader.add(piece) is not None]
    assert seen == [("days", "hotel", "tags"), ("days", "hotel", "tags"), ("tags",), ()]


def test_what_has_no_fields_misses_none() -> None:
    reader = PartialReader(schema_for(list[int]))
    assert reader.add('{"value": [1, 2, 3, 4') is not None
    assert reader.missing == ()
