"""One connection of the direct transport, and the stack of idle ones.

A connection is put on the stack only if its reply was complete and no byte followed it, and it is taken only if it is
still quiet. So no byte of one reply can reach the next call. The connection that was used last is used next, and old
ones are dropped from the bottom.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress

from ..._core.request.origin import Origin
from ..._core.request.proxies import Proxy
from ..._io.connection_state import TRANSITIONS, ConnectionEvent, ConnectionState
from ..._io.http1 import ReplyParser
from ..._io.sockets import AsyncSocket

# Python 3.11 takes longer to find a member in its class.
_REQUEST, _REFUSED, _REUSABLE, _FINAL, _LOST = ConnectionEvent
_IDLE = ConnectionState.IDLE


class AsyncConnection:
    """A connection to a server, and the parser of its replies.

    Attributes:
        proxy: Its proxy, if any.
        tunnelled: Whether the proxy cannot see what is sent.
        since: Since when it has been idle. 0.0 before its first reply.
    """

    __slots__ = ("__weakref__", "_state", "origin", "parser", "proxy", "since", "socket", "tunnelled")

    def __init__(self, origin: Origin, socket: AsyncSocket, proxy: Proxy | None, tunnelled: bool = False) -> None:
        self.origin = origin
        self.socket = socket
        self.proxy = proxy
        self.tunnelled = tunnelled
        self.parser = ReplyParser()
        self.since = 0.0
        self._state = _IDLE

    @property
    def used(self) -> bool:
        """Whether it has carried a reply before."""
        return self.since > 0.0

    def begin(self, method: str, upgrade: bool = False) -> None:
        """Begin a request with this verb. `upgrade` says whether it asks for another protocol."""
        self._state = TRANSITIONS[self._state, _REQUEST]
        self.parser.begin(method, upgrade)

    def refused(self) -> None:
        """Note that the server did not take the whole request."""
        self._state = TRANSITIONS[self._state, _REFUSED]

    def finished(self) -> bool:
        """Note that the reply was read to the end.

        Return whether it may carry another request. If not, it is closed.
        """
        event = _REUSABLE if self.parser.reusable else _FINAL
        self._state = TRANSITIONS[self._state, event]
        if self._state is _IDLE:
            return True
        self.socket.close()
        return False

    def close(self) -> None:
        """Close it, whatever it is doing."""
        self._state = TRANSITIONS[self._state, _LOST]
        self.socket.close()

    def abandon(self) -> None:
        """Close it without waiting, from anywhere. Its loop or process may have ended."""
        self._state = TRANSITIONS[self._state, _LOST]
        self.socket.abandon()


class AsyncIdleConnections:
    """The idle connections.

    Args:
        keep: Seconds to keep them.
    """

    __slots__ = ("_keep", "_stacks")

    def __init__(self, keep: float) -> None:
        self._keep = keep
        self._stacks: dict[Origin, deque[AsyncConnection]] = {}

    def __bool__(self) -> bool:
        return any(self._stacks.values())

    def take(self, origin: Origin, longest: float) -> AsyncConnection | None:
        """Return the connection that was used last, if it can be used again.

        Args:
            longest: The longest idle time in seconds, if less than for all others.
        """
        stack = self._stacks.get(origin)
        if not stack:
            return None
        oldest = time.monotonic() - min(longest, self._keep)
        while stack:
            try:
                connection = stack.pop()
            except IndexError:
                return None
            if connection.since >= oldest and connection.socket.quiet():
                return connection
            connection.close()
        return None

    def put(self, connection: AsyncConnection) -> None:
        """Keep a connection for the next request."""
        now = connection.since = time.monotonic()
        stack = self._stacks.get(connection.origin)
        if stack is None:  # `setdefault` alone would make a deque for each reply.
            stack = self._stacks.setdefault(connection.origin, deque())
        stack.append(connection)
        while stack and stack[0].since < now - self._keep:
            stack.popleft().close()

    def clear(self) -> list[AsyncConnection]:
        """Remove and return all of them."""
        taken: list[AsyncConnection] = []
        for stack in list(self._stacks.values()):
            with suppress(IndexError):
                while True:
                    taken.append(stack.pop())
        return taken
