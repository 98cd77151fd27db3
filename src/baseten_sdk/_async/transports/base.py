"""The protocol that a transport fulfils, so that the calls above it need not know which one it is.

A transport carries one request, in the phases that it tells the timer, and raises public errors alone: what its library
raises stays inside its file.
"""

from __future__ import annotations

import ssl
from typing import Protocol

from ..._core.request.request import Request
from ..._io.timer import AsyncTimer
from ...types.meta import Headers

UNCLOSED = "A client was not closed: use it as a context manager, or close it."


class AsyncOpenResponse(Protocol):
    """A reply whose headers have arrived and whose body has not been read."""

    status: int
    headers: Headers

    @property
    def ready(self) -> bool:
        """Whether the next piece, or the end, is there without waiting."""
        ...

    def whole(self) -> bytes | None:
        """The whole body, where all of it is there; then the exchange is over. Else None, and nothing was taken."""
        ...

    async def receive(self) -> bytes:
        """The next piece of the body, decoded from its content encoding; b"" at its end.

        Raises:
            APIConnectionError: the connection broke, or the body ended before it was complete.
        """
        ...

    async def aclose(self) -> None:
        """Be done with it, whatever is being canceled. A connection whose reply was not read to its end is closed, any
        other is kept."""
        ...

    def abandon(self) -> None:
        """Let go of it without waiting, as the garbage collector does."""
        ...


class AsyncTransport(Protocol):
    """Carries requests."""

    async def send(self, request: Request, timer: AsyncTimer) -> AsyncOpenResponse:
        """Send a request and wait for the reply's headers.

        Raises:
            APIConnectionError: no connection, or it broke; the phase says when.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...

    def abandon(self) -> None:
        """Let go of all connections: their event loop has ended, or this process is a fork of theirs."""
        ...


def is_limit(error: Exception) -> bool:
    """Whether a limit of ours was reached; where the kernel gives a connection up, the error has a number."""
    return isinstance(error, TimeoutError) and error.errno is None


def reason_of(error: Exception) -> str:
    """What an error says, as a part of a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror if isinstance(error, ssl.SSLError) else error.strerror.lower()
    return str(error).rstrip(".") or type(error).__name__
