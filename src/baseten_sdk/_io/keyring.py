"""Getting the API key when it is needed: it may come from a function, which the async flavour may have to await."""

from __future__ import annotations

import os

from .._core.auth import Key
from .._core.headers import check_key
from ..errors import APIError, ConfigurationError
from .timer import AsyncTimer, Timer


class AsyncKeyring:
    """The key of an async client."""

    __slots__ = ("_last", "key")

    def __init__(self, key: Key) -> None:
        self.key = key
        self._last = ""

    async def get(self, timer: AsyncTimer) -> str:
        """The key; a function is asked each time, so that it may rotate, and within the deadline of the call.

        Raises:
            Expired: it took longer.
        """
        if self.key.function is None:
            self._last = self.key.literal(os.environ)
        else:
            value = self.key.function()
            if not isinstance(value, str):
                timer.enter("key")
                with timer:
                    value = await value
            self._last = check_key(value)
        return self._last

    def hide_key(self, error: APIError) -> None:
        """Take the key out of an error, where a server has echoed it."""
        from .._core.redaction import redact

        redact(error, self._last)


class Keyring:
    """The key of a sync client."""

    __slots__ = ("_last", "key")

    def __init__(self, key: Key) -> None:
        self.key = key
        self._last = ""

    def get(self, timer: Timer) -> str:
        """The key; a function is asked each time, so that it may rotate. It cannot be interrupted."""
        if self.key.function is None:
            self._last = self.key.literal(os.environ)
        else:
            value = self.key.function()
            if not isinstance(value, str):
                raise ConfigurationError(
                    "The api_key function of a Client must return a string; AsyncClient can await."
                )
            self._last = check_key(value)
        return self._last

    def hide_key(self, error: APIError) -> None:
        """Take the key out of an error, where a server has echoed it."""
        from .._core.redaction import redact

        redact(error, self._last)
