"""What the rows of a file are read as: plain dicts, or any type that pydantic can validate."""

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
"""A row of a file: the object of a line, or a line of a table by its columns."""


class RowType(Protocol[R_co]):
    """Reads rows. What cannot be read is a `ValueError` that says why."""

    def from_json(self, line: bytes) -> R_co:
        """A row out of its JSON."""
        ...

    def from_fields(self, fields: Mapping[str, object]) -> R_co:
        """A row out of the columns of a table."""
        ...


class Plain:
    """Rows as dicts."""

    def from_json(self, line: bytes) -> FileRow:
        row: JsonValue = from_json(line)
        if not isinstance(row, dict):
            raise ValueError(f"it is no object, but {type(row).__name__}")
        return row

    def from_fields(self, fields: Mapping[str, object]) -> FileRow:
        row: FileRow = {}
        for name, value in fields.items():
            row[name] = value  # type: ignore[assignment]  # pyright: ignore[reportArgumentType]  # of the table's own types
        return row


class Typed(Generic[R]):
    """Rows as values of a type.

    Raises:
        ConfigurationError: pydantic cannot validate the type.
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
