"""Inputs of commands: JSON, files, stdin, and headers."""

from __future__ import annotations

import codecs
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from pydantic_core import from_json

from ..types.json import JsonValue
from .interrupts import noticing_signals

JSON = "application/json"

STDIN = Path("-")

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks. The mark of UTF-16 begins that of UTF-32, so it comes later."""

Data: TypeAlias = Annotated[str | None, typer.Option("--data", "-d", metavar="JSON", help="Input as JSON.")]
File: TypeAlias = Annotated[Path | None, typer.Option("--file", "-f", help="File with the input; - reads stdin.")]
ContentType: TypeAlias = Annotated[
    str, typer.Option(help="Content type. Anything but JSON is sent unchanged; octet-stream means MessagePack.")
]
Header: TypeAlias = Annotated[
    list[str] | None, typer.Option("--header", "-H", metavar="NAME: VALUE", help="Request header; repeatable.")
]


def read(path: Path) -> bytes:
    """Read a file or stdin.

    Raises:
        typer.BadParameter: The file cannot be read, or stdin was read before.
    """
    if _is_stdin(path):
        if sys.stdin is None:
            raise typer.BadParameter("stdin is closed.")
        if sys.stdin.closed:
            raise typer.BadParameter("stdin can be read only once: for the key or for the input.")
        try:
            with noticing_signals(), sys.stdin:
                return sys.stdin.buffer.read()
        except OSError as error:
            raise typer.BadParameter(f"stdin cannot be read: {error.strerror}.") from None
    try:
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}.") from None


def _is_stdin(path: Path) -> bool:
    """Whether a path is `-`, or another name of the pipe at stdin, which can be read only once too."""
    if path == STDIN:
        return True
    try:
        found, stdin = os.stat(path), os.fstat(sys.stdin.fileno())
    except (AttributeError, OSError, ValueError):  # there is no stdin, or it is no file
        return False
    return not stat.S_ISREG(found.st_mode) and os.path.samestat(found, stdin)


def read_text(path: Path) -> str:
    """Read a file or stdin as text: UTF-8, or UTF-16 or UTF-32 with a byte order mark.

    Raises:
        typer.BadParameter: As for `read`; or the text has another encoding.
    """
    return decoded(read(path), "stdin" if path == STDIN else str(path))


def decoded(raw: bytes, name: str) -> str:
    """Decode text: UTF-8, or UTF-16 or UTF-32 with a byte order mark.

    Raises:
        typer.BadParameter: The text has another encoding.
    """
    encoding = next((encoding for mark, encoding in MARKS if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise typer.BadParameter(f"{name} is not UTF-8 text. Convert it, for example with iconv -f LATIN1 -t UTF-8.")
    return text


def body(data: str | None, file: Path | None, content_type: str = JSON) -> bytes | None:
    """Read the input; None if there is none. JSON is checked; anything else is left as it is.

    Raises:
        typer.BadParameter: Both options are given, or the input cannot be read or is not JSON.
    """
    if data is not None and file is not None:
        raise typer.BadParameter("Give either --data or --file, not both.")
    if content_type != JSON:
        return data.encode() if data is not None else None if file is None else read(file)
    text = data if file is None else read_text(file)
    if text is None:
        return None
    json_value(text)
    return text.encode()


def required_body(data: str | None, file: Path | None, content_type: str = JSON) -> bytes:
    """Read an input that must be there.

    Raises:
        typer.BadParameter: As for `body`; or there is no input.
    """
    given = body(data, file, content_type)
    if given is None:
        raise typer.BadParameter("No input: give --data JSON or --file PATH (- reads stdin).")
    return given


def json_value(text: bytes | str, what: str = "The input") -> JsonValue:
    """Parse JSON.

    Raises:
        typer.BadParameter: The text is not JSON.
    """
    try:
        value: JsonValue = from_json(text)
    except ValueError as error:
        raise typer.BadParameter(f"{what} is not JSON: {error}.") from None
    return value


def pair(option: str, form: str, given: str) -> tuple[str, str]:
    """Split the value of an option such as NAME=VALUE.

    Raises:
        typer.BadParameter: It has another form.
    """
    name, equals, value = given.partition("=")
    if not name or not equals:
        raise typer.BadParameter(f"{option} takes {form}, not {given!r}.")
    return name, value


def json_params(given: Sequence[str] | None) -> dict[str, JsonValue]:
    """Read the values of --param.

    Raises:
        typer.BadParameter: One has another form, or its value is not JSON.
    """
    pairs = [pair("--param", "NAME=JSON", each) for each in given or ()]
    return {name: json_value(value, f"The value of {name}") for name, value in pairs}


def headers(given: Sequence[str] | None) -> dict[str, str]:
    """Parse "NAME: VALUE" headers.

    Raises:
        typer.BadParameter: A header has no colon.
    """
    pairs = [each.partition(":") for each in given or ()]
    if any(not colon for _, colon, _ in pairs):
        raise typer.BadParameter('--header takes "NAME: VALUE".')
    return {name.strip(): value.strip() for name, _, value in pairs}
