"""Reads server-sent events from bytes, by the event-stream rules of the HTML standard.

Owns the framing: lines, fields, and the size limit of an event. It must not know what the data means (`[DONE]`, JSON,
errors), which content type the reply had, nor where the bytes come from.

Theory of operation. Everything works on bytes. No byte inside a longer UTF-8 character is a CR, LF or colon, so bytes
and text split alike, and U+2028, U+2029, U+0085, VT and FF never end a line. Each piece is scanned once, on one of two
paths:

- The fast path takes text that starts between two events and ends with a blank line. Nearly every piece of a chat
  stream is `data: {...}\\n\\n`, once or several times. If no line ends anywhere else, splitting at the text between two
  such events yields the data of all of them. The same is true of `event: name\\ndata: {...}\\n\\n`, for events of one
  type that follow each other.
- The line reader takes everything else: the rest of an event, an event whose end has not arrived, comments, other
  fields, and data of several lines. Unfinished text is kept in bytearrays that grow in amortized constant time, so the
  cost of an event that arrives byte by byte stays linear.

In two ways, this module differs from the standard, which suits browsers better than programs. The standard discards an
event that the end of the stream leaves unfinished. Here `flush` returns it, because servers do end with `data: [DONE]`
and no blank line. It may be half an event: if data from `flush` cannot be read, the stream was cut, not garbled. And an
event that is too large is an error, so that it does not fill memory: the events before it are returned first, and the
next `feed` or `flush` raises the error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ..._json_reading import BOM
from .lines import LineBuffer, LineEnds

NO_STREAM = (b"{", b"[", b'"', b"<")
"""How JSON and HTML begin. No meaningful line of an event stream begins this way."""

NAMED = b"event: "

NEXT_NAMED = b"\n\nevent: "

MAX_RETRY_DIGITS = 15
"""A longer `retry` is nonsense. Converting it could be slow, or Python could refuse it."""


class EventTooLarge(ValueError):
    """An event's data, or a line, is larger than allowed.

    Attributes:
        limit: The limit in bytes.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        return f"an event of the stream is larger than {self.limit} bytes; see Limits(event=...)"


@dataclass(frozen=True, slots=True, init=False)
class ServerSentEvent:
    """One event.

    Attributes:
        event: Its type. "message" if it names none.
        data: Its data lines, joined with LF. Bytes, so that JSON is read straight from them.
        id: The last event ID of the stream so far. None if there was none.
        retry: The stream's last reconnection time so far, in milliseconds. None if there was none.
    """

    event: str
    data: bytes
    id: str | None
    retry: int | None

    def __init__(
        self, event: str = "message", data: bytes = b"", id: str | None = None, retry: int | None = None
    ) -> None:
        _set_event(self, event)
        _set_data(self, data)
        _set_id(self, id)
        _set_retry(self, retry)


# A frozen dataclass's own __init__ uses object.__setattr__, which takes 1.5 times as long.
_set_event = ServerSentEvent.__dict__["event"].__set__
_set_data = ServerSentEvent.__dict__["data"].__set__
_set_id = ServerSentEvent.__dict__["id"].__set__
_set_retry = ServerSentEvent.__dict__["retry"].__set__


class EventGroup(NamedTuple):
    """Events of one type that follow each other.

    Attributes:
        event: Their type.
        data: The data of each.
        id: The last event ID of the stream.
        retry: Its last reconnection time.
    """

    event: str
    data: list[bytes]
    id: str | None = None
    retry: int | None = None


