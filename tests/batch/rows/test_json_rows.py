"""JSON is read right whatever its form and encoding, or refused as a whole with what was seen."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from baseten_sdk.batch.rows import json_rows
from baseten_sdk.batch.rows.files import FileRows, Format
from baseten_sdk.batch.rows.row_type import DictRows, TypedRows
from baseten_sdk.errors import BatchInputError, BatchRowError
from baseten_sdk.types.json import JsonValue

CITIES: list[JsonValue] = [{"id": number, "city": city} for number, city in enumerate(("Rome", "Zürich", "北京"))]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def values(path: Path, data: bytes, format: Format | None = None) -> list[object]:
    path.write_bytes(data)
    return [record.value for record in FileRows(path, DictRows(), format).records()]


def lines(rows: list[JsonValue]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("compressed", [False, True])
def test_an_array_in_a_json_file_is_its_rows(
    tmp_path: Path, indent: int | None, encoding: str, compressed: bool
) -> None:
    data = f"\n {json.dumps(CITIES, indent=indent, ensure_ascii=False)} \n".encode(encoding)
    if compressed:
        assert values(tmp_path / "in.json.gz", gzip.compress(data)) == CITIES
    else:
        assert values(tmp_path / "in.json", data) == CITIES


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["in.jsonl", "in.json"])
def test_lines_of_any_unicode_encoding_are_read(tmp_path: Path, encoding: str, name: str) -> None:
    assert values(tmp_path / name, lines(CITIES).encode(encoding)) == CITIES


@given(rows=st.lists(JSON, max_size=6), indent=st.sampled_from([None, 0, 3]), piece=st.integers(1, 40))
def test_the_elements_of_any_array_are_found_however_it_is_cut(
    tmp_path_factory: pytest.TempPathFactory, rows: list[JsonValue], indent: int | None, piece: int
) -> None:
    path = tmp_path_factory.mktemp("arrays") / "in.json"
    path.write_text(json.dumps(rows, indent=indent))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_rows, "PIECE", piece)
        records = list(FileRows(path, TypedRows[object](object)).records())
    assert [record.value for record in records] == rows
    assert [record.number for record in records] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize(
    ("text", "read", "seen"),
    [
        ('[{"id": 1}, {"id": 2}', 2, "it is cut off"),
        ('[{"id": 1}, {"id": 2', 1, "element 2 is not JSON"),
        ('[{"id": 1} {"id": 2}]', 1, "after element 1 there is '{', not a comma"),
        ('[{"id": 1}, ]', 1, "element 2 is not JSON"),
        ('[{"id": 1}]\n[{"id": 2}]', 1, "something follows its array"),
        ("[nothing]", 0, "element 1 is not JSON"),
    ],
)
def test_a_broken_array_is_refused_where_it_breaks(tmp_path: Path, text: str, read: int, seen: str) -> None:
    path = tmp_path / "in.json"
    path.write_text(text)
    found: list[object] = []
    with pytest.raises(BatchInputError, match=seen):
        found.extend(record.value for record in FileRows(path, DictRows()).records())
    assert len(found) == read


def test_an_element_that_is_no_row_is_its_own_error(tmp_path: Path) -> None:
    first, second, third = values(tmp_path / "in.json", b'[{"id": 1}, [2], {"id": 3, "id": 4}]')
    assert first == {"id": 1}
    assert isinstance(second, BatchRowError)
    assert str(second) == "Row 2 of in.json is not a row: it is not an object but an array."
    assert isinstance(third, BatchRowError)
    assert "it has the key 'id' 2 times" in str(third)


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (json.dumps(CITIES), r"begins with an array.*name the file \.json"),
        (json.dumps(CITIES, indent=2), "begins with an array"),
        (json.dumps({"id": 1}, indent=2), 'its first line is only "{"'),
    ],
)
def test_what_is_not_lines_is_refused_as_a_whole(tmp_path: Path, data: str, seen: str) -> None:
    with pytest.raises(BatchInputError, match=seen):
        values(tmp_path / "in.jsonl", data.encode())


def test_an_array_of_any_name_is_read_where_the_format_says_so(tmp_path: Path) -> None:
    assert values(tmp_path / "rows.txt", json.dumps(CITIES).encode(), "json") == CITIES
    assert values(tmp_path / "none.json", b"[]") == []


def test_rows_that_may_be_arrays_stay_lines(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text("[1, 2]\n[3]\n")
    assert [record.value for record in FileRows(path, TypedRows(list[int])).records()] == [[1, 2], [3]]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('{"text": "a", "text": "b"}', "text"),
        ('{"text": "text", "caf\\u00e9": 1, "caf\\u00e9": 2}', "café"),
        ('{"a\\"b": 1, "a\\"b": 2}', 'a"b'),
        # Another spelling of the same key, and a colon that does not follow its key at once.
        ('{"a": 1, "\\u0061": 2}', "a"),
        ('{"a" : 1, "a"\t: 2}', "a"),
        # In objects inside, beside numbers that no int takes.
        ('{"messages": [{"role": "user", "content": "Hi", "role": "system"}]}', "role"),
        ('{"n": ' + 4000 * "9" + ', "in": {"x": {"y": 1.5, "y": -2e9}}}', "y"),
        ('{"list": [[{"": null, "": null}]]}', ""),
    ],
)
def test_a_key_twice_is_refused(tmp_path: Path, line: str, key: str) -> None:
    for row_type in (DictRows(), TypedRows(dict[str, object])):
        path = tmp_path / "in.jsonl"
        path.write_text(line)
        (record,) = FileRows(path, row_type).records()
        assert isinstance(record.value, BatchRowError)
        assert f"it has the key {key!r} 2 times" in str(record.value)


def test_a_value_that_is_equal_to_a_key_is_no_key_twice(tmp_path: Path) -> None:
    row: dict[str, JsonValue] = {
        "text": "text",
        "in": {"text": "in"},
        'quoted"': 'quoted"',
        "messages": [{"role": "user", "content": '{"role": 1, "role": 2}'}, {"role": "system", "content": "a: b"}],
    }
    assert values(tmp_path / "in.jsonl", json.dumps(row).encode()) == [row]


def test_a_line_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    good, bad = values(tmp_path / "in.jsonl", '{"id": 1}\n{"city": "Zürich"}\n'.encode("latin-1"))
    assert good == {"id": 1}
    assert isinstance(bad, BatchRowError)
    assert str(bad) == "Line 2 of in.jsonl is not a row: it is not UTF-8: it has the byte 0xfc."
