"""What a command prints, in one of three forms. Only results go to stdout; everything else goes to stderr.

`text` is for people, and for programs that read lines. `json` is one document. `jsonl` is one value per line, written
as soon as it is known.
"""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import BaseModel
from pydantic_core import to_json

from ..errors import APIError, APIStatusError, APITimeoutError, BasetenError, OutputError, StreamError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["OutputFormat", "Printer", "encoded", "plain"]


class OutputFormat(StrEnum):
    """The form of the output."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


class Printer:
    """Prints in the chosen form."""

    def __init__(self, form: OutputFormat) -> None:
        self.form = form
        self._mid_line = False

    @cached_property
    def _person(self) -> Console:
        from rich.console import Console

        return Console(stderr=True)

    @property
    def structured(self) -> bool:
        """Whether the output is JSON."""
        return self.form is not OutputFormat.TEXT

    def text(self, text: str) -> None:
        """Write text and flush it."""
        sys.stdout.write(text)
        sys.stdout.flush()
        self._mid_line = not text.endswith("\n")

    def line(self, text: str) -> None:
        """Write a line."""
        self.text(f"{text}\n")

    def data(self, piece: bytes) -> None:
        """Write bytes unchanged and flush them."""
        sys.stdout.flush()
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()

    def value(self, value: object) -> None:
        """Write a JSON value: indented, or on one line."""
        indent = None if self.form is OutputFormat.JSONL else 2
        self.line(_json(value, indent))

    def values(self, values: Iterable[object]) -> None:
        """Write values while they arrive: one per line, or one array. The array is closed even if a value fails."""
        if self.form is not OutputFormat.JSON:
            for value in values:
                self.line(_json(value))
            return
        before = "["
        try:
            for value in values:
                self.text(f"{before}\n{_json(value)}")
                before = ","
        finally:
            self.line("[]" if before == "[" else "\n]")

    def note(self, text: str) -> None:
        """Write a line to stderr. It is not part of the output."""
        broken = "\n" if self._mid_line and sys.stdout.isatty() else ""
        self._mid_line = False
        sys.stderr.write(f"{broken}{text}\n")
        sys.stderr.flush()

    def aside(self, text: str) -> None:
        """Write dim text to stderr and flush it."""
        self._person.print(text, style="dim", end="", markup=False, highlight=False, soft_wrap=True)

    def error(self, error: BasetenError) -> None:
        """Write an error to stderr, as text or as a line of JSON."""
        self.note(_json({"error": _described(error)}) if self.structured else f"Error: {error}")

    def body(self, body: bytes, content_type: str) -> None:
        """Write a whole body: unchanged in `text`, else as a string or base64."""
        if not self.structured:
            self.data(body)
        elif content_type.startswith("text/"):
            self.value(body.decode("utf-8", "replace"))
        else:
            self.value(encoded(body, content_type))


def encoded(body: bytes, content_type: str) -> dict[str, str]:
    """Bytes as a JSON value."""
    return {"body": b64encode(body).decode(), "content_type": content_type}


def plain(value: object) -> object:
    """A reply as plain values without nulls; other values unchanged."""
    return value.model_dump(exclude_none=True) if isinstance(value, BaseModel) else value


def _json(value: object, indent: int | None = None) -> str:
    # NaN and Infinity, which models do send, are written as they came.
    return to_json(plain(value), indent=indent, inf_nan_mode="constants").decode()


def _described(error: BasetenError) -> dict[str, object]:
    described: dict[str, object] = {"type": type(error).__name__, "message": str(error)}
    if isinstance(error, APIError):
        described["request_id"] = error.request_id
        described["attempts"] = error.attempts
    if isinstance(error, APIStatusError):
        described["status_code"] = error.status_code
        described["body"] = error.body
    if isinstance(error, StreamError | APITimeoutError | OutputError) and error.partial is not None:
        described["partial"] = plain(error.partial)
    return described
