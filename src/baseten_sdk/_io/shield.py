"""Finishing what must be finished: closing a connection when the caller has already been canceled."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import anyio

GRACE = 2.0
"""Seconds that closing may take."""


class AsyncShield:
    """Makes contexts in which cancellation from outside waits.

    Attributes:
        WAKES: whether others may close what somebody is waiting for, who wakes up then.
    """

    WAKES = True

    @staticmethod
    def briefly(seconds: float = GRACE) -> AbstractContextManager[object]:
        """A context that lasts at most so many seconds and is ended silently then."""
        return anyio.move_on_after(seconds, shield=True)


class Shield:
    """Blocking code is not canceled, and cannot be ended either.

    Attributes:
        WAKES: whether others may close what somebody is waiting for, who wakes up then.
    """

    WAKES = False

    @staticmethod
    def briefly(seconds: float = GRACE) -> AbstractContextManager[object]:
        """Nothing to do."""
        return nullcontext()