class SSEDecoder:
    """Turns bytes into events. The result does not depend on where the bytes are cut.

    Args:
        max_event_bytes: The maximum size of an event's data, and of a line.

    Attributes:
        foreign: The last line that begins like JSON or HTML. A proxy or a failing server may write one into a stream.
    """

    __slots__ = (
        "_between_events",
        "_data",
        "_ends",
        "_event",
        "_fresh",
        "_has_data",
        "_head",
        "_id",
        "_limit",
        "_lines",
        "_overrun",
        "_retry",
        "foreign",
    )

    def __init__(self, max_event_bytes: int) -> None:
        self._limit = max_event_bytes
        self.foreign = b""
        self._head: bytes | None = b""
        self._ends = LineEnds()
        self._lines = LineBuffer(max_event_bytes)
        self._data = bytearray()
        self._has_data = False
        self._event = ""
        self._id: str | None = None
        self._retry: int | None = None
        self._between_events = True
        self._fresh = False
        """Whether the next piece may take the fast path unchanged. (Even the LF of a cut CRLF does no harm: between two
        events, it is one more blank line.)
        """
        self._overrun = False

    def feed(self, piece: bytes) -> list[ServerSentEvent]:
        """Return the events that are now complete.

        Raises:
            EventTooLarge: The next event is larger than allowed.
        """
        return _events(self.feed_groups(piece))

    def feed_groups(self, piece: bytes) -> list[EventGroup]:
        """Return the events that are now complete, in groups. It is faster if there are many.

        Raises:
            EventTooLarge: The next event is larger than allowed.
        """
        if self._fresh and piece.endswith(b"\n\n") and piece.find(b"\r") < 0:
            found = self._whole_events(piece)
            if found is not None:
                return found
        if self._head is not None:
            piece = self._after_bom(piece)
        groups: list[EventGroup] = []
        if not self._overrun:
            self._read(self._ends.feed(piece), groups)
        self._fresh = self._between_events and self._head is None and not self._overrun
        if self._overrun and not groups:
            raise EventTooLarge(self._limit)
        return groups

    def flush(self) -> list[ServerSentEvent]:
        """Return the last event if the stream ended without a blank line after it.

        An unfinished line counts if its field name is complete.

        Raises:
            EventTooLarge: An event was larger than allowed.
        """
        groups: list[EventGroup] = []
        rest = self._lines.flush()
        if not self._overrun:
            self._read_lines([rest, b""] if b":" in rest or rest.startswith(NO_STREAM) else [b""], groups)
        if self._overrun:
            raise EventTooLarge(self._limit)
        return _events(groups)

    def _after_bom(self, piece: bytes) -> bytes:
        """Return the piece without the byte order mark of the stream. b"" while it may still be one."""
        head = (self._head or b"") + piece
        if len(head) < len(BOM) and BOM.startswith(head):
            self._head = head
            return b""
        self._head = None
        return head.removeprefix(BOM)

    def _read(self, text: bytes, groups: list[EventGroup]) -> None:
        if not self._between_events:
            end = text.find(b"\n\n") + 2
            if end == 1:
                self._read_lines(self._lines.feed(text), groups)
                return
            self._read_lines(self._lines.feed(text[:end]), groups)
            text = text[end:]
        whole = text.rfind(b"\n\n") + 2
        if whole > 1 and not self._overrun:
            found = self._whole_events(text[:whole])
            if found is None:
                self._read_lines(self._lines.feed(text[:whole]), groups)
            else:
                groups += found
            text = text[whole:]
        if text and not self._overrun:
            self._read_lines(self._lines.feed(text), groups)

    def _whole_events(self, text: bytes) -> list[EventGroup] | None:
        """Read text that starts between two events and ends with a blank line.

        Return None unless all of it is plain data, or types and plain data.
        """
        if len(text) > self._limit:
            return None
        if not text.startswith(b"data: "):
            return self._named_events(text[:-2]) if text.startswith(NAMED) else None
        found = text[6:-2].split(b"\n\ndata: ")
        if b"\n" in b"".join(found):  # Finding is faster than counting.
            return None
        return [EventGroup("message", found, self._id, self._retry)]

    def _named_events(self, text: bytes) -> list[EventGroup] | None:
        """Read events of two lines: type and data. Return None if any event has another form.

        Nearly all events of a piece have one type: that of the one in the middle. One split yields the data of them.
        """
        middle = text.find(NEXT_NAMED, len(text) // 2)
        if middle < 0:
            return self._one_by_one(text)
        mark = text[middle : text.find(b"\n", middle + 2)] + b"\ndata: "
        before, *found = text.split(mark)
        groups = self._one_by_one(before)
        if groups is None:
            return None
        name = _name(mark[len(NEXT_NAMED) : -len(b"\ndata: ")])
        group = self._group(groups, name)
        if b"\n" not in b"".join(found[:-1]):
            group += found[:-1]
            found = found[-1:]  # Events of other types may follow the last one.
        for each in found:
            data, more, after = each.partition(b"\n\n")
            if b"\n" in data:
                return None
            group.append(data)
            if more:
                others = self._one_by_one(after)
                if others is None:
                    return None
                groups += others
                group = self._group(groups, name)
        return groups if group else groups[:-1]

    def _one_by_one(self, text: bytes) -> list[EventGroup] | None:
        """Read events of any type, without the last blank line."""
        groups: list[EventGroup] = []
        for event in text.split(b"\n\n"):
            name, found, data = event.partition(b"\ndata: ")
            if not found or b"\n" in data or b"\n" in name or not name.startswith(NAMED):
                return None
            self._group(groups, _name(name[len(NAMED) :])).append(data)
        return groups

    def _group(self, groups: list[EventGroup], name: str) -> list[bytes]:
        """Return the data of the last group, if it is of this type, or else of a new one."""
        if not groups or groups[-1].event != name:
            groups.append(EventGroup(name, [], self._id, self._retry))
        return groups[-1].data

    def _read_lines(self, lines: list[bytes], groups: list[EventGroup]) -> None:
        for line in lines:
            if line:
                self._read_field(line)
                if self._overrun:
                    return
            else:
                if self._has_data:
                    groups.append(EventGroup(self._event or "message", [bytes(self._data)], self._id, self._retry))
                    self._data = bytearray()
                    self._has_data = False
                self._event = ""
        self._overrun = self._lines.overrun
        self._between_events = self._lines.empty and not self._has_data and not self._event

    def _read_field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match name:
            case b"data":
                if self._has_data:
                    self._data += b"\n"
                self._data += value
                self._has_data = True
                if len(self._data) > self._limit:
                    self._overrun = True
                    self._data = bytearray()
            case b"event":
                self._event = value.decode("utf-8", "replace")
            case b"id" if b"\0" not in value:
                self._id = value.decode("utf-8", "replace")
            case b"retry" if value.isdigit() and len(value) <= MAX_RETRY_DIGITS:
                self._retry = int(value)
            case _ if line.startswith(NO_STREAM):
                self.foreign = line
            case _:
                pass


def _name(name: bytes) -> str:
    return name.decode("utf-8", "replace") or "message"


def _events(groups: list[EventGroup]) -> list[ServerSentEvent]:
    return [ServerSentEvent(group.event, data, group.id, group.retry) for group in groups for data in group.data]
