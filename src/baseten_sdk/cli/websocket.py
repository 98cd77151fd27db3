"""A WebSocket in a shell: a line in is a message, a message is a line out."""

from __future__ import annotations

import base64
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..errors import IdleTimeout, WebSocketClosedError, WebSocketError
from .inputs import STDIN, decoded, read_text
from .printing import Printer

if TYPE_CHECKING:
    from .. import WebSocket


QUIET = 5.0
"""Seconds of silence after the last line that end a conversation."""

RECHECK = 0.1
"""Seconds between two checks for more lines to send."""


def lines_of(data: str | None, file: Path | None) -> Iterable[str]:
    """Yield the messages to send. Lines from stdin are read as they arrive.

    Raises:
        typer.BadParameter: Both options are given, or the file cannot be read.
    """
    if data is not None and file is not None:
        raise typer.BadParameter("Give either --data or --file, not both.")
    if data is not None:
        return data.splitlines()
    if file is not None and file != STDIN:
        return read_text(file).splitlines()
    if sys.stdin is None or sys.stdin.closed:
        raise typer.BadParameter("No input: give --data TEXT or --file PATH.")
    return (decoded(line, "stdin").rstrip("\r\n") for line in sys.stdin.buffer)


def talk(out: Printer, websocket: WebSocket, lines: Iterable[str], quiet: float) -> None:
    """Send lines and print messages, until the other side closes, or is quiet after the last line.

    Args:
        websocket: The WebSocket, open.
        quiet: Seconds of silence that end the conversation.
    """
    sender = _Sender(websocket, lines)
    threading.Thread(target=sender.run, name="baseten-websocket", daemon=True).start()
    messages = _messages(websocket, sender, quiet)
    if out.structured:
        out.values(messages)
        return
    for message in messages:
        if isinstance(message, str):
            out.line(message)
        else:
            out.value(message)


class _Sender:
    """Sends lines, in its own thread.

    Attributes:
        ended: Whether the last line was sent.
        problem: Why a line cannot be sent, if one cannot.
    """

    def __init__(self, websocket: WebSocket, lines: Iterable[str]) -> None:
        self.ended = threading.Event()
        self.problem: Exception | None = None
        self._websocket = websocket
        self._lines = lines

    def run(self) -> None:
        """Send all lines. The receiving side reports the end of the WebSocket."""
        try:
            with suppress(WebSocketError):
                for line in self._lines:
                    self._websocket.send(line)
        except Exception as error:
            self.problem = error
        self.ended.set()


def _messages(websocket: WebSocket, sender: _Sender, quiet: float) -> Iterator[str | dict[str, str]]:
    last = time.monotonic()
    while True:
        try:
            message = websocket.receive(timeout=RECHECK)
        except IdleTimeout:
            if not sender.ended.is_set():
                last = time.monotonic()
            elif sender.problem is not None:
                raise sender.problem from None
            elif time.monotonic() - last >= quiet:
                return
            continue
        except WebSocketClosedError:
            if not websocket.clean:
                raise
            if sender.problem is not None:
                raise sender.problem from None
            return
        last = time.monotonic()
        yield message if isinstance(message, str) else {"body": base64.b64encode(message).decode()}
