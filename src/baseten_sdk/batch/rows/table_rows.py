"""Rows of tables: CSV and TSV.

A line that cannot be read is the error of its row. A header that cannot be right ends the reading before the first row.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TypeVar

from ..._runs.supply import Record
from ...errors import BatchRowError
from .content import LONGEST_LINE, Content, lines_of
from .row_type import RowType

R = TypeVar("R")

DELIMITERS = ",;\t|"

_HINT = re.compile(r"sep=(.)\r?\n")
"""A first line with which Excel names the delimiter."""


def table_rows(content: Content, row_type: RowType[R], delimiter: str) -> Iterator[Record[R]]:
    """Yield the rows of a table with a header.

    Raises:
        ValueError: The header has a column twice, or is not UTF-8.
    """
    # The limit is that of the whole process, so it is never lowered.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_LINE))
    # Bytes that are not UTF-8 are kept, so that a bad line does not end the file. They fail as a row.
    with content.open_text() as (raw, text):
        lines = lines_of(text)
        first = next(lines, "")
        hint = _HINT.fullmatch(first)
        reader = csv.reader(
            chain([first], lines), delimiter=hint[1] if hint else _delimiter(first, delimiter), strict=True
        )
        header = next(reader, None)
        if hint:
            header = next(reader, None)
        if header is None:
            return
        _check_header(header)
        while True:
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Record(reader.line_num, content.problem(reader.line_num, str(error)))
                continue
            content.advance(raw)
            if fields:
                number = reader.line_num
                yield Record(number, _row(content, row_type, header, fields, number), sum(map(len, fields)))


def named_row(content: Content, row_type: RowType[R], fields: Mapping[str, object], number: int) -> R | BatchRowError:
    """Return the row of a table, or what is wrong with it."""
    try:
        return row_type.from_fields(fields)
    except ValueError as error:
        return content.problem(number, str(error))


def _delimiter(first: str, usual: str) -> str:
    """Return the delimiter of a table by its first line: the usual one, unless it makes a single column of many.

    A first line that does not end its last quotes is the beginning of a header of several lines: it shows nothing.
    """
    counts = {each: _columns(first, each) for each in DELIMITERS}
    return usual if counts[usual] != 1 else max(DELIMITERS, key=lambda each: (counts[each], each == usual))


def _columns(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter, strict=True), []))
    except csv.Error:
        return 0


def _check_header(header: list[str]) -> None:
    for each in header:
        if problem := _not_utf8(each):
            raise ValueError(f"its header cannot be read: {problem}")
    name, count = Counter(header).most_common(1)[0] if header else ("", 0)
    if count > 1:
        raise ValueError(f"its header has the column {name!r} {count} times. Give each column a name of its own")


def _row(
    content: Content, row_type: RowType[R], header: list[str], fields: list[str], number: int
) -> R | BatchRowError:
    if len(fields) != len(header):
        return content.problem(number, f"it has {len(fields)} fields, and the header has {len(header)}")
    for field in fields:
        if problem := _not_utf8(field):
            return content.problem(number, problem)
    return named_row(content, row_type, dict(zip(header, fields, strict=True)), number)


def _not_utf8(field: str) -> str | None:
    """Say which byte of a field is not UTF-8, if one is not."""
    if not field.isascii():
        try:
            field.encode()
        except UnicodeEncodeError as error:
            byte = ord(field[error.start]) - 0xDC00
            return f"it is not UTF-8: it has the byte 0x{byte:02x}"
    return None
