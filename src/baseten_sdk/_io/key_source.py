"""Getting the API key when it is needed: it may come from a function, which the async flavour may have to await."""

from __future__ import annotations

import os

from .._core.request.auth import Key
from .._core.request.headers import check_key
from ..errors import ConfigurationError
from .timer import AsyncTimer, Timer


class AsyncKeySource:
    """The key of an async client."""

    __slots__ = ("key",)

    def __init__(self, key: Key) -> None:
        self.key = key

    async def get(self, timer: AsyncTimer) -> str:
        """The key; a function is asked each time, so that it may rotate, and within the deadline of the call.

        Raises:
            Expired: it took longer.
        """
        if self.key.function is None:
            return self.key.literal(os.environ)
        value = self.key.function()
        if not isinstance(value, str):
            timer.enter("key")
            with timer:
                value = await value
        return check_key(value)


class KeySource:
    """The key of a sync client."""

    __slots__ = ("key",)

    def __init__(self, key: Key) -> None:
        self.key = key

    def get(self, timer: Timer) -> str:
        """The key; a function is asked each time, so that it may rotate. It cannot be interrupted."""
        if self.key.function is None:
            return self.key.literal(os.environ)
        value = self.key.function()
        if not isinstance(value, str):
            raise ConfigurationError("The api_key function of a Client must return a string; AsyncClient can await.")
        return check_key(value)
