"""Waits until a socket is ready: an event loop's by anyio, a thread's by `poll`. It reads and writes nothing."""

from __future__ import annotations

import select
import socket
from math import ceil

import anyio

from .readiness import CLOSED

LONGEST_WAIT = 24 * 60 * 60 * 1000
"""The longest wait in milliseconds that a C integer can hold."""


async def readable(raw: socket.socket) -> None:
    """Wait until a socket has bytes."""
    try:
        await anyio.wait_readable(raw)
    except (anyio.ClosedResourceError, ValueError):
        raise ConnectionAbortedError(CLOSED) from None


async def writable(raw: socket.socket) -> None:
    """Wait until a socket takes bytes."""
    try:
        await anyio.wait_writable(raw)
    except (anyio.ClosedResourceError, ValueError):
        raise ConnectionAbortedError(CLOSED) from None


def milliseconds(seconds: float | None) -> int | None:
    """Return seconds as `poll` takes them."""
    return None if seconds is None else min(ceil(seconds * 1000), LONGEST_WAIT)


def poll_of(raw: socket.socket) -> select.poll | None:
    """Return a poll object that waits until a socket is readable, if the system has one."""
    if not hasattr(select, "poll"):
        return None
    poll = select.poll()
    poll.register(raw, select.POLLIN | select.POLLPRI)
    return poll


def readable_within(raw: socket.socket, poll: select.poll | None, seconds: float | None) -> bool:
    """Wait until a socket has bytes, in a thread. Return whether it has.

    Args:
        poll: What `poll_of` returned for the socket.
        seconds: The longest wait. None: no limit.
    """
    if poll is None:
        return bool(select.select([raw], [], [], seconds)[0])
    return bool(poll.poll(milliseconds(seconds)))
