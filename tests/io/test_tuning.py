"""What is asked of the kernel for every connection."""

from __future__ import annotations

import socket

import pytest

from baseten_sdk._io.socket_options import UNACKNOWLEDGED, tune


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system gives connections up by its own rules")
def test_a_connection_into_a_black_hole_is_given_up() -> None:
    with socket.socket() as raw:
        tune(raw)
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNACKNOWLEDGED * 1000
        assert raw.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
