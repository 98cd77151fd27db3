"""The watch over the interpreter's sockets: what it lets pass and what it stops."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from baseten_sdk.testing.network import Watch, watching

ELSEWHERE = "192.0.2.1"
"""An address for documentation: nobody has it."""


class Left(Exception):
    """The machine would have been left."""


def refuse(attempt: str) -> None:
    raise Left(attempt)


@pytest.fixture
def watch() -> Iterator[Watch]:
    with watching(Watch(refuse, ["allowed.example"])) as on:
        yield on


def test_connections_to_other_machines_are_stopped_before_they_begin(watch: Watch) -> None:
    with socket.socket() as used, pytest.raises(Left, match=r"connect to 192\.0\.2\.1 port 443"):
        used.connect((ELSEWHERE, 443))
    with socket.socket() as used, pytest.raises(Left):
        used.connect_ex((ELSEWHERE, 443))
    with socket.socket(socket.AF_INET6) as used, pytest.raises(Left):
        used.connect(("2001:db8::1", 443))
    assert len(watch.attempts) == 3


def test_names_of_other_machines_are_not_looked_up(watch: Watch) -> None:
    with pytest.raises(Left, match=r"look up model-x\.api\.baseten\.co port 443"):
        socket.getaddrinfo("model-x.api.baseten.co", 443)
    with pytest.raises(Left):
        socket.getaddrinfo(b"example.com", 80)


def test_datagrams_to_other_machines_are_stopped(watch: Watch) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as used, pytest.raises(Left, match="send to"):
        used.sendto(b"x", (ELSEWHERE, 53))


def test_a_datagram_socket_may_ask_for_its_own_address(watch: Watch) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as used:
        used.connect(("127.0.0.1", 9))
    assert watch.attempts == []


def test_this_machine_is_free(watch: Watch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
    assert socket.getaddrinfo("localhost", 80)
    assert socket.getaddrinfo(ELSEWHERE, 80), "a number is no question to anyone"
    assert watch.attempts == []


def test_a_host_can_be_allowed() -> None:
    watch = Watch(refuse, ["Allowed.Example"])
    watch.heard("socket.getaddrinfo", ("allowed.example", 443, 0, 0, 0))
    assert watch.attempts == []


def test_other_threads_are_watched(watch: Watch) -> None:
    def leave() -> None:
        with socket.socket() as used, pytest.raises(Left):
            used.connect((ELSEWHERE, 443))

    thread = threading.Thread(target=leave)
    thread.start()
    thread.join()
    assert watch.attempts == [f"connect to {ELSEWHERE} port 443"]


def test_nothing_is_watched_outside_of_the_block() -> None:
    with watching(Watch(refuse)) as watch:
        pass
    with socket.socket() as used:
        used.setblocking(False)
        used.connect_ex(("127.0.0.1", 9))
    assert watch.attempts == []
