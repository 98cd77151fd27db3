"""Server-sent events out of bytes, after the event-stream rules of the HTML standard.

Owns the framing: lines, fields, and the bound on one event. It must not know what the data mean (`[DONE]`,
JSON, errors), which content type the reply had, nor where the bytes come from.

Theory of operation. Everything is done on bytes: no byte inside a longer UTF-8 character is a CR, LF or
colon, so bytes and text split alike, and U+2028, U+2029, U+0085, VT and FF never end a line. Each piece is
looked at once and then belongs either to the quick way or to the reader of lines:

- The quick way takes text that starts between two events and ends with a blank line. Nearly every piece of
  a chat stream is `data: {...}\\n\\n`, once or several times; one split at what stands between two such events
  yields the data of all of them, where no line ends anywhere else. What knows events by their data alone asks
  for nothing more (`feed_bare`): then `event: name\\ndata: {...}\\n\\n` goes the quick way too.
- The reader of lines takes everything else: the rest of an event whose beginning came before, an event
  whose end has not arrived, comments, other fields, data of several lines.

Unfinished text is kept in bytearrays that grow in amortised constant time, so an event that comes byte by
byte costs no more than its length.

Two choices where the standard suits browsers better than programs. An event that the end of the stream
leaves unfinished is discarded by the standard; here `flush` gives it, since servers do end with `data:
[DONE]` and no blank line. It may be half an event: data from `flush` that cannot be read mean a stream that
was cut, not one that was garbage. And an event that is too large is an error instead of memory: whatever
was complete before it is returned first, and the error is raised by the next `feed` or `flush`.
"""

from __future__ import annotations

from dataclasses import dataclass

from .text import BOM, LineBuffer, LineEnds

DEFAULT_MAX_EVENT_BYTES = 8 * 1024 * 1024

NAMED = b"event: "

NEXT_NAMED = b"\n\nevent: "

MAX_RETRY_DIGITS = 15
"""A longer `retry` is nonsense, and converting it could take long or be refused by Python."""


