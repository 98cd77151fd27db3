"""WebSocket frames as a server writes them, also such as no library would, and what the caller's frames say."""

from __future__ import annotations

import re

from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side
from websockets.utils import accept_key

_KEY = re.compile(rb"\r\nsec-websocket-key: *(\S+)", re.IGNORECASE)


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, reserved: int = 0, masked: bool = False) -> bytes:
    """One frame, byte for byte."""
    first = fin << 7 | reserved << 4 | opcode
    mask = 0x80 if masked else 0
    size = len(payload)
    if size < 126:
        head = bytes((first, mask | size))
    elif size < 1 << 16:
        head = bytes((first, mask | 126)) + size.to_bytes(2)
    else:
        head = bytes((first, mask | 127)) + size.to_bytes(8)
    return head + (bytes(4) if masked else b"") + payload


def text(message: str) -> bytes:
    return frame(Opcode.TEXT, message.encode())


def binary(message: bytes) -> bytes:
    return frame(Opcode.BINARY, message)


def closing(code: int | None = 1000, reason: str = "") -> bytes:
    payload = b"" if code is None else code.to_bytes(2) + reason.encode()
    return frame(Opcode.CLOSE, payload)


def agreement(request: bytes) -> str:
    """The header lines with which a server agrees to a handshake."""
    key = _KEY.search(request)
    assert key is not None, "the request asks for no WebSocket"
    accepted = accept_key(key[1].decode())
    return f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accepted}\r\n"


class WebSocketCaller:
    """What the caller's bytes say, read by the protocol of a server."""

    def __init__(self) -> None:
        self._protocol: Protocol | None = None
        self.said: list[tuple[Opcode, bytes]] = []

    def begin(self, data: bytes) -> None:
        """The handshake is over; these bytes came behind it."""
        self._protocol = Protocol(Side.SERVER, max_size=None)
        self.feed(data)

    def feed(self, data: bytes) -> None:
        if self._protocol is None or not data:
            return
        self._protocol.receive_data(data)
        assert self._protocol.parser_exc is None, self._protocol.parser_exc
        for event in self._protocol.events_received():
            assert isinstance(event, Frame)
            self.said.append((event.opcode, bytes(event.data)))
