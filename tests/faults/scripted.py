"""A server that says on a socket exactly what it is told, byte for byte, and nothing else.

Each connection plays the next script, a list of actions; when a script is over the connection is closed. Most scripts
begin with a request that is read to its end: `Send` and `Drip` do that themselves, once for each reply.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeAlias

from websockets.frames import Opcode

from tests.faults.frames import WebSocketCaller, agreement

PATIENCE = 60.0
"""Seconds after which a test that waits has failed."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Send:
    """Read a request, then send these bytes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class More:
    """Send these bytes, without a request before them."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Drip:
    """Send these bytes one at a time, without a request before them, until the caller has had enough.

    Attributes:
        pause: seconds between two bytes.
    """

    data: bytes
    pause: float = 0.02


@dataclass(frozen=True, slots=True)
class Read:
    """Read a request and say nothing."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Say nothing until the event is set; without one, until the caller closes the connection."""

    until: threading.Event | None = None


@dataclass(frozen=True, slots=True)
class Tell:
    """Set an event: the script has come this far."""

    event: threading.Event


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Read the handshake of a WebSocket and agree to it, then send these bytes.

    Attributes:
        headers: header lines in place of those that agree.
    """

    data: bytes = b""
    headers: str | None = None


@dataclass(frozen=True, slots=True)
class Until:
    """Wait until the caller has sent these bytes behind the handshake; masks are taken off before."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Reset:
    """End the connection with a reset."""


@dataclass(frozen=True, slots=True)
class Close:
    """End the connection in good order, before the script goes on."""


Action: TypeAlias = Send | More | Drip | Read | Hold | Tell | Upgrade | Until | Reset | Close


def reply(body: bytes = b"{}", status: str = "200 OK", headers: dict[str, str] | None = None) -> Send:
    """A well-formed reply, after which the connection may be used again."""
    given = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return Send(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)


def events(*data: str, end: bool = False) -> Send:
    """The beginning of an event stream, chunked; its end only on demand."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    return Send(head + b"".join(event(each).data for each in data) + (b"0\r\n\r\n" if end else b""))


def event(data: str) -> More:
    """One more event of a chunked stream."""
    piece = f"data: {data}\n\n".encode()
    return More(b"%x\r\n%s\r\n" % (len(piece), piece))


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    script: Sequence[Action]
    left: threading.Event = field(default_factory=threading.Event)
    unread: bytes = b""
    frames: WebSocketCaller = field(default_factory=WebSocketCaller)


class ScriptedServer:
    """Plays its scripts, one for each connection in the order in which they come; the last one again and again.

    Attributes:
        requests: the requests that were read, as they came.
        host: the address where it listens.
        port: the port.
    """

    def __init__(self, *scripts: Sequence[Action], host: str = "127.0.0.1") -> None:
        self.host = host
        self.requests: list[bytes] = []
        self._scripts = scripts
        self._connections: list[_Connection] = []
        self._changed = threading.Condition()
        self._listener = socket.create_server((host, 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def url(self) -> str:
        """A base URL for clients."""
        return f"http://{self.host}:{self.port}/v1"

    @property
    def connections(self) -> int:
        """How many connections there were so far."""
        return len(self._connections)

    def left(self, number: int) -> bool:
        """Whether the caller has closed a connection that was held."""
        return self._connections[number].left.is_set()

    def wait_until_left(self, number: int) -> bool:
        """Wait until the caller closes a connection that is held; whether it did.

        A caller may leave before the connection was accepted here.
        """
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._connections) > number, PATIENCE), "no such connection came"
        return self._connections[number].left.wait(PATIENCE)

    def said(self, number: int = 0) -> list[tuple[Opcode, bytes]]:
        """The frames that came on a WebSocket so far; whole once `wait_until_left` says that the caller has left."""
        return self._connections[number].frames.said

    def wait_for_requests(self, count: int) -> None:
        """Wait until so many requests were read."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.requests) >= count, PATIENCE), "no such request came"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Shutting down wakes whoever waits on a socket; closing alone would not.
        _shut_down(self._listener)
        self._threads[0].join(PATIENCE)
        for connection in self._connections:
            _shut_down(connection.socket)
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a script waits for what never came"
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            script = self._scripts[min(len(self._connections), len(self._scripts) - 1)]
            connection = _Connection(accepted, script)
            with self._changed:
                self._connections.append(connection)
                self._changed.notify_all()
            thread = threading.Thread(target=self._play, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _play(self, connection: _Connection) -> None:
        with connection.socket:
            try:
                for action in connection.script:
                    self._do(action, connection)
            except OSError:
                connection.left.set()

    def _do(self, action: Action, connection: _Connection) -> None:
        match action:
            case Read():
                self._read(connection)
            case Send(data):
                self._read(connection)
                connection.socket.sendall(data)
            case More(data):
                connection.socket.sendall(data)
            case Drip(data, pause):
                for at in range(len(data)):
                    connection.socket.sendall(data[at : at + 1])
                    if connection.left.wait(pause):
                        return
            case Hold(None):
                try:
                    while data := connection.socket.recv(65536):
                        connection.frames.feed(data)
                finally:
                    connection.left.set()
            case Hold(until) if until is not None:
                until.wait(PATIENCE)
            case Tell(told):
                told.set()
            case Upgrade(data, headers):
                self._read(connection)
                agreed = agreement(self.requests[-1]) if headers is None else headers
                connection.socket.sendall(f"HTTP/1.1 101 Switching Protocols\r\n{agreed}\r\n".encode() + data)
                connection.frames.begin(connection.unread)
            case Until(data):
                while not any(data in payload for _, payload in connection.frames.said):
                    connection.frames.feed(_receive(connection.socket))
            case Reset():
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.socket.close()
            case Close():
                connection.socket.close()
            case _:
                raise AssertionError(action)

    def _read(self, connection: _Connection) -> None:
        """Read one request, head and body."""
        data = connection.unread
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += _receive(connection.socket)
        length = _LENGTH.search(data[:end])
        whole = end + 4 + (int(length[1]) if length else 0)
        while len(data) < whole:
            data += _receive(connection.socket)
        connection.unread = data[whole:]
        with self._changed:
            self.requests.append(data[:whole])
            self._changed.notify_all()


def _receive(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError("the caller went away")
    return piece


def _shut_down(each: socket.socket) -> None:
    try:
        each.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def refusing_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
