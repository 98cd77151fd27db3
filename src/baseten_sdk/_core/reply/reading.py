"""Collects a reply as it arrives. It limits the size, and keeps what came if the end never arrives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...errors import APIConnectionError, APIError
from ...errors.api import KEPT
from ...types.meta import Headers
from ..policy.phases import Expired, timeout_error
from ..policy.token_estimate import TAIL
from .classify import status_error
from .response import WholeResponse
from .validate import unreadable

if TYPE_CHECKING:
    from .redaction import Redactor

NO_HEADERS = Headers()

SWITCHING = 101
"""The status of a reply that changes the protocol. Transports show it only if the request asked for it."""

PROGRESS = 4096
"""How many bytes of a body count as progress. A server that sends less at a time does not extend the idle limit."""


class Reading:
    """What has arrived of a reply.

    Args:
        most: The maximum size of a body in bytes. For an error's body, it is less.

    Attributes:
        failed: Whether the status is an error.
    """

    __slots__ = ("_counted", "_headers", "_most", "_pieces", "_size", "_status", "failed")

    def __init__(self, most: int) -> None:
        self._most = most
        self._status: int | None = None
        self.failed = False
        self._headers = NO_HEADERS
        self._pieces: list[bytes] = []
        self._size = 0
        self._counted = 0

    def begin(self, status: int, headers: Headers) -> None:
        """Note that the headers have arrived."""
        self._status = status
        self._headers = headers
        if not 200 <= status < 300 and status != SWITCHING:
            self.failed = True
            self._most = KEPT

    def add(self, piece: bytes) -> bool:
        """Add a piece. Return whether enough has arrived since the last time to count as progress."""
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size - self._counted < PROGRESS:
            return False
        self._counted = self._size
        return True

    @property
    def full(self) -> bool:
        """Whether reading more is pointless."""
        return self._size > self._most

    @property
    def tail(self) -> bytes | None:
        """Return the end of what arrived, which may contain the usage. None for an error status, which uses nothing."""
        return None if self.failed else b"".join(self._pieces)[-TAIL:]

    def answer(self, make_redactor: Callable[[], Redactor] | None = None) -> WholeResponse:
        """Return the whole reply.

        Args:
            make_redactor: Makes what removes the secrets of the call.

        Raises:
            ResponseValidationError: It is too large.
        """
        if self._size > self._most and not self.failed:
            self._forget_all_but_the_beginning()
            raise unreadable(self._so_far(), f"it is larger than Limits(body={self._most}).", self._size)
        pieces = self._pieces
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return WholeResponse(self._status or 0, self._headers, body, make_redactor)

    def _so_far(self) -> WholeResponse:
        return WholeResponse(self._status or 0, self._headers, b"".join(self._pieces))

    def _forget_all_but_the_beginning(self) -> None:
        count, size = 0, 0
        while size < KEPT and count < len(self._pieces):
            size += len(self._pieces[count])
            count += 1
        del self._pieces[count:]

    def error(self, failure: Expired | APIConnectionError | None, now: float) -> APIError:
        """Return what went wrong. An error status comes first, whatever happened to its body.

        Args:
            failure: What ended the attempt early. None only for an error status.
            now: Seconds since the epoch.
        """
        if failure is None or self.failed:
            return status_error(self._so_far(), now)
        if isinstance(failure, Expired):
            return timeout_error(failure.expiry, status_code=self._status)
        return failure
