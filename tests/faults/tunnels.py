"""A proxy that gives tunnels: it reads CONNECT, may ask for a user and a password, and passes bytes on."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class TunnelProxy:
    """Gives tunnels to one server, whatever host was asked for.

    Args:
        port: where that server listens, on 127.0.0.1.

    Attributes:
        heads: the heads of the requests for tunnels.
        port: where the proxy listens, on 127.0.0.1.
    """

    def __init__(self, port: int) -> None:
        self._server = port
        self.heads: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = [self._listener]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                accepted, _ = self._listener.accept()
                self._sockets.append(accepted)
                self._spawn(self._serve, accepted)

    def _spawn(self, target: object, *given: socket.socket) -> None:
        assert callable(target)
        thread = threading.Thread(target=target, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self, caller: socket.socket) -> None:
        with suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += caller.recv(65536)
            self.heads.append(head)
            server = socket.create_connection(("127.0.0.1", self._server))
            self._sockets.append(server)
            caller.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._spawn(_pump, server, caller)
            _pump(caller, server)

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for each in self._sockets:
            each.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
