"""Parts in any order become one buffer, with NaN where a row has no vector."""

from __future__ import annotations

import math
from array import array
from random import Random

import pytest

from baseten_sdk._core.texts.cutting import Part
from baseten_sdk._core.texts.rows import VectorStore
from baseten_sdk.types.usage import Usage
from baseten_sdk.types.vectors import Vectors

WIDTH = 3


def part(start: int, count: int) -> Part:
    return Part(start, ["x"] * count)


def vectors(start: int, count: int, *, without: tuple[int, ...] = ()) -> Vectors:
    data = array("f", [float(row) for row in range(start, start + count) for _ in range(WIDTH)]).tobytes()
    held = bytes(row not in without for row in range(start, start + count))
    return Vectors(data, count, held=held, start=start, usage=Usage(prompt_tokens=count), model="m")


@pytest.mark.parametrize("rows", [100, None])
@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_parts_come_does_not_matter(seed: int, rows: int | None) -> None:
    store = VectorStore(rows)
    starts = list(range(0, 100, 7))
    Random(seed).shuffle(starts)
    for start in starts:
        count = min(7, 100 - start)
        store.add(part(start, count), vectors(start, count))
    found = store.result((), 100)
    assert found.tolist() == [[float(row)] * WIDTH for row in range(100)]
    assert (found.missing, found.model, found.dimensions) == ([], "m", WIDTH)
    assert found.usage is not None
    assert found.usage.prompt_tokens == 100


@pytest.mark.parametrize("rows", [6, None])
def test_rows_that_did_not_come_are_nan_and_known(rows: int | None) -> None:
    store = VectorStore(rows)
    store.add(part(3, 2), vectors(3, 2))
    assert store.keep(part(0, 2), vectors(0, 2, without=(1,))) == [1]
    assert store.keep(part(2, 1), None) == range(2, 3)
    found = store.result((), 6)
    assert found.missing == [1, 2, 5]
    assert [math.isnan(row[0]) for row in found.tolist()] == [False, True, True, False, False, True]


def test_nothing_at_all_has_rows_and_no_width() -> None:
    found = VectorStore(3).result((), 3)
    assert (len(found), found.dimensions, found.missing, found.tolist()) == (3, 0, [0, 1, 2], [[], [], []])
