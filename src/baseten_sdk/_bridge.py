"""The bridge between the two flavours: a client of the other one, with the same settings and its own connections.

It owns what neither flavour may know: the other one.
"""

from __future__ import annotations

from ._async.client import AsyncClient
from ._settings import Settings
from ._sync.client import Client as SyncClient

__all__ = ["AsyncClient", "SyncClient", "to_async", "to_sync"]


def to_async(settings: Settings) -> AsyncClient:
    """An `AsyncClient` with these settings."""
    client = AsyncClient.__new__(AsyncClient)
    client.__setstate__(settings)
    return client


def to_sync(settings: Settings) -> SyncClient:
    """A `Client` with these settings."""
    client = SyncClient.__new__(SyncClient)
    client.__setstate__(settings)
    return client
