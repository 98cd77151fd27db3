"""What has a JSON form is encoded as it is, and what has none is refused with the path to it."""

from __future__ import annotations

import dataclasses
import enum
import io
import json
import math
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, overload
from uuid import UUID

import pydantic
import pytest
from hypothesis import given, strategies as st
from pydantic_core import to_json

from baseten_sdk._core.request.json_codec import encode_json, encode_tool_result
from baseten_sdk._json_reading import decode_json
from baseten_sdk.errors import InvalidRequestError
from baseten_sdk.types.json import JsonValue

TEXT = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from('"\\\n\0\u2028é😀')), max_size=6)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=12,
)


class Colour(enum.Enum):
    RED = "red"


class Shade(enum.StrEnum):
    DARK = "dark"


class Level(enum.IntEnum):
    HIGH = 3


class Point(NamedTuple):
    x: int
    y: int


class Part(pydantic.BaseModel):
    text: str | None = None
    at: datetime = datetime(2026, 1, 2, tzinfo=UTC)
    kind: str = pydantic.Field(default="t", serialization_alias="type")


class Measure(pydantic.BaseModel):
    value: float


@dataclasses.dataclass
class Box:
    content: object
    label: str = "box"


@dataclasses.dataclass(slots=True, frozen=True)
class Slotted:
    _hidden: int


@given(JSON)
def test_plain_json_is_written_as_it_is_and_read_back(value: JsonValue) -> None:
    body = encode_json(value)
    assert json.loads(body) == value
    assert decode_json(body) == value


def test_the_text_is_compact_utf8() -> None:
    assert encode_json({"a": [1, None, True, "é\u2028"]}) == '{"a":[1,null,true,"é\u2028"]}'.encode()


