"""The life of a connection: which state follows which event, in one table.

    IDLE --REQUEST--> BUSY --REUSABLE--> IDLE
                      BUSY --REFUSED--> DRAINING --REUSABLE or FINAL--> CLOSED
                      BUSY --FINAL--> CLOSED
    any --LOST--> CLOSED

It does nothing by itself: the owner of the connection closes it when it becomes CLOSED.
"""

from __future__ import annotations

from enum import StrEnum


class ConnectionState(StrEnum):
    """What a connection is doing."""

    IDLE = "idle"
    """The connection waits to be used."""

    BUSY = "busy"
    """A request was sent or is being sent, and its reply has not been read to the end."""

    DRAINING = "draining"
    """The server did not take the whole request. Its reply is still read, but no other one follows."""

    CLOSED = "closed"
    """The connection is never used again."""


class ConnectionEvent(StrEnum):
    """What happens to a connection."""

    REQUEST = "request"
    """A request begins."""

    REFUSED = "refused"
    """The server did not take the whole request."""

    REUSABLE = "reusable"
    """The reply was read to the end, and the server will take another request."""

    FINAL = "final"
    """The reply was read to the end, and nothing may follow it."""

    LOST = "lost"
    """The connection broke or was abandoned, or its client was closed."""


_IDLE, _BUSY, _DRAINING, _CLOSED = ConnectionState

TRANSITIONS: dict[tuple[ConnectionState, ConnectionEvent], ConnectionState] = {
    (_IDLE, ConnectionEvent.REQUEST): _BUSY,
    (_BUSY, ConnectionEvent.REFUSED): _DRAINING,
    (_BUSY, ConnectionEvent.REUSABLE): _IDLE,
    (_BUSY, ConnectionEvent.FINAL): _CLOSED,
    (_DRAINING, ConnectionEvent.REUSABLE): _CLOSED,
    (_DRAINING, ConnectionEvent.FINAL): _CLOSED,
    **{(state, ConnectionEvent.LOST): _CLOSED for state in ConnectionState},
    # Another thread may have closed it already.
    **{(_CLOSED, event): _CLOSED for event in ConnectionEvent},
}
"""All other transitions are impossible."""
