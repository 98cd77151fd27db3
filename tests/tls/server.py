"""A server that speaks TLS with a certificate that nobody trusts unless told to."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

CERTIFICATE = Path(__file__).with_name("certificate.pem")
KEY = Path(__file__).with_name("key.pem")

LARGE = 200_000
"""Bytes of a field, so that a reply has many TLS records."""

BODY = b'{"object": "list", "data": [{"id": "a/b", "note": "%s"}]}' % (b"x" * LARGE)
ENDLESS = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n%s" % BODY
"""A reply that ends with its connection."""

REPLY = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(BODY), BODY)


class TLSServer:
    """Answers every request with a list of models.

    Args:
        announced: whether the reply ends with its connection, and whether TLS says so first; None where it has a
            length.

    Attributes:
        url: a base URL for clients.
        port: where it listens, on 127.0.0.1.
        connections: how many were made.
        requests: what was read, a piece at a time.
    """

    def __init__(self, *, announced: bool | None = None) -> None:
        self._announced = announced
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(CERTIFICATE, KEY)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"https://localhost:{self.port}/v1"
        self.requests: list[bytes] = []
        self.connections = 0
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(raw,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, raw: socket.socket) -> None:
        try:
            with raw, self._context.wrap_socket(raw, server_side=True) as connection:
                self.connections += 1
                while data := connection.recv(65536):
                    self.requests.append(data)
                    connection.sendall(REPLY if self._announced is None else ENDLESS)
                    if self._announced:
                        connection.unwrap()
                    if self._announced is not None:
                        return
        except OSError:
            return

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)
        self._listener.close()
