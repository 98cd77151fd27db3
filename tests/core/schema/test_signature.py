"""What a function says of itself: its arguments as a model, and what its docstring tells of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from baseten_sdk import ConfigurationError
from baseten_sdk._core.schema.signature import read_docstring, read_signature


def properties(function: Callable[..., object]) -> dict[str, dict[str, object]]:
    schema = read_signature(function, "f").model.model_json_schema()
    found: dict[str, dict[str, object]] = schema["properties"]
    return found


def plain(city: str, unit: Literal["C", "F"] = "C", days: int | None = None) -> str:
    return f"{city} {unit} {days}"


def test_types_and_defaults_are_those_of_the_function() -> None:
    model = read_signature(plain, "f").model
    assert model.model_json_schema()["required"] == ["city"]
    assert properties(plain)["unit"]["enum"] == ["C", "F"]
    made = model.model_validate({"city": "Oslo"})
    assert made.model_dump() == {"city": "Oslo", "unit": "C", "days": None}


@pytest.mark.parametrize("given", [{}, {"city": 3}, {"city": "Oslo", "more": 1}, {"city": "Oslo", "unit": "K"}])
def test_wrong_missing_and_surplus_arguments_do_not_validate(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="f"):
        read_signature(plain, "f").model.model_validate(given)


def described(
    text: Annotated[str, "from the text"],
    own: Annotated[int, Field(description="from the field", ge=1)],
    both: Annotated[int, Field(le=3), "text beside a field"],
    value: int = Field(3, description="from the default"),
    doc: str = "",
    silent: str = "",
) -> None:
    """Describe.

    Args:
        text: not this one
        own: nor this
        doc: from the docstring
    """


def test_descriptions_come_from_the_nearest_place() -> None:
    found = properties(described)
    assert {name: each.get("description") for name, each in found.items()} == {
        "text": "from the text",
        "own": "from the field",
        "both": "text beside a field",
        "value": "from the default",
        "doc": "from the docstring",
        "silent": None,
    }
    assert (found["own"]["minimum"], found["both"]["maximum"], found["value"]["default"]) == (1, 3, 3)


def awkward(
    json: str, schema: int, copy: bool, model_config: int, model_name: str, _private: str, self_: int = 0
) -> None:
    pass


def test_any_name_of_an_argument_will_do() -> None:
    read = read_signature(awkward, "f")
    names = ["json", "schema", "copy", "model_config", "model_name", "_private", "self_"]
    assert list(read.model.model_json_schema()["properties"]) == names
    assert list(read.names.values()) == names
    made = read.model.model_validate_json(
        '{"json": "j", "schema": 1, "copy": true, "model_config": 2, "model_name": "m", "_private": "p"}'
    )
    assert [getattr(made, field) for field in read.names] == ["j", 1, True, 2, "m", "p", 0]


@dataclass
class Greeter:
    """Greets."""

    word: str

    def greet(self, name: str) -> str:
        return f"{self.word} {name}"

    def __call__(self, name: str) -> str:
        return self.greet(name)

    @staticmethod
    def static(name: str) -> str:
        return name

    @classmethod
    def of(cls, name: str) -> str:
        return name


@pytest.mark.parametrize(
    "function", [Greeter("Hi").greet, Greeter("Hi"), Greeter.static, Greeter.of, functools.partial(Greeter("Hi").greet)]
)
def test_methods_callable_objects_and_partials_are_functions_too(function: Callable[..., object]) -> None:
    assert list(properties(function)) == ["name"]


def positional(x: int, /) -> None: ...
def many(*xs: int) -> None: ...
def any_key(**xs: int) -> None: ...
def untyped(x) -> None: ...  # type: ignore[no-untyped-def]  # pyright: ignore
def lost(x: Nowhere) -> None: ...  # type: ignore[name-defined]  # noqa: F821  # pyright: ignore[reportUndefinedVariable, reportUnknownParameterType]
def strange(x: Strange) -> None: ...


class Strange:
    pass


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (positional, r"cannot give x"),
        (many, r"cannot give \*xs"),
        (any_key, r"cannot give \*\*xs"),
        (untyped, "x of the tool f has no type"),
        (lost, "Nowhere"),
        (strange, "no JSON schema"),
    ],
)
def test_arguments_that_a_model_cannot_give_are_refused(function: Callable[..., object], why: str) -> None:
    with pytest.raises(ConfigurationError, match=why):
        read_signature(function, "f")


def google() -> None:
    """Add two numbers.

    Slowly.

    Args:
        a: the first, one of:
            small: a small one
            large: a large one
        b (int, optional): the second,
            which goes on.
        *rest: more

    Returns:
        sum: of both.

    Raises:
        ValueError: never.

    And that is all.
    """


def sphinx() -> None:
    """Add two numbers.

    :param a: the first
    :param int b: the second,
        which goes on
    :param dict[str, int] c: the third
    :returns: the sum
    :rtype: int
    :raises ValueError: never
    """


def silent() -> None: ...


def args_only() -> None:
    """
    Args:
        a: first
    """


@pytest.mark.parametrize(
    ("function", "summary", "arguments"),
    [
        (
            google,
            "Add two numbers.\n\nSlowly.\n\nAnd that is all.",
            {
                "a": "the first, one of: small: a small one large: a large one",
                "b": "the second, which goes on.",
                "rest": "more",
            },
        ),
        (sphinx, "Add two numbers.", {"a": "the first", "b": "the second, which goes on", "c": "the third"}),
        (silent, "", {}),
        (args_only, "", {"a": "first"}),
    ],
)
def test_docstrings_are_read(function: object, summary: str, arguments: dict[str, str]) -> None:
    assert read_docstring(function) == (summary, arguments)


def test_an_argument_that_may_be_left_out_may_be_null() -> None:
    def search(query: str, limit: int = None, tags: Annotated[list[str], "Tags"] = None, page: int = 1) -> None:  # type: ignore[assignment]  # noqa: RUF013  # pyright: ignore[reportArgumentType]
        """Search."""

    model = read_signature(search, "search").model
    found = model.model_validate_json('{"query": "x", "limit": null, "tags": null}')
    assert found.model_dump() == {"query": "x", "limit": None, "tags": None, "page": 1}
    properties = model.model_json_schema()["properties"]
    assert {"type": "null"} in properties["limit"]["anyOf"]
    assert {"type": "null"} in properties["tags"]["anyOf"]
    assert properties["tags"]["description"] == "Tags"
    assert properties["page"] == {"default": 1, "title": "Page", "type": "integer"}
    with pytest.raises(ValidationError):
        model.model_validate_json('{"query": "x", "page": null}')


class Finder:
    def find(self, x: int) -> int:
        """Find."""
        return x


def test_a_method_without_its_object_is_refused_with_the_way_out() -> None:
    with pytest.raises(ConfigurationError, match=r"Leave out @tool in the class.*tools=\[instance\.find\]"):
        read_signature(Finder.find, "find")
    assert list(read_signature(Finder().find, "find").names.values()) == ["x"]
