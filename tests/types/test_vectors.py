"""Many vectors as one value: rows by index, the buffer as it is, and no row that has no vector."""

from __future__ import annotations

import copy
import math
import pickle
from array import array

import pytest

from baseten_sdk import InputFailure, Vectors
from baseten_sdk.errors import InvalidRequestError

NUMBERS = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
ERROR = InvalidRequestError("texts[1] is empty.")


def vectors(held: bytes = b"\1\1\1") -> Vectors:
    return Vectors(bytearray(array("f", NUMBERS).tobytes()), 3, held=held, failures=(InputFailure((1,), ERROR),))


def test_a_row_is_a_view_into_the_buffer() -> None:
    made = vectors()
    row = made[1]
    assert (row.format, row.tolist()) == ("f", [3.0, 4.0])
    made[1][0] = 9.0
    assert made.array[1, 0] == row[0] == 9.0
    assert [list(each) for each in made[::2]] == [[1.0, 2.0], [5.0, 6.0]]
    assert [list(each) for each in made] == [[1.0, 2.0], [9.0, 4.0], [5.0, 6.0]]
    assert list(made[-1]) == [5.0, 6.0]
    assert len(made) == 3


@pytest.mark.parametrize("row", [3, -4])
def test_there_are_no_rows_beyond_the_last(row: int) -> None:
    with pytest.raises(IndexError, match="3 rows"):
        vectors()[row]


def test_the_array_has_rows_and_columns() -> None:
    array_ = vectors().array
    assert (array_.shape, array_.format, array_.nbytes, array_.contiguous) == ((3, 2), "f", 24, True)


def test_a_row_without_a_vector_raises_the_reason() -> None:
    made = vectors(b"\1\0\0")
    assert made.missing == [1, 2]
    with pytest.raises(InvalidRequestError, match=r"texts\[1\]"):
        made[1]
    with pytest.raises(LookupError, match="input 2 has no vector"):
        made[2]
    assert "2 missing" in repr(made)


def test_it_survives_a_copy_and_a_pickle() -> None:
    made = vectors(b"\1\0\1")
    for again in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert again == made
        assert again.missing == [1]
    assert made != vectors()
    assert made != [1]


def test_without_vectors_there_are_rows_and_no_numbers() -> None:
    made = Vectors(b"", 2, held=b"\0\0")
    assert (made.dimensions, made.tolist(), made.array.nbytes, made.missing) == (0, [[], []], 0, [0, 1])


def test_numbers_that_are_none_stay_so() -> None:
    made = Vectors(array("f", [math.nan, 1.0]).tobytes(), 2)
    assert math.isnan(made.tolist()[0][0])
