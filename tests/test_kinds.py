"""The types that a user asks for: their names, and what is refused in their place."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Generic, Literal, NewType, Optional, TypeVar, Union

import annotated_types
import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from baseten_sdk import InvalidRequestError
from baseten_sdk._kinds import adapter_of, type_name

T = TypeVar("T")


class Invoice(BaseModel):
    total: int


class Page(BaseModel, Generic[T]):
    items: list[T]


@dataclasses.dataclass
class Point:
    x: int


class Row(TypedDict):
    x: int


class Odd:
    """Nothing that pydantic knows."""


class Broken:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> object:
        raise ZeroDivisionError("a fault of its own\nand more")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Invoice, "Invoice"),
        (int, "int"),
        (list[Invoice], "list[Invoice]"),
        (dict[str, list[Point]], "dict[str, list[Point]]"),
        (Page[Invoice], "Page[Invoice]"),
        (int | None, "int | None"),
        (Union[Invoice, Point], "Union[Invoice, Point]"),  # noqa: UP007
        (Optional[Row], "Optional[Row]"),  # noqa: UP045
        (Literal["a", "b.c"], "Literal['a', 'b.c']"),
        (Annotated[int, "x.y"], "Annotated[int, 'x.y']"),
        (tuple[int, ...], "tuple[int, ...]"),
        (Literal[tuple("x" * 3 + str(i) for i in range(50))], None),
    ],
)
def test_a_type_is_named_as_it_is_written(kind: object, name: str | None) -> None:
    found = type_name(kind)
    if name is None:
        assert len(found) == 100
        assert found.endswith("...")
    else:
        assert found == name


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Invoice, b'{"total": 1}', Invoice(total=1)),
        (Point, b'{"x": 1}', Point(1)),
        (Row, b'{"x": 1}', {"x": 1}),
        (list[int], b"[1]", [1]),
        (Literal["a"], b'"a"', "a"),
        (Annotated[int, annotated_types.Ge(1)], b"1", 1),
        (NewType("Count", int), b"2", 2),
        (Annotated[list[int], annotated_types.Len(1, 2), {"not": "hashable"}], b"[1]", [1]),
    ],
)
def test_any_type_is_read(kind: type[object], text: bytes, value: object) -> None:
    assert adapter_of(kind).validate_json(text) == value


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (Invoice(total=1), "response_model must be a class, not an instance of it: pass response_model=Invoice."),
        (Point(1), "response_model must be a class, not an instance of it: pass response_model=Point."),
        ({"type": "object"}, "response_model must be a type, such as a pydantic model"),
        ("Invoice", "not str 'Invoice'."),
        (b"x", "not bytes b'x'."),
        (3, "not int 3."),
        ([int], "not list [<class 'int'>]."),
        ((int, str), "not tuple"),
        ("x" * 10_000, "..."),
        (Odd, "Odd is not a type that pydantic can validate: Unable to generate pydantic-core schema"),
        (Odd(), "is not a type that pydantic can validate"),
        (list[Odd], "list[Odd] is not a type that pydantic can validate"),
        (Broken, "Broken is not a type that pydantic can validate: a fault of its own"),
    ],
)
def test_what_is_no_type_is_refused_in_one_sentence(kind: type[object], problem: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        adapter_of(kind)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
