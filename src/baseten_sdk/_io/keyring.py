"""Getting the API key when it is needed: it may come from a function, which the async flavour may have to await."""

from __future__ import annotations

import os

from .._core.auth import Key
from .._core.headers import check_key
from ..errors import APIError, ConfigurationError


class AsyncKeyring:
    """The key of an async client."""

    __slots__ = ("_last", "key")

    def __init__(self, key: Key) -> None:
        self.key = key
        self._last = ""

    async def get(self) -> str:
        """The key; a function is asked each time, so that it may rotate."""
        if self.key.function is None:
            self._last = self.key.literal(os.environ)
        else:
            value = self.key.function()
            self._last = check_key(value if isinstance(value, str) else await value)
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

    def get(self) -> str:
        """The key; a function is asked each time, so that it may rotate."""
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