class EventTooLarge(ValueError):
    """An event's data, or a line, is larger than allowed.

    Attributes:
        limit: the bound in bytes.
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
        event: its type; "message" where it names none.
        data: its data lines, joined with LF. Bytes, so that JSON is read straight from them.
        id: the last event id that the stream has set so far; None where it has set none.
        retry: the reconnection time in milliseconds that the stream has set so far; None where none.
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


# A frozen dataclass's own __init__ goes through object.__setattr__, which takes half as long again.
_set_event = ServerSentEvent.__dict__["event"].__set__
_set_data = ServerSentEvent.__dict__["data"].__set__
_set_id = ServerSentEvent.__dict__["id"].__set__
_set_retry = ServerSentEvent.__dict__["retry"].__set__


class SSEDecoder:
    """Bytes to events, the same for every way of cutting the bytes.

    Args:
        max_event_bytes: the largest data of one event, and the longest line, that is taken.
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
    )

    def __init__(self, max_event_bytes: int = DEFAULT_MAX_EVENT_BYTES) -> None:
        self._limit = max_event_bytes
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
        """Whether the next piece may go the quick way as it is. (Not even the LF of a cut CRLF matters then:
        between two events it is one more blank line.)"""
        self._overrun = False

    def feed(self, piece: bytes) -> list[ServerSentEvent]:
        """The events that are complete now.

        Raises:
            EventTooLarge: the next event is larger than allowed.
        """
        return [event for event in self._feed(piece, bare=False) if isinstance(event, ServerSentEvent)]

    def feed_bare(self, piece: bytes) -> list[bytes | ServerSentEvent]:
        """The same, but an event may be its data alone: one that names no type, or one that its data name as well.

        An event of the type "error" is never bare.

        Raises:
            EventTooLarge: the next event is larger than allowed.
        """
        return self._feed(piece, bare=True)

    def _feed(self, piece: bytes, *, bare: bool) -> list[bytes | ServerSentEvent]:
        if self._fresh and piece.endswith(b"\n\n") and piece.find(b"\r") < 0:
            found = self._whole_events(piece, bare)
            if found is not None:
                return found
        if self._head is not None:
            piece = self._after_bom(piece)
        events: list[bytes | ServerSentEvent] = []
        if not self._overrun:
            self._read(self._ends.feed(piece), events, bare)
        self._fresh = self._between_events and self._head is None and not self._overrun
        if self._overrun and not events:
            raise EventTooLarge(self._limit)
        return events

    def flush(self) -> list[ServerSentEvent]:
        """The last event, where the stream ended without the blank line after it.

        An unfinished line counts if its field's name is complete.

        Raises:
            EventTooLarge: an event was larger than allowed.
        """
        events: list[bytes | ServerSentEvent] = []
        rest = self._lines.flush()
        if not self._overrun:
            self._read_lines([rest, b""] if b":" in rest else [b""], events)
        if self._overrun:
            raise EventTooLarge(self._limit)
        return [event for event in events if isinstance(event, ServerSentEvent)]

    def _after_bom(self, piece: bytes) -> bytes:
        """The piece without the byte order mark of the stream; b"" while it may still become one."""
        head = (self._head or b"") + piece
        if len(head) < len(BOM) and BOM.startswith(head):
            self._head = head
            return b""
        self._head = None
        return head.removeprefix(BOM)

    def _read(self, text: bytes, events: list[bytes | ServerSentEvent], bare: bool) -> None:
        if not self._between_events:
            end = text.find(b"\n\n") + 2
            if end == 1:
                self._read_lines(self._lines.feed(text), events)
                return
            self._read_lines(self._lines.feed(text[:end]), events)
            text = text[end:]
        whole = text.rfind(b"\n\n") + 2
        if whole > 1 and not self._overrun:
            found = self._whole_events(text[:whole], bare)
            if found is None:
                self._read_lines(self._lines.feed(text[:whole]), events)
            else:
                events += found
            text = text[whole:]
        if text and not self._overrun:
            self._read_lines(self._lines.feed(text), events)

    def _whole_events(self, text: bytes, bare: bool) -> list[bytes | ServerSentEvent] | None:
        """Read text that starts between two events and ends with a blank line; None if not all is plain data."""
        if len(text) > self._limit:
            return None
        if not text.startswith(b"data: "):
            return _named_events(text) if bare and text.startswith(NAMED) else None
        found = text[6:-2].split(b"\n\ndata: ")
        if b"\n" in b"".join(found):  # sooner found than counted
            return None
        if bare:
            return [*found]
        return [ServerSentEvent("message", data, self._id, self._retry) for data in found]

    def _read_lines(self, lines: list[bytes], events: list[bytes | ServerSentEvent]) -> None:
        for line in lines:
            if line:
                self._read_field(line)
                if self._overrun:
                    return
            else:
                if self._has_data:
                    event = self._event or "message"
                    events.append(ServerSentEvent(event, bytes(self._data), self._id, self._retry))
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
            case _:
                pass


def _named_events(text: bytes) -> list[bytes | ServerSentEvent] | None:
    """Read events of two lines, their type and their data; None if not all are that.

    Nearly all events of a piece have one type: that of the one in its middle. One split yields the data of all of them.
    """
    middle = text.find(NEXT_NAMED, len(text) // 2) + len(NEXT_NAMED)
    start = middle if middle >= len(NEXT_NAMED) else len(NAMED)
    name = text[start : text.find(b"\n", start)]
    mark, quoted = b"event: %b\ndata: " % name, b'"%b"' % name
    before, *found = (b"\n\n" + text[:-2]).split(b"\n\n" + mark)
    events = _one_by_one(before[2:]) if before else []
    if events is None:
        return None
    for data in found:
        if quoted in data and b"\n" not in data and name != b"error":
            events.append(data)
        else:
            more = _one_by_one(mark + data)
            if more is None:
                return None
            events += more
    return events


def _one_by_one(text: bytes) -> list[bytes | ServerSentEvent] | None:
    """Read events of any type; the last one without its blank line."""
    events: list[bytes | ServerSentEvent] = []
    for event in text[len(NAMED) :].split(NEXT_NAMED):
        name, found, data = event.partition(b"\ndata: ")
        if not found or b"\n" in data or b"\n" in name:
            return None
        if b'"%b"' % name in data and name != b"error":
            events.append(data)
        else:
            events.append(ServerSentEvent(name.decode("utf-8", "replace") or "message", data))
    return events
