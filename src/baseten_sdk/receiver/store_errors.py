"""Turns errors of SQLite and of the system into a `WebhookStoreError` that names the file."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from .._runs.database import reason
from ..errors import WebhookStoreError

logger = logging.getLogger("baseten_sdk.receiver")


def log_new_file(path: Path, what: str = "moved, deleted or replaced") -> None:
    """Log that a store continues in another file than the one it opened."""
    logger.error("The store %s was %s while it was open. It continues in the file that is there now.", path, what)


@contextmanager
def store_errors(path: Path) -> Generator[None]:
    """Raise a `WebhookStoreError` that names the file, if the block fails."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise WebhookStoreError(f"The store {os.fspath(path)!r} cannot be used: {reason(error)}.") from error
