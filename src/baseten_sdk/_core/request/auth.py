"""The API key: where it comes from, and the header that carries it.

The key is kept in an object whose repr and pickle do not hold it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from ...errors import ConfigurationError
from .headers import check_key

VARIABLE = "BASETEN_API_KEY"
CREATE_AT = "https://app.baseten.co/settings/api_keys"

KeyFunction: TypeAlias = Callable[[], str]
AsyncKeyFunction: TypeAlias = Callable[[], str | Awaitable[str]]


class Key:
    """A literal key, a function that gives one, or neither: then the environment is asked at the first call."""

    __slots__ = ("_dropped", "_literal", "function")

    def __init__(self, given: str | AsyncKeyFunction | None) -> None:
        self._literal = check_key(given) if isinstance(given, str) else None
        self.function = None if given is None or isinstance(given, str) else given
        self._dropped = False
        if self.function is not None and not callable(self.function):
            raise ConfigurationError(f"api_key must be a string or a function, not {type(given).__name__}.")

    def literal(self, environment: Mapping[str, str]) -> str:
        """The key where it is no function.

        Raises:
            ConfigurationError: there is none.
        """
        if self._literal is None:
            found = environment.get(VARIABLE)
            if not found:
                gone = " (A client that was pickled leaves a literal key behind.)" if self._dropped else ""
                raise ConfigurationError(
                    f"No API key: set {VARIABLE} or pass api_key=. Keys are made at {CREATE_AT}.{gone}"
                )
            self._literal = check_key(found)
        return self._literal

    def __repr__(self) -> str:
        if self.function is not None:
            return "<from a function>"
        return "<hidden>" if self._literal else "<unset>"

    def __getstate__(self) -> tuple[AsyncKeyFunction | None, bool]:
        return self.function, self._dropped or self._literal is not None

    def __setstate__(self, state: tuple[AsyncKeyFunction | None, bool]) -> None:
        self.function, self._dropped = state
        self._literal = None


def bearer(key: str) -> str:
    """The value of the Authorization header."""
    return f"Bearer {key}"
