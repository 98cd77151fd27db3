"""Gets the API key when it is needed. It may come from a function, which the async flavor may have to await."""

from __future__ import annotations

import os
from collections.abc import Awaitable

from .._core.request.auth import SCHEME_VARIABLE, VARIABLE, Key
from .._core.request.headers import check_key
from .._core.request.hidden import Hidden
from ..errors import ConfigurationError
from .timer import AsyncTimer, Timer


class _KeySource:
    """What both flavors share: the key, and its scheme. A key that is known is `key.literal`."""

    __slots__ = ("key",)

    def __init__(self, key: Key) -> None:
        self.key = key

    @property
    def scheme(self) -> str:
        """The scheme before the key. The environment is read once."""
        return self.key.scheme or self.key.scheme_found(os.environ.get(SCHEME_VARIABLE, ""))


class AsyncKeySource(_KeySource):
    """The key of an async client."""

    __slots__ = ()

    async def get(self, timer: AsyncTimer) -> Hidden[str]:
        """Ask for the key. A function is called each time, so that the key may rotate, within the call's deadline.

        Raises:
            Expired: It took longer.
        """
        key = self.key
        if key.function is None:
            return key.found(_from_environment())
        given: Hidden[str | Awaitable[str]] = Hidden()
        given.value = key.function()
        if isinstance(given.value, str):
            return check_key(given)
        timer.enter("key")
        with timer:
            given.value = await given.value
        return check_key(given)


class KeySource(_KeySource):
    """The key of a sync client."""

    __slots__ = ()

    def get(self, timer: Timer) -> Hidden[str]:
        """Ask for the key. A function is called each time, so that the key may rotate. It cannot be interrupted."""
        key = self.key
        if key.function is None:
            return key.found(_from_environment())
        given: Hidden[str | Awaitable[str]] = Hidden()
        given.value = key.function()
        if not isinstance(given.value, str):
            raise ConfigurationError("The api_key function of a Client must return a string; AsyncClient can await.")
        return check_key(given)


def _from_environment() -> Hidden[str]:
    found: Hidden[str] = Hidden()
    found.value = os.environ.get(VARIABLE, "")
    return found
