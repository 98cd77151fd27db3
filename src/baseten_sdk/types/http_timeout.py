"""The timeouts of a request that another library has put together."""

from __future__ import annotations

from typing import NamedTuple


class HttpTimeout(NamedTuple):
    """Timeouts of another library, in seconds; None is no limit. They hold beside the client's: the shorter one counts.

    Attributes:
        connect: to open a connection.
        read: for each silence, before the reply and in it.
        write: to send the request.
    """

    connect: float | None = None
    read: float | None = None
    write: float | None = None
