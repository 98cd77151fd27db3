"""Validation does the same for large texts as for small ones, but for the number of problems that it makes."""

from __future__ import annotations

import json
from typing import Annotated

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from baseten_sdk import CreateEmbeddingResponse, ResponseValidationError, tool
from baseten_sdk._core.chat.output import read_text
from baseten_sdk._core.reply.response import WholeResponse
from baseten_sdk._core.reply.validate import read_model
from baseten_sdk._core.schema.schema import schema_for
from baseten_sdk._core.schema.toolbox import BadArguments, Toolbox
from baseten_sdk._validation import LARGE, LISTED, READ, problems, validate_json, validate_model, validate_value
from baseten_sdk.types.chat import FunctionCall, ToolCall
from baseten_sdk.types.meta import Headers

MANY = 50_000


class Inner(BaseModel):
    """A model inside a model."""

    scores: list[int] = []
    type: str = "list"


class Outer(BaseModel):
    """Lists at every place where a model may have them."""

    numbers: list[int]
    named: dict[str, list[int]] = {}
    pair: tuple[int, ...] = ()
    inner: Inner | None = None
    inners: list[Inner] = []
    either: list[int] | str = "text"
    odd: dict[str, str] = Field(default={"type": "list"})
    again: Outer | None = None


class Typed(TypedDict):
    """A typed dict."""

    numbers: list[int]


Limited = Annotated[list[int], Field(min_length=1)]


def count_of(kind: object, value: object) -> int:
    """Problems that a value has, or 0."""
    adapter: TypeAdapter[object] = TypeAdapter(kind)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    body = json.dumps(value).encode()
    assert len(body) > LARGE
    try:
        validate_json(adapter, body)
    except ValidationError as error:
        return error.error_count()
    return 0


WRONG = [1.5] * MANY


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (list[int], WRONG),
        (set[int], WRONG),
        (frozenset[int], WRONG),
        (tuple[int, ...], WRONG),
        (list[list[int]], [WRONG]),
        (list[list[int]], [[1.5]] * MANY),
        (dict[str, list[int]], {"a": WRONG}),
        (Outer, {"numbers": WRONG}),
        (Outer, {"numbers": [], "named": {"a": WRONG}}),
        (Outer, {"numbers": [], "pair": WRONG}),
        (Outer, {"numbers": [], "inner": {"scores": WRONG}}),
        (Outer, {"numbers": [], "inners": [{"scores": WRONG}]}),
        (Outer, {"numbers": [], "either": WRONG}),
        (Outer, {"numbers": [], "again": {"numbers": WRONG}}),
        (Typed, {"numbers": WRONG}),
        (list[Inner], [{"scores": WRONG}]),
        (Limited, WRONG),
    ],
)
def test_a_list_with_many_wrong_items_has_one_problem(kind: object, value: object) -> None:
    assert 1 <= count_of(kind, value) <= 2


SMALL = st.lists(st.one_of(st.integers(-5, 5), st.floats(0, 2), st.text("a1", max_size=2), st.none()), max_size=4)
VALUES = st.fixed_dictionaries(
    {"numbers": SMALL},
    optional={
        "named": st.dictionaries(st.sampled_from("ab"), SMALL, max_size=2),
        "pair": SMALL,
        "inner": st.fixed_dictionaries({}, optional={"scores": SMALL, "type": st.sampled_from(["list", "x"])}),
        "inners": st.lists(st.fixed_dictionaries({"scores": SMALL}), max_size=2),
        "either": st.one_of(SMALL, st.text("a", max_size=2)),
    },
)


@given(VALUES)
def test_a_large_text_reads_as_a_small_one_does(value: object) -> None:
    adapter = TypeAdapter(Outer)
    small = json.dumps(value).encode()
    large = small + b" " * LARGE
    try:
        expected = adapter.validate_json(small)
    except ValidationError:
        with pytest.raises(ValidationError):
            validate_json(adapter, large)
    else:
        assert validate_json(adapter, large) == expected
        assert validate_json(adapter, large).odd == {"type": "list"}


def test_few_problems_are_listed_and_the_rest_counted() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(list[int]).validate_python([1.5] * 9)
    listed = problems(caught.value)
    assert listed.count("Input should be a valid integer") == LISTED
    assert listed.startswith("0: Input should be")
    assert listed.endswith("; and 4 more")


def test_very_many_problems_are_counted_and_not_read() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(dict[str, int]).validate_python({str(number): 1.5 for number in range(READ + 1)})
    assert problems(caught.value) == "there are 1,001 problems"


class Deferred(BaseModel):
    """A model whose validator is made when it is first needed, as those of the package's replies are."""

    model_config = ConfigDict(defer_build=True)

    numbers: list[int]


def test_a_model_gives_up_early_too_also_where_building_was_deferred() -> None:
    for model in (Outer, Deferred):
        body = json.dumps({"numbers": WRONG})
        with pytest.raises(ValidationError) as caught:
            validate_model(model, body)
        assert caught.value.error_count() == 1
        with pytest.raises(ValidationError) as caught:
            validate_value(model, json.loads(body), len(body), None)
        assert caught.value.error_count() == 1
        good = json.dumps({"numbers": [1] * MANY})
        assert (
            validate_model(model, good)
            == model(numbers=[1] * MANY)
            == validate_value(model, json.loads(good), len(good), None)
        )
        assert validate_model(model, '{"numbers": [1]}') == model(numbers=[1])


def test_a_small_text_has_all_its_problems_listed() -> None:
    with pytest.raises(ValidationError) as caught:
        validate_model(Deferred, json.dumps({"numbers": [1.5, 1.5]}))
    assert caught.value.error_count() == 2


@pytest.mark.parametrize("kind", [list[int], Inner])
def test_an_answer_and_arguments_with_many_problems_make_few(kind: type[object]) -> None:
    value: object = WRONG if kind is not Inner else {"scores": WRONG, "type": "list"}
    with pytest.raises(ValidationError) as caught:
        read_text(schema_for(kind), json.dumps(value))
    assert caught.value.error_count() <= LISTED

    def count(numbers: list[int]) -> int:
        return len(numbers)

    arguments = json.dumps({"numbers": WRONG})
    call = ToolCall(id="1", function=FunctionCall(name="count", arguments=arguments))
    read = Toolbox([tool(count)]).read(call)
    assert isinstance(read, BadArguments)
    assert read.problem.count("valid integer") == 1


def test_a_reply_with_many_problems_makes_few() -> None:
    body = json.dumps({"data": [{"index": 0, "embedding": "?"}] * MANY}).encode()
    with pytest.raises(ResponseValidationError, match=r"data\.0\.embedding") as caught:
        read_model(CreateEmbeddingResponse, WholeResponse(200, Headers(), body))
    assert "data.1." not in str(caught.value)
