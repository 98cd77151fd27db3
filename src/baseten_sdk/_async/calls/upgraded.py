"""A connection that changed its protocol: the facts of its call, and how to give it back.

The permit and the connection are held until `end`, however the conversation ends. This module must not know the
protocol.
"""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

from ..._core.policy.observers import ObservedCall
from ..._core.reply.call_record import CallRecord
from ..._core.reply.reading import SWITCHING
from ..._core.reply.redaction import Redactor
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
    """A connection with another protocol.

    Attributes:
        early: The bytes that arrived after the reply's head.
        meta: The facts of the exchange. `elapsed` is the time to the reply.
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
        self.meta = call.meta(response.status, response.headers, clock.steady())

    @property
    def observed(self) -> ObservedCall | None:
        """The observers of the call."""
        return self._call.observed

    @cached_property
    def redactor(self) -> Redactor:
        """What removes the secrets of the call from what observers see."""
        return self._call.redactor()

    def described(self, error: E) -> E:
        """Return the error with the facts of this call."""
        if not error.tries:
            error.tries = self.meta.cut_tries
        return self._call.describe(error, self._clock.steady(), self.meta.request_id)

    def broken(self, error: APIError) -> BasetenError:
        """Return the error for a broken connection: this one, unless the client was closed."""
        if self._response.client_closed:
            return ClientClosedError("The client was closed.")
        return self.described(error)

    def end(self) -> None:
        """Close the connection and give the permit back. Safe to call twice."""
        try:
            self._response.discard()
        finally:
            self._permit.settle(b"")

    def abandon(self) -> None:
        """Drop everything without waiting."""
        self._response.abandon()
        self._permit.settle(b"")

    def __del__(self) -> None:
        # An interrupt struck before anything held this, or while it was closed.
        if hasattr(self, "meta") and self._permit.held:
            self.abandon()


async def upgraded(opened: AsyncOpened, clock: AsyncClock) -> AsyncUpgraded:
    """Return the connection after a reply that changes the protocol.

    Raises:
        ResponseValidationError: The reply does not change it.
    """
    response = opened.exchange
    if isinstance(response, AsyncDirectResponse) and (taken := response.upgraded()) is not None:
        return AsyncUpgraded(opened.call, response, opened.permit, *taken, clock)
    status = response.status
    problem = "it does not change the protocol. What answers there speaks no WebSocket."
    if status == SWITCHING:
        problem = "it lacks the headers that change the protocol."
    raise opened.call.describe(unreadable(await whole(opened), problem), clock.steady())
