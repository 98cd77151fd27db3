"""From the errors of SQLite and of the system to one that names the store."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from .._runs.database import reason
from ..errors import WebhookStoreError


@contextmanager
def store_errors(path: Path) -> Generator[None]:
    """Name the store whose file fails."""
    try:
        yield
    except sqlite3.Error as error:
        raise _named(path, reason(error)) from error
    except OSError as error:
        raise _named(path, error.strerror or str(error)) from error


def _named(path: Path, problem: str) -> WebhookStoreError:
    return WebhookStoreError(f"The store {os.fspath(path)!r} cannot be used: {problem}.")
