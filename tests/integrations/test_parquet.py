"""Rows out of Parquet: a row at a time, however large the file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from pydantic import BaseModel

from baseten_sdk.batch.rows.files import FileRows
from baseten_sdk.batch.rows.row_type import DictRows, TypedRows
from baseten_sdk.emulator import Emulator
from baseten_sdk.errors import BatchInputError, BatchRowError


class Row(BaseModel):
    id: int
    text: str


def test_rows_of_parquet_are_dicts_or_of_a_type(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    table = pyarrow.table({"id": list(range(1000)), "text": [f"Say {number}" for number in range(999)] + [None]})
    pyarrow.parquet.write_table(table, str(path))
    rows = FileRows(path, DictRows())
    records = list(rows.records())
    assert [record.number for record in records] == list(range(1, 1001))
    assert records[7].value == {"id": 7, "text": "Say 7"}
    assert records[999].value == {"id": 999, "text": None}
    assert rows.content.position == rows.content.size
    typed = [record.value for record in FileRows(path, TypedRows(Row)).records()]
    assert typed[7] == Row(id=7, text="Say 7")
    assert isinstance(typed[999], BatchRowError)


def test_a_file_that_is_no_parquet_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    path.write_bytes(b"PAR1 and nothing more")
    with pytest.raises(BatchInputError, match="cannot be read"):
        list(FileRows(path, DictRows()).records())


def test_vectors_are_written_as_a_table(tmp_path: Path) -> None:
    source, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": ["a text", "", "another"]}), str(source))
    with Emulator() as emulator:
        environment = {**os.environ, "BASETEN_API_KEY": emulator.api_key, "BASETEN_EMULATOR": emulator.url}
        command = (sys.executable, "-m", "baseten_sdk", "embed", str(source), str(out), "--deployment", "abcd1234")
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout.splitlines()[-1]) == (1, "No vector for rows 1."), ended.stderr
    rows = pyarrow.parquet.read_table(str(out)).to_pylist()
    assert [row["row"] for row in rows] == [0, 1, 2]
    vectors = [row["embedding"] for row in rows]
    assert vectors[1] is None
    assert [len(vector) for vector in vectors if isinstance(vector, list)] == [16, 16]