@pytest.mark.parametrize(
    "value",
    [
        Part(),
        Part(text="x", kind="u"),
        Box([Part(), Box(1)]),
        Slotted(1),
        datetime(2026, 1, 2, 3, 4, 5, 6),
        date(2026, 1, 2),
        timedelta(minutes=90),
        UUID(int=5),
        Decimal("1.50"),
        Colour.RED,
        Shade.DARK,
        Level.HIGH,
        Path("/a/b"),
        IPv4Address("127.0.0.1"),
        Point(1, 2),
        deque([1, Part()]),
        (1, (2,)),
        OrderedDict(a=1),
        pydantic.RootModel[list[int]]([1]),
        pydantic.AnyUrl("https://h/x"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_richer_values_are_written_as_pydantic_writes_them(value: object) -> None:
    assert json.loads(encode_json({"a": [value]})) == json.loads(to_json({"a": [value]}))


def test_mappings_and_sequences_of_any_kind_are_written() -> None:
    assert encode_json(MappingProxyType({"a": range(2)})) == b'{"a":[0,1]}'


def test_keys_are_taken_as_json_dumps_takes_them() -> None:
    assert encode_json({2: 1, 1.5: 2, True: 3, None: 4, Shade.DARK: 5}) == (
        b'{"2":1,"1.5":2,"true":3,"null":4,"dark":5}'
    )


async def ticks() -> AsyncIterator[int]:
    yield 1


def cycle() -> object:
    ring: list[object] = []
    ring.append({"again": ring})
    return ring


def dataclass_cycle() -> object:
    box = Box(None)
    box.content = [box]
    return box


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


@pytest.mark.parametrize(
    ("value", "path", "reason"),
    [
        (math.nan, "$:", "nan"),
        ({"messages": [{"content": math.nan}]}, "$.messages[0].content:", "nan"),
        ([1, -math.inf], "$[1]:", "-inf"),
        ({"a": b"x"}, "$.a:", "bytes"),
        ({"a": bytearray(b"x")}, "$.a:", "bytearray"),
        ({"a": memoryview(b"x")}, "$.a:", "memoryview"),
        ({"a": [{1}]}, "$.a[0]:", "set"),
        ({"a": frozenset([1])}, "$.a:", "frozenset"),
        ({"a": (x for x in "ab")}, "$.a:", "generator"),
        ({"a": iter([1])}, "$.a:", "list_iterator"),
        ({"a": ticks()}, "$.a:", "async_generator"),
        ({"a": {(1, 2): 3}}, "$.a:", "tuple"),
        ({"a": {b"x": 3}}, "$.a:", "bytes"),
        ({"a": {Colour.RED: 3}}, "$.a:", "Colour"),
        ({"a": {math.nan: 3}}, "$.a:", "nan"),
        ({"a": "\ud800"}, "$.a:", "surrogate"),
        ({"a": {"\udfff": 1}}, "$.a:", "surrogate"),
        ({"odd key": {"": object()}}, "$['odd key']['']:", "object"),
        ({"a": Hostile()}, "$.a:", "Hostile"),
        ({"a": Part}, "$.a:", "Part is a type; pass a value of it"),
        ({"a": Box(Box({"b": b"x"}))}, "$.a.content.content.b:", "bytes"),
        ({"a": Measure(value=math.inf)}, "$.a.value:", "inf"),
        ({"a": deque([{1}])}, "$.a[0]:", "set"),
        (cycle(), "$[0].again:", "contains itself"),
        (dataclass_cycle(), "$.content[0]:", "contains itself"),
    ],
)
def test_what_has_no_json_form_is_refused_with_the_path_to_it(value: object, path: str, reason: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        encode_json(value)
    text = str(caught.value)
    assert text.startswith(f"The body cannot be sent as JSON. {path}")
    assert reason in text
    assert caught.value.__cause__ is None


def test_an_integer_that_python_cannot_write_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match=r"\$\.a: .*too many digits"):
        encode_json({"a": 10**6000})
    with pytest.raises(InvalidRequestError, match="too many digits"):
        encode_json({10**6000: 1})


def in_list(inner: object) -> object:
    return [inner]


def in_dict(inner: object) -> object:
    return {"a": inner}


@pytest.mark.parametrize("wrap", [in_list, in_dict, Box])
def test_deep_nesting_is_refused_without_running_out_of_stack(wrap: Callable[[object], object]) -> None:
    value: object = None
    for _ in range(10_000):
        value = wrap(value)
    with pytest.raises(InvalidRequestError, match=r"\$.*\.\.\..*: it is nested too deeply"):
        encode_json({"ok": 1, "deep": value})


def test_a_failing_serializer_of_the_caller_is_refused_with_its_path() -> None:
    class Broken(pydantic.BaseModel):
        @pydantic.model_serializer
        def fail(self) -> str:
            raise KeyError("deliberate \ud800")

    with pytest.raises(InvalidRequestError, match=r"\$\.a\[0\]: .*deliberate"):
        encode_json({"a": [Broken()]})


def test_a_sequence_of_the_caller_that_fails_is_refused_with_its_path() -> None:
    class Failing(Sequence[object]):
        @overload
        def __getitem__(self, index: int) -> object: ...
        @overload
        def __getitem__(self, index: slice) -> Sequence[object]: ...
        def __getitem__(self, index: int | slice) -> object:
            raise RuntimeError("deliberate \ud800")

        def __len__(self) -> int:
            return 1

    with pytest.raises(InvalidRequestError, match=r"\$\.a: deliberate") as caught:
        encode_json({"a": Failing()})
    str(caught.value).encode("utf-8")


class TimeLimit(Exception):
    """What the signal handler of a task queue raises, wherever the program is."""


class Struck(Sequence[int]):
    """Numbers; while they are read for the first time, a signal comes."""

    def __init__(self) -> None:
        self.struck = False

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        if not self.struck:
            self.struck = True
            raise TimeLimit("too long")
        return [1, 2][index]

    def __len__(self) -> int:
        return 2


@pytest.mark.parametrize("encode", [encode_json, encode_tool_result])
def test_an_exception_that_is_not_the_value_s_fault_is_raised_as_it_is(encode: Callable[[object], object]) -> None:
    with pytest.raises(TimeLimit, match="too long"):
        encode({"numbers": Struck()})
    assert encode({"numbers": [1]}) is not None


def test_the_text_of_a_refusal_is_bounded_and_printable() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        encode_json({"k" * 10_000: {"\ud800x": {1}}})
    assert len(str(caught.value)) < 500
    str(caught.value).encode("utf-8")


def test_an_open_file_or_a_function_is_refused_with_what_to_do() -> None:
    with pytest.raises(InvalidRequestError, match=r"\$\.x: an open file has no JSON form; pass its content"):
        encode_json({"x": io.BytesIO(b"x")})
    with pytest.raises(InvalidRequestError, match=r"\$: list\[int\] is a type; .* pass it as response_model="):
        encode_json(list[int])
    with pytest.raises(InvalidRequestError, match=r"\$\[0\]: the function encode_json has no JSON form"):
        encode_json([encode_json])


class Tensor:
    """What converts to an array of numpy, as tensors and columns do."""

    def __init__(self, values: object) -> None:
        self._values = values

    def __array__(self) -> object:
        return self._values

    def tolist(self) -> object:
        return self._values


def test_what_converts_to_an_array_is_a_list() -> None:
    assert encode_json({"x": Tensor([1, Tensor([2.5])]), "y": Tensor(3)}) == b'{"x":[1,[2.5]],"y":3}'
    with pytest.raises(InvalidRequestError, match=r"\$\.x\[1\]: nan has no JSON form"):
        encode_json({"x": Tensor([1.0, math.nan])})
