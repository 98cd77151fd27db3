"""The table of keys is a map, in little memory."""

from __future__ import annotations

import tracemalloc

from hypothesis import given, strategies as st

from baseten_sdk.batch.rows import keys
from baseten_sdk.batch.rows.keys import STEP, KeyTable

TEXT = st.text(st.characters(codec="utf-8"), max_size=6)


@given(st.lists(st.tuples(TEXT, st.integers(1, 255)), max_size=60), st.lists(TEXT, max_size=20))
def test_it_is_a_map_from_texts_to_numbers(puts: list[tuple[str, int]], others: list[str]) -> None:
    table = KeyTable()
    model: dict[str, int] = {}
    for key, number in puts:
        assert table.put(key, number) == model.get(key, 0)
        model[key] = number
    assert len(table) == len(model)
    for key in [*model, *others]:
        assert table.get(key) == model.get(key, 0)


@given(st.binary(max_size=5 * STEP), st.binary(min_size=STEP - 1, max_size=STEP - 1))
def test_an_entry_is_found_only_where_one_begins(filled: bytes, rest: bytes) -> None:
    bucket = bytearray(filled[: len(filled) // STEP * STEP])
    begins = [at for at in range(0, len(bucket), STEP) if bytes(bucket[at : at + STEP - 1]) == rest]
    assert keys._find(bucket, rest) == (begins[0] if begins else -1)
    bucket += rest
    bucket.append(1)
    assert keys._find(bucket, rest) == (begins[0] if begins else len(bucket) - STEP)


@given(st.binary(min_size=1, max_size=1), st.integers(2, 6))
def test_what_looks_like_an_entry_across_two_is_passed_over(byte: bytes, count: int) -> None:
    bucket = bytearray(b"\x00" + byte * (count * STEP - 1))
    at = keys._find(bucket, byte * (STEP - 1))
    assert at == (STEP if byte != b"\x00" else 0)


def test_a_key_takes_less_than_twenty_bytes_however_long_it_is() -> None:
    tracemalloc.start()
    try:
        table = KeyTable()
        before = tracemalloc.get_traced_memory()[0]
        for number in range(200_000):
            bucket = table._buckets[number % 64]  # as full as millions of keys make them
            if bucket is None:
                bucket = table._buckets[number % 64] = bytearray()
            bucket += number.to_bytes(STEP, "little")
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 20 * 200_000


def test_numbers_can_be_changed() -> None:
    table = KeyTable()
    assert [table.put("a", 2), table.put("b", 1), table.put("a", 3), table.get("a"), table.get("c")] == [0, 0, 2, 3, 0]
    assert len(table) == 2
