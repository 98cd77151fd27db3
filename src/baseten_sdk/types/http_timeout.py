"""The timeouts of a request that another library has put together."""

from __future__ import annotations

from typing import NamedTuple


class HttpTimeout(NamedTuple):
    """Timeouts of another library, in seconds; None means no limit. They apply beside the client's: the shorter counts.

    Attributes:
        connect: To open a connection.
        read: For each silence, before the reply and in it.
        write: To send the request.
    """

    connect: float | None = None
    read: float | None = None
    write: float | None = None
