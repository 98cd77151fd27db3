"""Connecting in threads: an exception that is no connection's reaches the caller, and leaves no socket behind."""

from __future__ import annotations

import socket
from math import inf

import pytest

from baseten_sdk._core.policy.phases import TimeLimits
from baseten_sdk._io.connecting import Connecting
from baseten_sdk._io.timer import Timer
from baseten_sdk.config import Timeout


class Stopped(BaseException):
    """Like a Ctrl-C, or the refusal of an audit hook."""


@pytest.fixture
def timer() -> Timer:
    return Timer(TimeLimits(Timeout(), 30.0, inf, inf))


@pytest.mark.parametrize("error", [Stopped(), MemoryError(), UnicodeError("label too long"), OSError("no such name")])
def test_what_ends_the_look_up_of_a_name_ends_the_call(
    error: BaseException, timer: Timer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_: object, **__: object) -> list[object]:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(type(error)) as caught:
        Connecting.open("some.test", 443, timer)
    assert caught.value is error


def test_an_interrupted_connection_leaves_no_socket_open(timer: Timer, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[socket.socket] = []

    class Interrupted(socket.socket):
        def connect_ex(self, address: object) -> int:
            made.append(self)
            raise Stopped

    monkeypatch.setattr(socket, "socket", Interrupted)
    with pytest.raises(Stopped):
        Connecting.open("127.0.0.1", 9, timer)
    assert [each.fileno() for each in made] == [-1]
