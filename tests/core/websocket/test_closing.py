"""How a WebSocket ended, and the error that says why; when silence means its end."""

from __future__ import annotations

import pickle

import pytest

from baseten_sdk import (
    APIConnectionError,
    InvalidRequestError,
    WebSocketClosedError,
    WebSocketError,
    WebSocketInterrupted,
    WebSocketModelError,
    WebSocketProtocolError,
    WebSocketUnsupportedError,
)
from baseten_sdk._core.websocket.closing import Closing, check_close, closing_error, is_clean
from baseten_sdk._core.websocket.keepalive import Keepalive

ENDS: list[tuple[Closing, type[WebSocketError], bool, bool]] = [
    (Closing(1000, ""), WebSocketClosedError, True, False),
    (Closing(1005, ""), WebSocketClosedError, True, False),
    (Closing(1000, "", ours=True), WebSocketClosedError, True, False),
    (Closing(1006, "", ours=True), WebSocketClosedError, True, False),
    (Closing(1001, "bye"), WebSocketClosedError, False, True),
    (Closing(1012, ""), WebSocketClosedError, False, True),
    (Closing(4000, "quota"), WebSocketClosedError, False, False),
    (Closing(1003, "not implemented"), WebSocketUnsupportedError, False, False),
    (Closing(1011, "boom"), WebSocketModelError, False, False),
    (Closing(1006, ""), WebSocketInterrupted, False, True),
    (Closing(1009, "", True, "too large"), WebSocketProtocolError, False, False),
]


@pytest.mark.parametrize(("closing", "kind", "clean", "transient"), ENDS)
def test_each_end_has_its_error(closing: Closing, kind: type[WebSocketError], clean: bool, transient: bool) -> None:
    error = closing_error(closing)
    assert type(error) is kind
    assert is_clean(closing) is clean
    assert error.transient is transient
    assert closing.reason in str(error)
    assert pickle.loads(pickle.dumps(error)) == error
    assert isinstance(error, APIConnectionError) is (kind is WebSocketInterrupted)


@pytest.mark.parametrize("code", [1004, 1005, 1006, 1015, 999, 2999, 5000, True, "1000"])
def test_a_code_that_no_close_frame_may_say_is_refused(code: int) -> None:
    with pytest.raises(InvalidRequestError, match="code must be"):
        check_close(code, "")


def test_a_reason_must_fit_into_a_close_frame() -> None:
    check_close(4000, "é" * 61)
    with pytest.raises(InvalidRequestError, match="at most 123 bytes"):
        check_close(4000, "é" * 62)


def test_silence_is_pinged_and_then_given_up() -> None:
    keepalive = Keepalive(20.0, 100.0)
    assert [keepalive.due(now) for now in (110.0, 119.9, 120.0, 125.0, 139.9, 140.0)] == [
        "nothing",
        "nothing",
        "ping",
        "nothing",
        "nothing",
        "lost",
    ]


def test_anything_that_comes_ends_the_silence() -> None:
    keepalive = Keepalive(20.0, 100.0)
    assert keepalive.due(120.0) == "ping"
    keepalive.heard(139.0)
    assert keepalive.due(158.9) == "nothing"
    assert keepalive.due(159.0) == "ping"
    keepalive.heard(160.0)
    assert Keepalive(None, 0.0).due(1e9) == "nothing"


def test_a_process_that_stood_still_pings_before_it_gives_up() -> None:
    keepalive = Keepalive(20.0, 100.0)
    assert keepalive.due(10_000.0) == "ping"
    assert keepalive.due(10_001.0) == "nothing"
