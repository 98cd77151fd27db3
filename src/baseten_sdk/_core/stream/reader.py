"""Turns the bytes of an event stream into typed events, and a bad end into an error.

Owns what the streams of all APIs have in common: size limits, a body that is not a stream, an error inside the stream,
and the verdict at the end. A subclass says what an event is and when a message is complete.

Theory of operation. The data of each event is kept as it came, so that an error can hold the partial reply. Nothing is
accumulated until then. If an error arrives in the same piece as events, the events are returned first, and the error
waits in `error`. A body that begins like JSON or HTML is not an event stream, whatever its content type says. It is
read whole: Baseten's runtime may send the whole stream as one JSON string, a server may send an error or a whole reply,
and a proxy a web page.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from pydantic import ValidationError

from ..._json_reading import BOM, decode_reply
from ..._validation import problems
from ...config import Limits
from ...errors import APIConnectionError, StreamAPIError, StreamDecodeError, StreamError, StreamInterrupted
from ...errors.partial import PartialReply
from ..reply.classify import as_sentence, read_error
from .sse import NO_STREAM, EventGroup, EventTooLarge, SSEDecoder

E_co = TypeVar("E_co", covariant=True)
R_co = TypeVar("R_co", bound=PartialReply, covariant=True)

DONE = b"[DONE]"

BLANKS_AND_QUOTES = b' \t\r\n"'
"""What may stand around the mark of the end: some servers send it as a JSON string."""

KEEP_ALIVE = (b"", b"null")
"""Data that says nothing: what some servers send to keep the connection alive."""

ERROR_MARK = b'"error"'
"""Data without this text is not an error. Inside a JSON string, the quotes would be escaped."""

FIELD = re.compile(rb"(data|event|id|retry)\b|:|(d|da|dat|e|ev|eve|even|i|r|re|ret|retr)\Z")
"""How a line of an event stream begins, even if it is cut inside the name of its field."""

EXCERPT = 200
"""How many bytes of unreadable data an error shows."""


class StreamReader(ABC, Generic[E_co, R_co]):
    """Reads the events of one stream.

    Attributes:
        done: Whether the message is complete. Everything after it is ignored.
        error: How the stream failed. Raise it after returning the events before it.
        news: Whether the last piece held more than pings.
    """

    __slots__ = ("_begun", "_decoder", "_kept", "_limits", "_opening", "_size", "_whole", "done", "error", "news")

    event_name = "an event"
    """What an error calls an event."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._decoder = SSEDecoder(limits.event)
        self._kept: list[bytes] = []
        self._size = 0
        self._begun = False
        self._opening = b""
        self._whole: bytearray | None = None
        self.done = False
        self.error: StreamError | None = None
        self.news = False

    @abstractmethod
    def partial(self) -> R_co | None:
        """Return what has arrived so far, as a reply."""

    @abstractmethod
    def _read(self, groups: Iterable[EventGroup]) -> Iterator[E_co]:
        """Read events until the message is complete (`done`) or has failed (`error`). Keep what counts in `_kept`."""

    @abstractmethod
    def _read_reply(self, body: bytes, value: object) -> Iterable[E_co] | None:
        """Read a whole reply, sent instead of a stream, as events. Return None if it is not a reply.

        Raises:
            ValidationError: It is a reply, but it cannot be read.
        """

    @abstractmethod
    def _complete(self) -> bool:
        """Whether the message is complete, now that the body has ended."""

    @abstractmethod
    def _cut_reason(self) -> str:
        """Say what is wrong with a stream that has ended too early."""

    def go_on_from(self, cut: StreamReader[E_co, R_co]) -> None:
        """Continue a stream that was cut. What it brought counts as part of this one."""
        self._kept = list(cut._kept)
        self._size = cut._size

    def feed(self, piece: bytes) -> Iterator[E_co]:
        """Yield the events that a piece of the body completes, made on demand.

        A piece may hold hundreds. To make all of them at once would keep the garbage collector busy.
        """
        self._size += len(piece)
        if self._size > self._limits.stream:
            self.error = self._too_large(f"it is larger than {self._limits.stream} bytes; see Limits(stream=...)")
            return iter(())
        if not self._begun:
            self._begin(piece)
        elif not self._kept and len(self._opening) < EXCERPT:
            self._opening += piece[: EXCERPT - len(self._opening)]
        if self._whole is not None:
            self._whole += piece
            if len(self._whole) > self._limits.body:
                self.error = StreamDecodeError(f"The reply is not a stream, and larger than {self._limits.body} bytes.")
            return iter(())
        try:
            groups = self._decoder.feed_groups(piece)
        except EventTooLarge as error:
            self.error = self._too_large(str(error))
            return iter(())
        self.news = False
        for group in groups:
            if any(group.data):  # An event without data is a ping.
                self.news = True
                break
        return self._read(groups)

    def end(self) -> Iterator[E_co]:
        """Yield the remaining events after the end of the body. The verdict is then in `error` or `done`."""
        if self._whole is not None:
            yield from self._whole_body(bytes(self._whole))
            return
        try:
            yield from self._read(EventGroup(each.event, [each.data]) for each in self._decoder.flush())
        except EventTooLarge as error:
            self.error = self._too_large(str(error))
            return
        if isinstance(self.error, StreamDecodeError) or not (self.error or self._complete()):
            self.error = self._left_off()
            opening = self._opening.removeprefix(BOM)
            if opening and not self._kept and not FIELD.match(opening):
                self.error = self._no_stream(opening)
        self.done = self.error is None

    def _begin(self, piece: bytes) -> None:
        """Look at the first byte that is not blank."""
        start = piece.lstrip()
        if start:
            self._begun = True
            self._opening = start[:EXCERPT]
            if start.removeprefix(BOM)[:1] in NO_STREAM:
                self._whole = bytearray()

    def _whole_body(self, body: bytes) -> Iterator[E_co]:
        """Return the events of a body that was not a stream."""
        self._whole = None
        self._opening = b""
        try:
            value = decode_reply(body)
        except ValueError:
            self.error = self._no_stream(body)
            return
        if isinstance(value, str):
            yield from self.feed(value.encode())
            if not self.stopped:
                yield from self.end()
            return
        try:
            events = self._read_reply(body, value)
        except ValidationError as error:
            self.error = self._unreadable(body, error)
            return
        if events is None:
            self.error = self._reported(body)
            return
        yield from events
        self.done = True

    def interrupted(self, cause: APIConnectionError) -> StreamInterrupted:
        """Note that the connection broke before the end of the message."""
        return StreamInterrupted(
            f"The stream was cut: {cause.message}", partial=self.partial, request_id=cause.request_id
        )

    def _left_off(self) -> StreamError:
        """Make the error of a body that ended too early. A failing server may report it in a line without a field."""
        line = self._decoder.foreign
        if ERROR_MARK in line and line.startswith(b"{"):
            return self._reported(line)
        problem = self._too_early()
        if line:
            problem = f"{problem} It also holds {line[:EXCERPT].decode('utf-8', 'backslashreplace')!r}."
        return StreamInterrupted(problem, partial=self.partial)

    def _too_early(self) -> str:
        return self._cut_reason() if self._kept else "The stream ended before anything arrived."

    @property
    def stopped(self) -> bool:
        """Whether the rest is ignored, because the message is complete or has failed."""
        return self.done or self.error is not None

    def _reported(self, data: bytes) -> StreamAPIError:
        """Return the error that the service reported. Its data may be JSON or text."""
        try:
            body: object = decode_reply(data)
        except ValueError:
            body = data.decode("utf-8", "replace")
        message, code, _ = read_error(body)
        return StreamAPIError(
            as_sentence(f"The service reported an error inside the stream: {message or 'it does not say which'}"),
            partial=self.partial,
            body=body,
            code=code,
        )

    def _no_stream(self, body: bytes) -> StreamDecodeError:
        return StreamDecodeError(f"The reply is not a stream: {body[:EXCERPT].decode('utf-8', 'backslashreplace')!r}.")

    def _too_large(self, problem: str) -> StreamDecodeError:
        return StreamDecodeError(f"The stream cannot be read: {problem}.", partial=self.partial)

    def _unreadable(self, data: bytes, error: ValidationError) -> StreamDecodeError:
        shown = data[:EXCERPT].decode("utf-8", "backslashreplace")
        return StreamDecodeError(
            f"The stream holds data that is not {self.event_name} ({problems(error)}): {shown!r}.", partial=self.partial
        )
