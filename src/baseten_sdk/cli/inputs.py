"""What goes into a deployment: JSON, a file or stdin; and headers and query parameters of the user's own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from pydantic_core import from_json

from ..types.json import JsonValue
from .interrupts import noticing_signals

__all__ = ["STDIN", "ContentType", "Data", "File", "Header", "body", "headers", "json_value", "read", "require_json"]

JSON = "application/json"

STDIN = Path("-")

Data: TypeAlias = Annotated[str | None, typer.Option("--data", "-d", metavar="JSON", help="The input, as JSON.")]
File: TypeAlias = Annotated[Path | None, typer.Option("--file", "-f", help="File that holds the input, - for stdin.")]
ContentType: TypeAlias = Annotated[
    str, typer.Option(help="Type of the input. What is not JSON is sent as it is; octet-stream is MessagePack.")
]
Header: TypeAlias = Annotated[
    list[str] | None, typer.Option("--header", "-H", metavar="NAME: VALUE", help="Header of the request; repeatable.")
]


def read(path: Path) -> bytes:
    """What is in a file, or comes over stdin.

    Raises:
        typer.BadParameter: it cannot be read; of stdin, that was read before.
    """
    if path == STDIN:
        if sys.stdin.closed:
            raise typer.BadParameter("stdin can be one thing: the key, or the input.")
        with noticing_signals(), sys.stdin:
            return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}.") from None


def body(data: str | None, file: Path | None) -> bytes | None:
    """The bytes of the input; None where there is none.

    Raises:
        typer.BadParameter: there are two inputs, or it cannot be read.
    """
    if data is not None and file is not None:
        raise typer.BadParameter("There is one input: either --data or --file.")
    if data is not None:
        return data.encode()
    return None if file is None else read(file)


def require_json(data: str | None, file: Path | None) -> bytes:
    """The bytes of an input that has to be there and to be JSON.

    Raises:
        typer.BadParameter: it is not.
    """
    given = body(data, file)
    if given is None:
        raise typer.BadParameter("Input is missing: give --data JSON, or --file PATH (- for stdin).")
    json_value(given)
    return given


def json_value(text: bytes | str, what: str = "The input") -> JsonValue:
    """The value of JSON text.

    Raises:
        typer.BadParameter: it is not JSON.
    """
    try:
        value: JsonValue = from_json(text)
    except ValueError as error:
        raise typer.BadParameter(f"{what} is not JSON: {error}.") from None
    return value


def headers(given: Sequence[str] | None) -> dict[str, str]:
    """The headers of "NAME: VALUE".

    Raises:
        typer.BadParameter: one has no colon.
    """
    pairs = [each.partition(":") for each in given or ()]
    if any(not colon for _, colon, _ in pairs):
        raise typer.BadParameter('A header is "NAME: VALUE".')
    return {name.strip(): value.strip() for name, _, value in pairs}
