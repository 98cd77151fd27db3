"""Which rows are run: each key once, whatever earlier runs and earlier rows say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel

from baseten_sdk._runs.feed import Row
from baseten_sdk._runs.supply import Record
from baseten_sdk.batch.rows.intake import DONE, FAILED, Intake, choose_key, every_row, key_of_field
from baseten_sdk.batch.rows.shard import Shard
from baseten_sdk.errors import BatchRowError, ConfigurationError, DuplicateKeyError
from baseten_sdk.types.batch import Failed

KEYS = st.integers(0, 8)


@given(
    rows=st.lists(st.one_of(KEYS, st.none()), max_size=30),
    done=st.sets(KEYS),
    failed=st.sets(KEYS),
    failed_places=st.sets(st.integers(1, 30)),
    retry=st.booleans(),
)
def test_each_key_is_run_once_unless_it_was(
    rows: list[int | None], done: set[int], failed: set[int], failed_places: set[int], retry: bool
) -> None:
    failed -= done
    intake: Intake[dict[str, int]] = Intake(key_of_field("id"), retry_failed=retry, unit="line")
    for key in done:
        intake.keys.put(str(key), DONE)
    for key in failed:
        intake.keys.put(str(key), FAILED)
    for position in failed_places:
        intake.positions.put(str(position), FAILED)
    run: list[int] = []
    again: list[int] = []
    refused: list[int] = []
    for number, key_or_none in enumerate(rows, 1):
        row: dict[str, int] = {} if key_or_none is None else {"id": key_or_none}
        item = intake(Record(number, row))
        match item:
            case Row(key=name, value=value):
                run.append(value["id"])
                again += [value["id"]] if intake.is_again(Failed(name, value, ValueError(), number)) else []
            case Failed(error=error):
                assert isinstance(error, BatchRowError)
                refused.append(error.number)
                assert intake.is_again(item) == (retry and number in failed_places)
            case None:
                pass
    present = {key for key in rows if key is not None}
    to_run = present - done - (set() if retry else failed)
    assert Counter(run) == Counter(to_run)
    assert set(again) == (present & failed if retry else set())
    first = {key: rows.index(key) + 1 for key in present}
    odd = [number for number, key in enumerate(rows, 1) if key is None or first[key] != number]
    assert refused == [number for number in odd if retry or number not in failed_places]
    assert intake.done_before == len(present & done)
    skipped = len(odd) - len(refused)
    assert intake.failed_before == (0 if retry else len(present & failed)) + skipped


@given(
    rows=st.lists(st.one_of(KEYS, st.none()), max_size=30),
    done=st.sets(KEYS),
    failed=st.sets(KEYS),
    retry=st.booleans(),
    count=st.integers(1, 5),
)
def test_the_parts_of_the_rows_are_run_as_the_whole_is(
    rows: list[int | None], done: set[int], failed: set[int], retry: bool, count: int
) -> None:
    def intake_of(shard: Shard | None) -> Intake[dict[str, int]]:
        intake: Intake[dict[str, int]] = Intake(key_of_field("id"), retry_failed=retry, shard=shard)
        for keys, state in ((done, DONE), (failed - done, FAILED)):
            for key in keys:
                intake.keys.put(str(key), state)
        return intake

    whole = intake_of(None)
    parts = [intake_of(Shard(index, count)) for index in range(1, count + 1)]
    for number, key in enumerate(rows, 1):
        record: Record[dict[str, int]] = Record(number, {} if key is None else {"id": key})
        wanted = shown(whole(record))
        assert [shown(part(record)) for part in parts] == [
            wanted if Shard(index, count).has(number) else None for index in range(1, count + 1)
        ]
    assert sum(part.done_before for part in parts) == whole.done_before
    assert sum(part.failed_before for part in parts) == whole.failed_before


def shown(item: Row[dict[str, int]] | Failed[dict[str, int]] | None) -> object:
    match item:
        case Row(number=number, key=key):
            return number, key
        case Failed(number=number, error=error):
            return number, type(error), str(error)
        case None:
            return None


def test_where_rows_are_named_by_their_places_other_parts_need_not_be_read() -> None:
    assert Intake[int](None, shard=Shard(2, 3)).only == Shard(2, 3)
    assert Intake[int](str, shard=Shard(2, 3)).only is None


def test_an_odd_row_says_what_is_wrong_and_where() -> None:
    intake: Intake[dict[str, object]] = Intake(key_of_field("id"), unit="line")
    assert isinstance(intake(Record(1, {"id": "a"})), Row)
    twice = intake(Record(2, {"id": "a"}))
    assert isinstance(twice, Failed)
    assert isinstance(twice.error, DuplicateKeyError)
    assert str(twice.error) == "The row at line 2 has the key of an earlier row: 'a'."
    odd: list[tuple[dict[str, object], str]] = [
        ({}, "no field 'id'"),
        ({"id": 1.5}, "not 1.5"),
        ({"id": None}, "not None"),
        ({"id": "\ud800"}, "surrogates"),
    ]
    for number, (row, what) in enumerate(odd, 3):
        item = intake(Record(number, row))
        assert isinstance(item, Failed)
        assert item.key == f"line {number}"
        assert f"The row at line {number} has no key: " in str(item.error)
        assert what in str(item.error)


def test_a_key_may_be_a_line_number_without_being_taken_for_one() -> None:
    intake: Intake[dict[str, object]] = Intake(key_of_field("id"), unit="line")
    assert isinstance(intake(Record(1, BatchRowError("Bad.", number=1))), Failed)
    for number, key in enumerate(["line 1", "1", 1.0, 2], 2):
        item = intake(Record(number, {"id": key}))
        assert isinstance(item, Row if key != 1.0 else Failed)


@dataclass
class Named:
    id: str


@pytest.mark.parametrize(
    ("first", "key", "given"),
    [
        ({"custom_id": "c", "id": "i"}, None, "c"),
        ({"id": "i"}, None, "i"),
        ({"other": "o"}, None, None),
        ("text", None, None),
        ({"other": "o"}, "other", "o"),
        (Named("n"), "id", "n"),
        ({"other": "o"}, len, 1),
    ],
)
def test_the_key_is_what_was_asked_for_or_a_field_that_is_known(first: object, key: str | None, given: object) -> None:
    key_of = choose_key(key, first)
    assert (None if key_of is None else key_of(first)) == given


def test_a_key_that_is_neither_name_nor_function_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="key must be"):
        choose_key(5, {})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_where_keys_need_not_differ_every_row_is_run() -> None:
    admit = every_row(key_of_field("id"), "row")
    records = [Record(1, {"id": 1}), Record(2, {"id": 1}), Record(3, {}), Record(4, BatchRowError("Bad.", number=4))]
    items = [admit(record) for record in records]
    assert [type(item) for item in items] == [Row, Row, Failed, Failed]
    assert [item.key for item in items if item is not None] == ["1", "1", "row 3", "row 4"]


@dataclass
class Article:
    id: int
    text: str = ""


class Ticket(BaseModel):
    custom_id: str
    id: int


class Plainly(NamedTuple):
    text: str


class Odd:
    def id(self) -> int:
        return 1


@pytest.mark.parametrize(
    ("row", "key"),
    [
        (Article(7), "7"),
        (Ticket(custom_id="a", id=7), "a"),
        (Plainly("x"), None),
        (Odd(), None),
        ("text", None),
        (5, None),
    ],
)
def test_a_row_of_any_type_has_the_default_key(row: object, key: str | None) -> None:
    key_of = choose_key(None, row)
    assert (None if key_of is None else str(key_of(row))) == key
