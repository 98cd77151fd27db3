"""What the rows of a file become: plain dicts, or any type that pydantic can validate."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Generic, Protocol, TypeAlias, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from ..._kinds import adapter_of
from ..._validation import problems, validate_json
from ...errors import ConfigurationError, InvalidRequestError
from ...types.json import JsonValue

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

FileRow: TypeAlias = dict[str, JsonValue]
"""A row of a file: the object of a line, or the columns of a table by name."""

_JSON_NAMES = {
    list: "an array",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "a boolean",
    type(None): "null",
}


class RowType(Protocol[R_co]):
    """Reads rows. A row that cannot be read raises a `ValueError` that says why."""

    @property
    def takes_arrays(self) -> bool:
        """Whether a row may be an array."""
        ...

    def from_json(self, line: bytes) -> R_co:
        """Read a row from its JSON."""
        ...

    def from_fields(self, fields: Mapping[str, object]) -> R_co:
        """Read a row from the columns of a table."""
        ...


class Plain:
    """Rows as dicts."""

    takes_arrays = False

    def from_json(self, line: bytes) -> FileRow:
        row: JsonValue = from_json(line)
        if not isinstance(row, dict):
            raise ValueError(f"it is not an object but {_JSON_NAMES[type(row)]}")
        _check_keys(line, row)
        return row

    def from_fields(self, fields: Mapping[str, object]) -> FileRow:
        row: FileRow = {}
        for name, value in fields.items():
            row[name] = value  # type: ignore[assignment]  # pyright: ignore[reportArgumentType]  # of the table's own types
        return row


class Typed(Generic[R]):
    """Rows as values of a type.

    Raises:
        ConfigurationError: Pydantic cannot validate the type.
    """

    takes_arrays = True

    def __init__(self, row_type: type[R]) -> None:
        try:
            self._adapter = adapter_of(row_type, "row_type")
        except InvalidRequestError as error:
            raise ConfigurationError(error.message) from None

    def from_json(self, line: bytes) -> R:
        try:
            row = validate_json(self._adapter, line)
        except ValidationError as error:
            raise ValueError(problems(error)) from None
        value: JsonValue = from_json(line)
        if isinstance(value, dict):
            _check_keys(line, value)
        return row

    def from_fields(self, fields: Mapping[str, object]) -> R:
        try:
            return self._adapter.validate_python(fields)
        except ValidationError as error:
            raise ValueError(problems(error)) from None


def _check_keys(line: bytes, row: Mapping[str, JsonValue]) -> None:
    """Refuse an object that has a key twice. A parser keeps the last one and says nothing.

    Raises:
        ValueError: It has.
    """
    # Two quick looks, each enough for most lines: a flat row has a colon for each key, any other has each key once.
    if line.count(b'":') == len(row) or all(line.count(b'"%b"' % key.encode()) == 1 for key in row):
        return
    pairs: list[tuple[str, object]] = []

    def note(found: list[tuple[str, object]]) -> None:
        pairs[:] = found  # the outermost object comes last

    json.loads(line, object_pairs_hook=note)
    name, count = Counter(name for name, _ in pairs).most_common(1)[0] if pairs else ("", 0)
    if count > 1:
        raise ValueError(f"it has the key {name!r} {count} times")
