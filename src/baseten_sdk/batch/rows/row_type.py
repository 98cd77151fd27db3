"""What the rows of a file become: plain dicts, or any type that pydantic can validate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, Protocol, TypeAlias, TypeVar

from pydantic import ValidationError

from ..._kinds import adapter_of
from ..._validation import problems, validate_json
from ...errors import ConfigurationError, InvalidRequestError
from ...types.json import JsonValue
from .unique_keys import from_unique_json

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


class DictRows:
    """Rows as dicts."""

    takes_arrays = False

    def from_json(self, line: bytes) -> FileRow:
        row = from_unique_json(line)
        if not isinstance(row, dict):
            raise ValueError(f"it is not an object but {_JSON_NAMES[type(row)]}")
        return row

    def from_fields(self, fields: Mapping[str, object]) -> FileRow:
        row: FileRow = {}
        for name, value in fields.items():
            row[name] = value  # type: ignore[assignment]  # pyright: ignore[reportArgumentType]  # of the table's own types
        return row


class TypedRows(Generic[R]):
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
        from_unique_json(line)
        return row

    def from_fields(self, fields: Mapping[str, object]) -> R:
        try:
            return self._adapter.validate_python(fields)
        except ValidationError as error:
            raise ValueError(problems(error)) from None
