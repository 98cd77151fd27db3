"""One WebSocket as messages: a thin layer over the protocol of `websockets`, which does no I/O.

Owns the headers of the handshake, joining fragments into messages, and how the connection ended. It reads no socket:
`feed` takes bytes and returns the bytes to send. The library handles frames, masks, control frames and the rules of RFC
6455.
"""

from __future__ import annotations

from collections import deque

from websockets.client import ClientProtocol
from websockets.datastructures import Headers as Lines
from websockets.exceptions import InvalidHandshake
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import Protocol, Side, State
from websockets.uri import WebSocketURI

from ...types.meta import Headers
from ..reply.reading import SWITCHING
from ..request.header_lines import HeaderPairs
from .closing import ABNORMAL, Closing

INVALID_DATA = 1007

_DATA = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})


class Handshake:
    """Asks for a WebSocket, and checks the reply."""

    __slots__ = ("_protocol",)

    def __init__(self) -> None:
        # Host and path are already in the request. Only the key matters here, and the reply to it.
        self._protocol = ClientProtocol(WebSocketURI(True, "x", 443, "/", ""))

    @property
    def headers(self) -> HeaderPairs:
        """The headers that ask for a WebSocket."""
        lines = self._protocol.connect().headers.raw_items()
        return tuple((name.lower(), value) for name, value in lines if name != "Host")

    def problem(self, headers: Headers) -> str | None:
        """Return what is wrong with the server's headers after status 101, or None."""
        try:
            self._protocol.process_response(Response(SWITCHING, "", Lines(headers.items())))
        except InvalidHandshake as error:
            return str(error)
        return None


class MessageProtocol:
    """One connection, from the handshake to its end.

    Args:
        most: The maximum size of a message in bytes.

    Attributes:
        messages: Complete messages that were not taken yet.
        held: Their approximate size in bytes.
        closing: Why no more messages will arrive. None while they may.
    """

    __slots__ = ("_fragments", "_protocol", "_text", "closing", "held", "messages")

    def __init__(self, most: int) -> None:
        self._protocol = Protocol(Side.CLIENT, max_size=most)
        self._fragments: list[bytes] = []
        self._text = False
        self.messages: deque[str | bytes] = deque()
        self.held = 0
        self.closing: Closing | None = None

    def send(self, text: bool, data: bytes) -> list[bytes]:
        """Return the frame of a text or binary message. The connection must be open."""
        protocol = self._protocol
        if text:
            protocol.send_text(data)
        else:
            protocol.send_binary(data)
        return protocol.data_to_send()

    def ping(self) -> list[bytes]:
        """Return a ping, or nothing if the other side would not answer it."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_ping(b"")
        return self._protocol.data_to_send()

    def close(self, code: int, reason: str) -> list[bytes]:
        """Begin to close, unless either side has."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code, reason)
        return self._protocol.data_to_send()

    @property
    def open(self) -> bool:
        """Whether a message may be sent."""
        return self._protocol.state is State.OPEN

    def feed(self, data: bytes) -> list[bytes]:
        """Process received bytes; b"" is their end. Return the bytes to send in reply."""
        try:
            return self._fed(data)
        except StopIteration:
            # An exception of a signal handler, such as Ctrl-C, struck inside the parser, which ended it.
            self.closing = Closing(ABNORMAL, "", True, "an interrupt ended it")
            return []

    def _fed(self, data: bytes) -> list[bytes]:
        protocol = self._protocol
        if not data:
            protocol.receive_eof()
            # Nothing more is sent either, because the other side no longer receives.
            protocol.data_to_send()
            self._end()
            return []
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Frame) and event.opcode in _DATA:
                self._add(event)
        if protocol.state is not State.OPEN and (protocol.close_rcvd is not None or protocol.parser_exc is not None):
            self._end()
        return protocol.data_to_send()

    def taken(self, message: str | bytes) -> None:
        """Note that a message was taken."""
        self.held -= len(message)

    def drop(self) -> None:
        """Discard the messages that were not taken."""
        self.messages.clear()
        self.held = 0

    def _add(self, frame: Frame) -> None:
        opcode, data = frame.opcode, bytes(frame.data)
        if opcode is not Opcode.CONT:
            self._text = opcode is Opcode.TEXT
            if frame.fin:
                self._complete(data)
                return
        self._fragments.append(data)
        if frame.fin:
            whole = b"".join(self._fragments)
            self._fragments.clear()
            self._complete(whole)

    def _complete(self, data: bytes) -> None:
        if self.closing is not None:
            return
        message: str | bytes = data
        if self._text:
            try:
                message = data.decode()
            except UnicodeDecodeError as error:
                self._protocol.fail(INVALID_DATA, "text is not UTF-8")
                self.closing = Closing(INVALID_DATA, "", True, f"a text message is not UTF-8 ({error.reason})")
                return
        self.messages.append(message)
        self.held += len(data)

    def _end(self) -> None:
        if self.closing is not None:
            return
        protocol = self._protocol
        received, sent = protocol.close_rcvd, protocol.close_sent
        wrong = protocol.parser_exc
        if wrong is not None and not isinstance(wrong, EOFError):
            self.closing = Closing(ABNORMAL if sent is None else sent.code, "", True, str(wrong).rstrip("."))
        elif received is None:
            self.closing = Closing(ABNORMAL, "", ours=sent is not None)
        else:
            ours = not protocol.close_rcvd_then_sent
            self.closing = Closing(received.code, received.reason, ours)
