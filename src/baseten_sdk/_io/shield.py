"""Completes work that must be completed, such as closing a connection after the caller was canceled."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import anyio

GRACE = 2.0
"""How many seconds closing may take."""


class AsyncShield:
    """Makes contexts that hold back cancellation from outside.

    Attributes:
        WAKES: Whether closing a connection wakes a task that waits for it.
    """

    WAKES = True

    @staticmethod
    def briefly(seconds: float = GRACE) -> AbstractContextManager[object]:
        """Return a context that ends silently after this many seconds."""
        return anyio.move_on_after(seconds, shield=True)


class Shield:
    """Blocking code is never canceled, and nothing can end it early.

    Attributes:
        WAKES: Whether closing a connection wakes a thread that waits for it.
    """

    WAKES = False

    @staticmethod
    def briefly(seconds: float = GRACE) -> AbstractContextManager[object]:
        """Do nothing."""
        return nullcontext()
