"""The guard over the interpreter's sockets: what it lets pass and what it stops."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from baseten_sdk import AsyncClient
from baseten_sdk.testing.network import Guard, guarding

ELSEWHERE = "192.0.2.1"
"""An address for documentation: nobody has it."""


class Left(Exception):
    """The machine would have been left."""


def refuse(attempt: str) -> None:
    raise Left(attempt)


@pytest.fixture
def guard() -> Iterator[Guard]:
    with guarding(Guard(refuse, ["allowed.example"])) as on:
        yield on


def test_connections_to_other_machines_are_stopped_before_they_begin(guard: Guard) -> None:
    with socket.socket() as used, pytest.raises(Left, match=r"connect to 192\.0\.2\.1 port 443"):
        used.connect((ELSEWHERE, 443))
    with socket.socket() as used, pytest.raises(Left):
        used.connect_ex((ELSEWHERE, 443))
    with socket.socket(socket.AF_INET6) as used, pytest.raises(Left):
        used.connect(("2001:db8::1", 443))
    assert len(guard.attempts) == 3


def test_names_of_other_machines_are_not_looked_up(guard: Guard) -> None:
    with pytest.raises(Left, match=r"look up model-x\.api\.baseten\.co port 443"):
        socket.getaddrinfo("model-x.api.baseten.co", 443)
    with pytest.raises(Left):
        socket.getaddrinfo(b"example.com", 80)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: socket.gethostbyname("example.com"),
        lambda: socket.gethostbyname_ex("example.com"),
        lambda: socket.gethostbyaddr(ELSEWHERE),
        lambda: socket.gethostbyaddr("example.com"),
        lambda: socket.getnameinfo((ELSEWHERE, 80), 0),
        lambda: socket.getfqdn(ELSEWHERE),
        lambda: socket.create_connection(("example.com", 80)),
        lambda: socket.getaddrinfo("example.com.", 80),
    ],
)
def test_no_way_of_asking_for_a_name_is_open(guard: Guard, ask: Callable[[], object]) -> None:
    with pytest.raises(Left, match=r"look up (example\.com|192\.0\.2\.1)"):
        ask()


@pytest.mark.parametrize("host", [ELSEWHERE, ELSEWHERE.encode(), bytearray(ELSEWHERE.encode())], ids=["s", "b", "ba"])
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_an_address_is_stopped_in_every_form(
    guard: Guard, host: str | bytes | bytearray, kind: socket.SocketKind
) -> None:
    with socket.socket(type=kind) as used, pytest.raises(Left, match=r"connect to 192\.0\.2\.1 port 53"):
        used.connect((host, 53))


@pytest.mark.parametrize("host", ["::ffff:192.0.2.1", "fe80::1%lo", "ff02::fb"])
def test_an_address_of_six_is_stopped_in_every_form(guard: Guard, host: str) -> None:
    with socket.socket(socket.AF_INET6) as used, pytest.raises(Left):
        used.connect((host, 443))


def test_datagrams_to_other_machines_are_stopped(guard: Guard) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as used:
        with pytest.raises(Left, match="send to 192"):
            used.sendto(b"x", (ELSEWHERE, 53))
        with pytest.raises(Left, match="send to 192"):
            used.sendto(b"x", 0, (ELSEWHERE.encode(), 53))
        with pytest.raises(Left, match="send to 192"):
            used.sendmsg([b"x"], [], 0, (ELSEWHERE, 53))
        with pytest.raises(Left, match="send to <broadcast>"):
            used.sendto(b"x", ("<broadcast>", 53))


def test_datagrams_on_this_machine_are_free(guard: Guard) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as here, socket.socket(type=socket.SOCK_DGRAM) as there:
        here.bind(("127.0.0.1", 0))
        there.sendto(b"x", here.getsockname())
        there.sendmsg([b"y"], [], 0, here.getsockname())
        there.connect((b"127.0.0.1", here.getsockname()[1]))
        there.sendmsg([b"z"])
        assert [here.recv(1) for _ in range(3)] == [b"x", b"y", b"z"]
    assert guard.attempts == []


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="has no sockets of this kind")
def test_a_socket_of_the_file_system_is_free(guard: Guard, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as used:
        server.bind(str(tmp_path / "s"))
        server.listen()
        used.connect(str(tmp_path / "s"))
    assert guard.attempts == []


def test_a_datagram_socket_may_ask_for_its_own_address(guard: Guard) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as used:
        used.connect(("127.0.0.1", 9))
    assert guard.attempts == []


def test_this_machine_is_free(guard: Guard) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
    assert socket.getaddrinfo("localhost", 80)
    assert socket.getaddrinfo(ELSEWHERE, 80), "a number is no question to anyone"
    assert guard.attempts == []


def test_a_host_can_be_allowed() -> None:
    guard = Guard(refuse, ["Allowed.Example"])
    guard.heard("socket.getaddrinfo", ("allowed.example", 443, 0, 0, 0))
    guard.heard("socket.gethostbyname", (b"ALLOWED.example.",))
    assert guard.attempts == []


def test_a_host_that_is_allowed_by_name_is_reached_by_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, port: int | None) -> list[object]:
        assert (host, port) == ("allowed.example", None)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ELSEWHERE, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    guard = Guard(refuse, ["allowed.example"])
    guard.heard("socket.connect", (None, (ELSEWHERE, 443)))
    assert guard.attempts == []
    with pytest.raises(Left):
        guard.heard("socket.connect", (None, ("192.0.2.2", 443)))


def test_other_threads_are_guarded(guard: Guard) -> None:
    def leave() -> None:
        with socket.socket() as used, pytest.raises(Left):
            used.connect((ELSEWHERE, 443))

    thread = threading.Thread(target=leave)
    thread.start()
    thread.join()
    assert guard.attempts == [f"connect to {ELSEWHERE} port 443"]


def test_nothing_is_guarded_outside_of_the_block() -> None:
    with guarding(Guard(refuse)) as guard:
        pass
    with socket.socket() as used:
        used.setblocking(False)
        used.connect_ex(("127.0.0.1", 9))
    assert guard.attempts == []


@pytest.mark.parametrize("host", ["example.com", ELSEWHERE])
def test_a_client_on_uvloop_is_stopped_too(guard: Guard, host: str) -> None:
    """Its loop looks names up by itself, which the interpreter does not announce."""
    uvloop = pytest.importorskip("uvloop")

    async def ask() -> None:
        async with AsyncClient(
            api_key="k" * 8, base_url=f"http://{host}/v1", transport="direct", max_retries=0
        ) as client:
            await client.models.list()

    with pytest.raises(Left, match=host):
        uvloop.run(ask())
