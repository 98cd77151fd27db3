"""What the rows of a file become: plain dicts, or any type that pydantic can validate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, Protocol, TypeAlias, TypeVar

from pydantic import PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import from_json

from ...errors import ConfigurationError
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

    def from_json(self, line: bytes) -> R_co:
        """Read a row from its JSON."""
        ...

    def from_fields(self, fields: Mapping[str, object]) -> R_co:
        """Read a row from the columns of a table."""
        ...


class Plain:
    """Rows as dicts."""

    def from_json(self, line: bytes) -> FileRow:
        row: JsonValue = from_json(line)
        if not isinstance(row, dict):
            raise ValueError(f"it is not an object but {_JSON_NAMES[type(row)]}")
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

    def __init__(self, row_type: type[R]) -> None:
        try:
            self._adapter = TypeAdapter(row_type)
        except PydanticUserError as error:
            raise ConfigurationError(
                f"row_type={row_type!r} cannot be validated by pydantic: {error.message}"
            ) from None

    def from_json(self, line: bytes) -> R:
        try:
            return self._adapter.validate_json(line)
        except ValidationError as error:
            problem = _first(error)
        raise ValueError(problem)

    def from_fields(self, fields: Mapping[str, object]) -> R:
        try:
            return self._adapter.validate_python(fields)
        except ValidationError as error:
            problem = _first(error)
        raise ValueError(problem)


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]
