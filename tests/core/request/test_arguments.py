from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import pytest
from pydantic import BaseModel, RootModel

from baseten_sdk import InvalidRequestError
from baseten_sdk._core.request.arguments import check_arguments
from baseten_sdk._core.request.missing import MISSING


class Model(BaseModel):
    text: str


class Root(RootModel[list[int]]):
    pass


@dataclass
class Data:
    text: str


@pytest.mark.parametrize(
    "value", [{}, {"text": "a"}, MappingProxyType({}), Model(text="a"), Data("a"), b"", bytearray()]
)
def test_arguments_by_name_and_bytes_are_taken_as_they_are(value: object) -> None:
    assert check_arguments(value) is value


def test_no_arguments_are_an_empty_object() -> None:
    assert check_arguments(MISSING) == {}


@pytest.mark.parametrize("value", [None, "text", 1, [], (1, 2), Root([1]), Data])
def test_anything_else_is_refused_with_the_way_to_do_it(value: object) -> None:
    with pytest.raises(InvalidRequestError, match=rf'not as a {type(value).__name__}: run_remote\({{"text"'):
        check_arguments(value)


def test_bytes_are_refused_where_json_is_sent() -> None:
    with pytest.raises(InvalidRequestError, match="not as a bytes"):
        check_arguments(b"", binary=False)
