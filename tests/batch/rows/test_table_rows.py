"""Tables are read right whatever program wrote them, or refused with what was seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseten_sdk.batch.rows.files import FileRows
from baseten_sdk.batch.rows.row_type import DictRows
from baseten_sdk.errors import BatchInputError

ROWS = [{"id": "1", "text": "a, b"}, {"id": "2", "text": "Zürich"}]


def values(path: Path, data: bytes) -> list[object]:
    path.write_bytes(data)
    return [record.value for record in FileRows(path, DictRows()).records()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("suffix", ["csv", "tsv"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_any_usual_delimiter_and_encoding_is_read(
    tmp_path: Path, encoding: str, delimiter: str, suffix: str, end: str
) -> None:
    table = end.join((f"id{delimiter}text", f'1{delimiter}"a, b"', f"2{delimiter}Zürich", ""))
    assert values(tmp_path / f"in.{suffix}", table.encode(encoding)) == ROWS


def test_the_hint_of_a_spreadsheet_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(b"sep=;\r\nid;text\r\n1;a\r\n")
    (record,) = FileRows(path, DictRows()).records()
    assert (record.number, record.value) == (3, {"id": "1", "text": "a"})


@pytest.mark.parametrize("header", ["text", '"a;b"', '"one\ntwo"'])
def test_a_single_column_stays_one(tmp_path: Path, header: str) -> None:
    assert values(tmp_path / "in.csv", f"{header}\nx;y\n".encode()) == [{header.strip('"'): "x;y"}]


def test_a_delimiter_in_a_name_is_no_delimiter_where_the_usual_one_is_there(tmp_path: Path) -> None:
    assert values(tmp_path / "in.csv", b"id,what; or who; or when\n1,x\n") == [
        {"id": "1", "what; or who; or when": "x"}
    ]


@pytest.mark.parametrize("header", [b"id,text,lang,text", b"id;text;text", b"id,,"])
def test_a_column_twice_is_refused_before_the_first_row(tmp_path: Path, header: bytes) -> None:
    with pytest.raises(BatchInputError, match=r"its header has the column '(text)?' 2 times"):
        values(tmp_path / "in.csv", header + b"\n1,2,3,4\n")


@pytest.mark.parametrize(
    ("table", "byte"),
    [("id,größe\n1,2\n".encode("latin-1"), "0xf6"), (b"sep=;\nid;\xe9\n1;2\n", "0xe9"), (b"\x80\n1\n", "0x80")],
)
def test_a_header_that_is_not_utf8_is_refused_with_the_byte(tmp_path: Path, table: bytes, byte: str) -> None:
    with pytest.raises(BatchInputError, match=f"its header cannot be read: it is not UTF-8: it has the byte {byte}"):
        values(tmp_path / "in.csv", table)


def test_an_empty_table_has_no_rows(tmp_path: Path) -> None:
    assert values(tmp_path / "in.csv", b"") == []
    assert values(tmp_path / "head.csv", b"id,text\n") == []
