"""The receiver's own server over a socket: how long it waits for half a request, and how much of one it takes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from baseten_sdk.receiver import MemoryStore, WebhookReceiver, app, protocol
from baseten_sdk.receiver.serving import ServerThread
from baseten_sdk.webhooks import sign
from tests.receiver.deliveries import SECRET, body_of


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def port(store: MemoryStore) -> Iterator[int]:
    server = ServerThread(WebhookReceiver(secrets=SECRET, store=store), "127.0.0.1", 0)
    server.start()
    yield server.port
    server.stop()


def head(body: bytes) -> bytes:
    lines = ("POST / HTTP/1.1", "Host: x", f"X-Baseten-Signature: {sign(body, SECRET)}", f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode()


def rest(connection: socket.socket) -> bytes:
    """What the server says until it closes the connection."""
    connection.settimeout(10)
    pieces: list[bytes] = []
    with suppress(ConnectionResetError):  # it did not read all that it was sent
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("begun", [b"", b"P", b"POST / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nHost: x\r\n"])
def test_a_head_that_does_not_end_is_given_up(port: int, monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(begun)
        assert rest(connection) == b""


def test_so_is_the_second_head_of_a_connection(port: int, monkeypatch: pytest.MonkeyPatch, store: MemoryStore) -> None:
    body = body_of("r1")
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head(body) + body)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
        connection.sendall(b"POST / HT")
        rest(connection)
    assert len(store) == 1


def test_a_body_that_does_not_end_is_given_up(port: int, monkeypatch: pytest.MonkeyPatch, store: MemoryStore) -> None:
    monkeypatch.setattr(app, "BODY_SECONDS", 0.05)
    # Its time has nothing to do with that of a head, which is over.
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 60.0)
    body = body_of("r1")
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head(body) + body[:-1])
        assert rest(connection).startswith(b"HTTP/1.1 408 ")
    assert len(store) == 0


def test_the_body_of_a_stranger_is_not_waited_for(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        assert rest(connection).startswith(b"HTTP/1.1 401 ")


def test_a_head_without_end_costs_little(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nX: " + b"x" * 200_000)
        assert rest(connection)[:13] in (b"HTTP/1.1 400 ", b"")
