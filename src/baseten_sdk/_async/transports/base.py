"""The interface of a transport, so that calls need not know which one it is.

A transport sends one request, reports its phases to the timer, and raises only public errors. The exceptions of its
library stay inside its file.
"""

from __future__ import annotations

import ssl
from typing import Protocol

from ..._core.request.header_lines import HeaderLines
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
        """Return the whole body if all of it is there.

        The exchange is then over. Otherwise, return None and take nothing.
        """
        ...

    async def receive(self) -> bytes:
        """Return the next piece of the body, decoded; b"" at its end.

        Raises:
            APIConnectionError: The connection broke, or the body ended before it was complete.
        """
        ...

    async def aclose(self) -> None:
        """End the exchange, even during cancellation. The connection is kept only if its reply was read to the end."""
        ...

    def abandon(self) -> None:
        """Drop it without waiting, as the garbage collector does."""
        ...


class AsyncTransport(Protocol):
    """Sends requests."""

    async def send(self, request: Request, headers: HeaderLines, timer: AsyncTimer) -> AsyncOpenResponse:
        """Send a request and wait for the reply's headers.

        Args:
            headers: The request's headers, with the key.

        Raises:
            APIConnectionError: There is no connection, or it broke. The phase says when.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...

    def abandon(self) -> None:
        """Drop all connections, because their event loop has ended or this process was forked from theirs."""
        ...


def is_limit(error: Exception) -> bool:
    """Whether one of this package's limits was reached. If the kernel gave a connection up, the error has a number."""
    return isinstance(error, TimeoutError) and error.errno is None


def reason_of(error: Exception) -> str:
    """Return what an error says, as a part of a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror if isinstance(error, ssl.SSLError) else error.strerror.lower()
    return str(error).rstrip(".") or type(error).__name__
