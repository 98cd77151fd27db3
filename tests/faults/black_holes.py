"""Addresses that do not answer, and names that stand for whatever a test likes."""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import contextmanager

import pytest


@contextmanager
def black_hole() -> Generator[int]:
    """A port of 127.0.0.1 whose connections are never made: its queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port: int = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(3)]
        try:
            for each in fillers:
                each.setblocking(False)
                each.connect_ex(("127.0.0.1", port))
            yield port
        finally:
            for each in fillers:
                each.close()


def resolving(monkeypatch: pytest.MonkeyPatch, *ports: int) -> None:
    """Let every name have these ports of this machine for its addresses."""
    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]

    def resolve(*_: object, **__: object) -> object:
        return addresses

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
