"""Rows come out of files of every kind; what is wrong with a line is that row's error alone."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel

from baseten_sdk.batch.rows.files import FileRows
from baseten_sdk.batch.rows.row_type import DictRows, TypedRows
from baseten_sdk.errors import BatchInputError, BatchRowError, ConfigurationError

HAS_ZSTD = (
    importlib.util.find_spec("compression.zstd") is not None if importlib.util.find_spec("compression") else False
)
LINES = b'{"id": 1, "text": "a"}\n\n{"id": 2,\n[3]\n  {"id": 4}  \n"five"\n{"id": 6}'


def rows_of(path: Path) -> list[tuple[int, object]]:
    return [(record.number, record.value) for record in FileRows(path, DictRows()).records()]


def goods(rows: list[tuple[int, object]]) -> list[tuple[int, object]]:
    return [row for row in rows if not isinstance(row[1], BatchRowError)]


def zstd() -> object:
    try:
        return import_module("compression.zstd")
    except ModuleNotFoundError:
        return pytest.importorskip("backports.zstd")


@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".jsonl.gz", ".jsonl.zst"])
def test_lines_are_numbered_as_an_editor_does_and_bad_ones_do_not_end_the_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"in{suffix}"
    match path.suffix:
        case ".gz":
            path.write_bytes(gzip.compress(LINES))
        case ".zst":
            path.write_bytes(zstd().compress(LINES))  # type: ignore[attr-defined]  # pyright: ignore
        case _:
            path.write_bytes(LINES)
    rows = rows_of(path)
    assert goods(rows) == [(1, {"id": 1, "text": "a"}), (5, {"id": 4}), (7, {"id": 6})]
    assert [number for number, value in rows if isinstance(value, BatchRowError)] == [3, 4, 6]
    third = rows[1][1]
    assert isinstance(third, BatchRowError)
    assert str(third).startswith(f"Line 3 of {path.name} is not a row: ")
    assert third.number == 3


def test_a_byte_order_mark_is_no_part_of_the_first_row(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": 1}\n')
    assert rows_of(path) == [(1, {"id": 1})]
    path = tmp_path / "in.csv"
    path.write_bytes(b"\xef\xbb\xbfid\n1\n")
    assert rows_of(path) == [(2, {"id": "1"})]


def test_the_position_goes_along(tmp_path: Path) -> None:
    for path in (tmp_path / "in.jsonl", tmp_path / "in.jsonl.gz", tmp_path / "in.csv"):
        data = b"id\n" + b"1\n" * 5000 if path.suffix == ".csv" else b'{"id": 1}\n' * 5000
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
        rows = FileRows(path, DictRows())
        assert rows.content.position == 0
        assert sum(1 for _ in rows.records()) == 5000
        assert rows.content.position == rows.content.size


FIELD = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


@given(
    header=st.lists(FIELD.filter(bool), min_size=2, max_size=4, unique=True),
    data=st.data(),
    suffix=st.sampled_from([".csv", ".tsv"]),
)
def test_what_was_written_as_a_table_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, header: list[str], data: st.DataObject, suffix: str
) -> None:
    width = len(header)
    table = data.draw(st.lists(st.lists(FIELD, min_size=width, max_size=width), max_size=5))
    path = tmp_path_factory.mktemp("tables") / f"in{suffix}"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t" if suffix == ".tsv" else ",")
        writer.writerow(header)
        writer.writerows(table)
    header[0] = header[0].removeprefix("\ufeff")
    assert [value for _, value in rows_of(path)] == [dict(zip(header, row, strict=True)) for row in table]


@pytest.mark.parametrize("name", ["\t\r", ";\n", "a|b\n|"])
def test_a_header_of_several_lines_keeps_the_usual_delimiter(tmp_path: Path, name: str) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f'id,"{name}"\n1,x\n', encoding="utf-8", newline="")
    assert [value for _, value in rows_of(path)] == [{"id": "1", name: "x"}]


def test_a_bad_line_of_a_table_does_not_end_it(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(b'id,text\n1,a\n2\n3,b,c\n4,"d"e\n5,\xff\n6,f\n')
    rows = rows_of(path)
    assert [number for number, value in rows if isinstance(value, BatchRowError)] == [3, 4, 5, 6]
    assert "it is not UTF-8: it has the byte 0xff" in str(rows[4][1])
    assert goods(rows) == [
        (2, {"id": "1", "text": "a"}),
        (7, {"id": "6", "text": "f"}),
    ]


def test_a_long_field_is_read(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f"id,text\n1,{'x' * 300_000}\n")
    ((_, row),) = rows_of(path)
    assert isinstance(row, dict)
    assert len(str(row["text"])) == 300_000


def test_a_file_that_is_cut_short_says_so_after_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl.gz"
    whole = gzip.compress(
        b"".join(json.dumps({"id": number * 7919 % 10007}).encode() + b"\n" for number in range(20_000))
    )
    path.write_bytes(whole[: len(whole) // 2])
    seen: list[int] = []
    with pytest.raises(BatchInputError, match=r"in\.jsonl\.gz cannot be read to its end"):
        seen.extend(record.number for record in FileRows(path, DictRows()).records())
    assert len(seen) > 1000


@pytest.mark.parametrize("name", ["in.jsonl.gz", "in.csv.gz", "in.tsv", "in.jsonl", "in16.jsonl.gz"])
def test_a_line_without_end_is_not_read_into_memory(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baseten_sdk.batch.rows.content.LONGEST_LINE", 1000)
    path = tmp_path / name
    first = '{"id": 1}\n' if "jsonl" in name else "id\n1\n"
    data = (first + "x" * 1_000_000).encode("utf-16" if "16" in name else "utf-8")
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    seen: list[int] = []
    with pytest.raises(BatchInputError, match="it has a line of more than 1,000 characters"):
        seen.extend(record.number for record in FileRows(path, DictRows()).records())
    assert len(seen) == 1


def test_nor_is_a_field_of_many_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baseten_sdk.batch.rows.table_rows.LONGEST_LINE", 1000)
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(b'id,text\n1,"' + b"x\n" * 5000 + b'"\n'))
    before = csv.field_size_limit(500)
    try:
        values = [value for _, value in rows_of(path)]
    finally:
        csv.field_size_limit(before)
    assert values
    assert all(isinstance(value, BatchRowError) for value in values)
    assert "field larger than field limit (1000)" in str(values[0])


class Typical(BaseModel):
    id: int
    text: str = ""


def test_rows_may_have_a_type(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": 1, "text": "a"}\n{"id": "x"}\n')
    first, second = (record.value for record in FileRows(path, TypedRows(Typical)).records())
    assert first == Typical(id=1, text="a")
    assert isinstance(second, BatchRowError)
    assert "id: Input should be a valid integer" in str(second)
    path = tmp_path / "in.csv"
    path.write_text("id,text\n7,b\n")
    assert [record.value for record in FileRows(path, TypedRows(Typical)).records()] == [Typical(id=7, text="b")]


def test_a_type_that_cannot_be_is_refused() -> None:
    class Opaque:
        pass

    with pytest.raises(ConfigurationError, match="row_type"):
        TypedRows(Opaque)


@pytest.mark.parametrize("name", ["in", "in.txt", "in.gz", "in.txt.gz"])
def test_a_name_that_does_not_tell_is_refused_unless_the_format_is_said(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(b'{"id": 1}\n') if name.endswith(".gz") else b'{"id": 1}\n')
    with pytest.raises(ConfigurationError, match="does not show the format"):
        FileRows(path, DictRows())
    assert [record.value for record in FileRows(path, DictRows(), "jsonl").records()] == [{"id": 1}]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.jsonl cannot be read"):
        FileRows(tmp_path / "none.jsonl", DictRows())


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is not None, reason="pyarrow is installed")
def test_a_missing_library_is_named_with_its_extra(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(ConfigurationError, match=r"pip install 'baseten-sdk\[parquet\]'"):
        list(FileRows(path, DictRows()).records())
