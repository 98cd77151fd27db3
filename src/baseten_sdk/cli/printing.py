"""What a command prints, in one of three forms. Only results go to stdout; everything else goes to stderr.

`text` is for people, and for programs that read lines. `json` is one document. `jsonl` is one value per line, written
as soon as it is known.
"""

from __future__ import annotations

import json
import os
import re
import sys
from base64 import b64encode
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable
from enum import StrEnum
from errno import EBADF
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

import typer
from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

from .._characters import whole_text
from .._streams import forget_stdout
from .._terminal import is_terminal, shown_on
from ..errors import APIError, APIStatusError, APITimeoutError, BasetenError, OutputError, StreamError

if TYPE_CHECKING:
    from rich.console import Console


_NOT_ASCII = re.compile("[^\x00-\x7f]+")


class OutputFormat(StrEnum):
    """The form of the output."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


class Printer:
    """Prints in the chosen form.

    Attributes:
        failure: Why stdout does not take the output. From then on, the output goes to stderr.
    """

    def __init__(self, form: OutputFormat) -> None:
        self.form = form
        self.failure: str | None = None
        self._mid_line = False
        self._decoder = getincrementaldecoder("utf-8")("replace")

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
        self._put(lambda stream: stream.write(shown_on(stream, text)))
        self._mid_line = not text.endswith("\n")

    def line(self, text: str) -> None:
        self.text(f"{text}\n")

    def label(self, text: str, color: str) -> None:
        """Write a word of this program, in color at a terminal."""
        colored = is_terminal(sys.stdout) and "NO_COLOR" not in os.environ
        self._put(lambda stream: stream.write(typer.style(text, fg=color) if colored else text))

    def data(self, piece: bytes) -> None:
        """Write bytes and flush them. A terminal gets them as text."""
        if is_terminal(sys.stdout):
            self.text(self._decoder.decode(piece))
        else:
            self._put(lambda stream: stream.buffer.write(piece))

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
        broken = "\n" if self._mid_line and is_terminal(sys.stdout) else ""
        self._mid_line = False
        sys.stderr.write(f"{broken}{shown_on(sys.stderr, text)}\n")
        sys.stderr.flush()

    def aside(self, text: str) -> None:
        """Write dim text to stderr and flush it."""
        shown = shown_on(sys.stderr, text)
        self._person.print(shown, style="dim", end="", markup=False, highlight=False, soft_wrap=True)

    def error(self, error: BasetenError, message: str | None = None) -> None:
        """Write an error to stderr, as text or as a line of JSON.

        Args:
            message: Its message, where the user should read another.
        """
        message = str(error) if message is None else message
        self.note(_json({"error": _described(error, message)}) if self.structured else f"Error: {message}")

    def body(self, body: bytes, content_type: str) -> None:
        """Write a whole body: unchanged in `text`, else as a string or base64."""
        if not self.structured:
            self.data(body)
        elif content_type.startswith("text/"):
            self.value(body.decode("utf-8", "replace"))
        else:
            self.value(encoded(body, content_type))

    def _put(self, write: Callable[[TextIO], object]) -> None:
        """Write to stdout, or to stderr once stdout has failed: an answer that was paid for is not lost.

        Raises:
            BrokenPipeError: The reader has closed stdout.
        """
        if self.failure is None:
            try:
                if sys.stdout is None:
                    raise OSError(EBADF, os.strerror(EBADF))
                write(sys.stdout)
                sys.stdout.flush()
            except BrokenPipeError:
                raise
            except OSError as error:
                forget_stdout()
                self.failure = f"Cannot write to stdout: {error.strerror}. The output goes to stderr."
                self.note(f"Error: {self.failure}")
            else:
                return
        write(sys.stderr)
        sys.stderr.flush()


def encoded(body: bytes, content_type: str) -> dict[str, str]:
    """Bytes as a JSON value."""
    return {"body": b64encode(body).decode(), "content_type": content_type}


def plain(value: object) -> object:
    """Return a reply as plain values without nulls; other values unchanged."""
    return value.model_dump(exclude_none=True) if isinstance(value, BaseModel) else value


def _json(value: object, indent: int | None = None) -> str:
    # NaN and Infinity, which models do send, are written as they came.
    try:
        text = to_json(plain(value), indent=indent, inf_nan_mode="constants").decode()
    except PydanticSerializationError:  # the name of a file that is not UTF-8
        text = json.dumps(to_jsonable_python(plain(value), inf_nan_mode="constants"), indent=indent, ensure_ascii=False)
        text = whole_text(text)
    return text if _takes_unicode(sys.stdout) else _NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _takes_unicode(stream: TextIO | None) -> bool:
    return stream is None or (stream.encoding or "").lower().replace("-", "").startswith("utf")


def _described(error: BasetenError, message: str) -> dict[str, object]:
    described: dict[str, object] = {"type": type(error).__name__, "message": message}
    if isinstance(error, APIError):
        described["request_id"] = error.request_id
        described["attempts"] = error.attempts
    if isinstance(error, APIStatusError):
        described["status_code"] = error.status_code
        described["body"] = error.body
    if isinstance(error, StreamError | APITimeoutError | OutputError) and error.partial is not None:
        described["partial"] = plain(error.partial)
    return described
