"""A connection that changed its protocol: what the call behind it knows, and giving it back.

The permit and the connection are held until `end`, however the conversation ends. It must not know what protocol it
is.
"""

from __future__ import annotations

from typing import TypeVar

from ..._core.policy.observers import ObservedCall
from ..._core.reply.call_record import CallRecord
from ..._core.reply.reading import SWITCHING
from ..._core.reply.validate import unreadable
from ..._io.clock import AsyncClock
from ..._io.limiter import AsyncPermit
from ..._io.sockets import AsyncSocket
from ...errors import APIError, BasetenError, ClientClosedError
from ...types.meta import Headers
from ..transports.direct_response import AsyncDirectResponse
from .opened import AsyncOpened, whole

E = TypeVar("E", bound=APIError)


class AsyncUpgraded:
    """A connection of another protocol.

    Attributes:
        socket: the connection.
        early: what came on it behind the reply's head.
        headers: the reply's headers.
        meta: what is known of the exchange; `elapsed` is the time to the reply.
    """

    def __init__(
        self,
        call: CallRecord,
        response: AsyncDirectResponse,
        permit: AsyncPermit,
        socket: AsyncSocket,
        early: bytes,
        clock: AsyncClock,
    ) -> None:
        self._call = call
        self._response = response
        self._permit = permit
        self._clock = clock
        self.socket = socket
        self.early = early
        self.headers: Headers = response.headers
        self.meta = call.meta(response.status, response.headers, clock.now())

    @property
    def observed(self) -> ObservedCall | None:
        """Those who observe the call."""
        return self._call.observed

    def described(self, error: E) -> E:
        """The error as one of this call."""
        return self._call.describe(error, self._clock.now(), self.meta.request_id)

    def broken(self, error: APIError) -> BasetenError:
        """The error for a connection that broke: this one, unless it was the client that was closed."""
        if self._response.client_closed:
            return ClientClosedError("The client was closed.")
        return self.described(error)

    def end(self) -> None:
        """Close the connection, and give the permit back. Twice is fine."""
        try:
            self._response.discard()
        finally:
            self._permit.settle(b"")

    def abandon(self) -> None:
        """Let go of everything without waiting."""
        self._response.abandon()
        self._permit.settle(b"")


async def upgraded(opened: AsyncOpened, clock: AsyncClock) -> AsyncUpgraded:
    """The connection behind a reply that changes the protocol.

    Raises:
        ResponseValidationError: it does not.
    """
    response = opened.exchange
    if isinstance(response, AsyncDirectResponse) and (taken := response.upgraded()) is not None:
        return AsyncUpgraded(opened.call, response, opened.permit, *taken, clock)
    status = response.status
    problem = "it does not change the protocol. What answers there speaks no WebSocket."
    if status == SWITCHING:
        problem = "it lacks the headers that change the protocol."
    raise opened.call.describe(unreadable(await whole(opened), problem), clock.now())
