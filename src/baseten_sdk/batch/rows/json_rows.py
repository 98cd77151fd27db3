"""Rows as JSON: one object on each line, or all of them in one array.

A line that cannot be read is the error of its row. A file that has another form ends the reading before its first row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper
from typing import TypeVar

from ..._json_reading import BOM
from ..._runs.supply import Record
from ...errors import BatchRowError
from .content import LONGEST_LINE, Content, encoding_of, lines_of
from .row_type import RowType
from .shard import Shard

R = TypeVar("R")

PIECE = 64 * 1024

_GOES_ON = ("", ".", "e", "E")


def json_rows(content: Content, row_type: RowType[R], only: Shard | None, *, may_be_array: bool) -> Iterator[Record[R]]:
    """Yield the rows of JSON Lines, or the elements of an array, however large the file is.

    Args:
        row_type: What its rows become.
        only: The part of the rows that is wanted. Rows of other parts are skipped unread.
        may_be_array: Whether an array at the beginning is the array of all rows, and not the first row.

    Raises:
        ValueError: The file has neither form.
    """
    with content.open() as (raw, inside):
        encoding = encoding_of(inside)
        if may_be_array and inside.peek().decode(encoding, "ignore").lstrip().startswith("["):
            content.unit = "row"
            with TextIOWrapper(inside, encoding) as text:
                yield from _array(content, row_type, only, raw, text)
        else:
            yield from _json_lines(content, row_type, only, raw, inside, encoding)


def _json_lines(
    content: Content,
    row_type: RowType[R],
    only: Shard | None,
    raw: BufferedReader,
    inside: BufferedReader,
    encoding: str,
) -> Iterator[Record[R]]:
    begun = False
    for number, line in enumerate(_lines(content, raw, inside, encoding), 1):
        if line.isspace() or not line:
            continue
        if not begun:
            begun = True
            _check_form(line, row_type)
        if only is None or only.has(number):
            yield Record(number, _read(content, row_type, line, number), len(line))


def _lines(content: Content, raw: BufferedReader, inside: BufferedReader, encoding: str) -> Iterator[bytes]:
    if not encoding.startswith("utf-8"):
        with TextIOWrapper(inside, encoding, newline="\n") as texts:
            for text in lines_of(texts):
                content.advance(raw)
                yield text.encode()
        return
    for number, line in enumerate(lines_of(inside)):
        if raw is inside:
            content.position += len(line)
        else:
            content.advance(raw)
        yield line if number else line.removeprefix(BOM)


def _array(
    content: Content, row_type: RowType[R], only: Shard | None, raw: BufferedReader, text: TextIOWrapper
) -> Iterator[Record[R]]:
    for number, element in enumerate(_Elements(text), 1):
        content.advance(raw)
        if only is None or only.has(number):
            line = element.encode("utf-8", "surrogatepass")
            yield Record(number, _read(content, row_type, line, number), len(line))


def _check_form(line: bytes, row_type: RowType[R]) -> None:
    """Refuse a file by its first line."""
    start = line.strip()
    if start.startswith(b"[") and not row_type.takes_arrays:
        raise ValueError(
            "it begins with an array, and JSON Lines have an object on each line. If all rows are in one array, name "
            "the file .json or pass format=json"
        )
    if start == b"{":
        raise ValueError('its first line is only "{". Each row must be an object on one line (jq -c . makes it so)')


def _read(content: Content, row_type: RowType[R], line: bytes, number: int) -> R | BatchRowError:
    try:
        return row_type.from_json(line)
    except ValueError as error:
        return content.problem(number, _not_utf8(line) or str(error))


def _not_utf8(line: bytes) -> str | None:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return f"it is not UTF-8: it has the byte 0x{line[error.start]:02x}"
    return None


class _Elements:
    """The elements of an array as texts, cut out of a file piece by piece."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file
        self._text = ""
        self._at = 0
        self._decoder = json.JSONDecoder()

    def __iter__(self) -> Iterator[str]:
        if self._next() != "[":
            raise ValueError("it is not an array")
        self._at += 1
        number = 0
        while number or self._next() != "]":
            number += 1
            yield self._element(number)
            mark = self._next()
            if mark == "]":
                break
            if mark != ",":
                raise ValueError(f"after element {number} there is {mark!r}, not a comma" if mark else "it is cut off")
            self._at += 1
        self._at += 1
        if self._next():
            raise ValueError("something follows its array")

    def _next(self) -> str:
        """Skip white space. Return the next character, or an empty string at the end."""
        while True:
            while self._at < len(self._text):
                if not self._text[self._at].isspace():
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _element(self, number: int) -> str:
        self._next()
        while True:
            try:
                _, end = self._decoder.raw_decode(self._text, self._at)
            except ValueError as error:
                if len(self._text) - self._at > LONGEST_LINE or not self._more():
                    raise ValueError(f"element {number} is not JSON: {error}") from None
                continue
            # A number may go on in the next piece: of 1.5e3 there may be 1, 1. or 1.5e so far.
            if self._text[end : end + 1] in _GOES_ON and self._more():
                continue
            element = self._text[self._at : end]
            self._at = end
            return element

    def _more(self) -> bool:
        """Read as much again as is waiting, so that a long element is not decoded from its beginning too often."""
        piece = self._file.read(max(PIECE, len(self._text) - self._at))
        self._text, self._at = self._text[self._at :] + piece, 0
        return bool(piece)
