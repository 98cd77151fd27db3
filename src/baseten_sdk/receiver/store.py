"""What the receiver needs of a store, and how the name of a file chooses one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from ..errors import ConfigurationError
from .delivery import StoredDelivery


class WebhookStore(Protocol):
    """Keeps deliveries. Anything with these methods can stand behind a receiver.

    The methods block, so they are called in worker threads, never on an event loop: `add` in one thread at a time,
    `get` in any.
    """

    def add(self, deliveries: Sequence[StoredDelivery], /) -> None:
        """Keep deliveries, all or none.

        When it returns, they must survive the end of the process and of the machine, because Baseten then learns that
        they arrived, and forgets them. Skip a request ID that is there already; it is not an error. The same ID may
        come twice in one call.

        Raises:
            Exception: Any. The deliveries are answered with 503, and Baseten sends them again.
        """
        ...

    def get(self, request_id: str, /) -> StoredDelivery | None:
        """Get the delivery of a request; None if none has come."""
        ...

    def close(self) -> None:
        """Close files and connections. Closing twice is fine."""
        ...


@runtime_checkable
class TaggedStore(WebhookStore, Protocol):
    """A store that also finds deliveries by their tags, which a ledger needs."""

    def tagged(self, tag: str, /) -> StoredDelivery | None:
        """Get the first delivery with a tag; None if none has come."""
        ...


def open_store(path: str | os.PathLike[str]) -> WebhookStore:
    """Open the store in a file: SQLite for `.sqlite`, `.sqlite3` and `.db`, lines of JSON for `.jsonl`.

    Raises:
        ConfigurationError: The name has another ending, or the file cannot be opened.
    """
    match Path(path).suffix.lower():
        case ".sqlite" | ".sqlite3" | ".db":
            from .sqlite import SQLiteStore

            return SQLiteStore(path)
        case ".jsonl":
            from .jsonl import JSONLStore

            return JSONLStore(path)
        case _:
            raise ConfigurationError(
                f"The store {os.fspath(path)!r} must be a .sqlite, .sqlite3, .db or .jsonl file; "
                "open other names with SQLiteStore(path) or JSONLStore(path)."
            )
