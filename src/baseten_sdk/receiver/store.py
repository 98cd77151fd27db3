"""What the receiver asks of a store, and the choice of one by the name of its file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from ..errors import ConfigurationError
from .delivery import StoredDelivery

__all__ = ["TaggedStore", "WebhookStore", "open_store"]


class WebhookStore(Protocol):
    """Keeps deliveries. Anything with these methods can stand behind a receiver.

    The methods block, so they are called in worker threads, never on an event loop: `add` in one thread at a time,
    `get` in any.
    """

    def add(self, deliveries: Sequence[StoredDelivery], /) -> None:
        """Keep deliveries, all or none.

        When it returns, they survive the end of the process and of the machine: only then is Baseten told that they
        arrived, and forgets them. A request id that is there already is passed over, and is no error; the same id may
        come twice in one call.

        Raises:
            Exception: any; the deliveries are answered with 503, and Baseten sends them once more.
        """
        ...

    def get(self, request_id: str, /) -> StoredDelivery | None:
        """The delivery of a request; None where none came, or not yet."""
        ...

    def close(self) -> None:
        """Let go of files and connections. Closing twice is fine."""
        ...


@runtime_checkable
class TaggedStore(WebhookStore, Protocol):
    """A store that also finds deliveries by their tags, as a ledger of jobs needs it."""

    def tagged(self, tag: str, /) -> StoredDelivery | None:
        """The first delivery with a tag; None where none came, or not yet."""
        ...


def open_store(path: str | os.PathLike[str]) -> WebhookStore:
    """The store in a file: SQLite for `.sqlite`, `.sqlite3` and `.db`, lines of JSON for `.jsonl`.

    Raises:
        ConfigurationError: the name has another ending, or the file cannot be opened.
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
