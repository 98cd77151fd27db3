"""Printing the output of a deployment by its content type: JSON, server-sent events, text, or bytes.

Streams are printed while they arrive. The form `text` writes everything but JSON unchanged. In `json` and `jsonl`, text
becomes a string and other bytes become base64.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydantic_core import from_json

from .._terminal import is_terminal
from ..errors import ConfigurationError
from ..types.json import JsonValue
from .printing import OutputFormat, Printer, encoded

if TYPE_CHECKING:
    from .. import PredictStream


DONE = b"[DONE]"
"""Ends a stream of events in OpenAI's format. It is not output."""


def show(out: Printer, stream: PredictStream, *, as_text: bool) -> None:
    """Print a stream while it arrives.

    Args:
        stream: An open stream that has not been read.
        as_text: Read it as UTF-8 text, whatever its content type.
    """
    kind = media_type(stream.meta.headers.get("content-type", ""))
    if is_json(kind) and not as_text:
        show_whole(out, b"".join(stream.bytes()), kind)
    elif kind == "text/event-stream" and not as_text:
        payloads = (event.data for event in stream.sse() if event.data not in (b"", DONE))
        if out.structured:
            out.values(map(_payload, payloads))
        else:
            for payload in payloads:
                out.data(payload + b"\n")
    elif out.form is OutputFormat.JSON:
        whole = b"".join(stream.bytes())
        show_whole(out, whole, "text/plain" if as_text else kind)
    elif out.structured:
        text = as_text or kind.startswith("text/")
        out.values(stream.text() if text else (encoded(piece, kind) for piece in stream.bytes()))
    else:
        _raw(out, stream.bytes())


def show_whole(out: Printer, body: bytes, content_type: str) -> None:
    """Print a whole reply."""
    kind = media_type(content_type)
    if is_json(kind):
        try:
            value: JsonValue = from_json(body)
        except ValueError:
            out.body(body, kind)
        else:
            out.value(value)
    elif out.structured:
        out.body(body, kind)
    else:
        _raw(out, (body,))


def media_type(content_type: str) -> str:
    """Return a content type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def _payload(data: bytes) -> JsonValue:
    try:
        value: JsonValue = from_json(data)
    except ValueError:
        return data.decode("utf-8", "replace")
    return value


def _raw(out: Printer, pieces: Iterable[bytes]) -> None:
    """Write bytes unchanged. At a terminal, refuse binary data and end with a newline."""
    terminal = is_terminal(sys.stdout)
    last = b""
    for piece in pieces:
        if terminal and b"\0" in piece:
            raise ConfigurationError("The output is binary. Write it to a file with > FILE, or use --output json.")
        out.data(piece)
        last = piece or last
    if terminal and last and not last.endswith(b"\n"):
        out.line("")
