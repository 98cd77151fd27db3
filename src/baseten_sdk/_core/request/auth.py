"""The API key: where it comes from, and the scheme to send it with.

The key is kept in an object whose repr and pickle do not contain it. No method here holds the key in a variable while
it raises.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from ..._repr import safe_repr
from ...config import AuthScheme
from ...errors import ConfigurationError
from .headers import check_key
from .hidden import Hidden

log = logging.getLogger("baseten_sdk")

VARIABLE = "BASETEN_API_KEY"
SCHEME_VARIABLE = "BASETEN_AUTH_SCHEME"
CREATE_AT = "https://app.baseten.co/settings/api_keys"

KeyFunction: TypeAlias = Callable[[], str]
AsyncKeyFunction: TypeAlias = Callable[[], str | Awaitable[str]]
_SCHEMES = {"bearer": "Bearer", "api-key": "Api-Key"}


class Key:
    """The API key: a literal, a function that returns it, or neither.

    With neither, the first call reads the environment.

    Attributes:
        literal: The key, if it is known.
        scheme: The word before the key in the `Authorization` header, if it is known.
    """

    __slots__ = ("_dropped", "_known_scheme", "_own", "_unusable", "function", "literal", "scheme")

    def __init__(self, given: str | AsyncKeyFunction | None, scheme: AuthScheme | None = None) -> None:
        self.scheme = _word(scheme)
        self._known_scheme = scheme is None or self.scheme is not None
        self.literal: Hidden[str] | None = None
        if isinstance(given, str):
            self.literal = Hidden()
            self.literal.value = given
        self.function = given if callable(given) else None
        self._unusable = None if given is None or self.literal or self.function else type(given).__name__
        self._dropped = False
        self._own = True  # A literal key belongs to the caller. The scheme in the environment is not meant for it.

    def check(self) -> None:
        """Refuse an unusable key. The constructor does not do this, so that no frame above it shows the key.

        Raises:
            ConfigurationError: The key is neither a string nor a function, or it cannot be sent. Or the scheme is
                unknown.
        """
        if not self._known_scheme:
            raise _unknown_scheme("auth_scheme")
        if self._unusable is not None:
            raise ConfigurationError(f"api_key must be a string or a function, not {self._unusable}.")
        if self.literal is not None:
            check_key(self.literal)

    def found(self, in_environment: Hidden[str]) -> Hidden[str]:
        """Use the key of the environment.

        Raises:
            ConfigurationError: The environment has no key, or the key cannot be sent.
        """
        if not in_environment.value:
            if self._dropped:
                raise ConfigurationError(
                    f"No API key: this client was pickled, and a pickle never holds a literal API key. Set {VARIABLE} "
                    "where the client is used, or make it with a function as api_key=."
                )
            raise ConfigurationError(f"No API key: set {VARIABLE} or pass api_key=. Keys are made at {CREATE_AT}.")
        self.literal = check_key(in_environment)
        self._own = False
        if self._dropped:
            log.warning("This client was pickled without its literal API key. It uses the one in %s.", VARIABLE)
        return self.literal

    def scheme_found(self, in_environment: str) -> str:
        """Use the scheme of the environment, or "bearer" if it names none.

        Raises:
            ConfigurationError: The scheme is unknown.
        """
        self.scheme = _word(in_environment or "bearer")
        if self.scheme is None:
            raise _unknown_scheme(SCHEME_VARIABLE)
        return self.scheme

    @safe_repr
    def __repr__(self) -> str:
        if self.function is not None:
            return "<from a function>"
        return "<unset>" if self.literal is None else "<hidden>"

    def __getstate__(self) -> tuple[AsyncKeyFunction | None, bool, str | None]:
        return self.function, self._dropped or (self._own and self.literal is not None), self.scheme

    def __setstate__(self, state: tuple[AsyncKeyFunction | None, bool, str | None]) -> None:
        self.function, self._dropped, self.scheme = state
        self.literal = self._unusable = None
        self._known_scheme = True
        self._own = True


def _word(scheme: object) -> str | None:
    """Return a scheme as the header spells it, or None if the scheme is unknown."""
    return _SCHEMES.get(scheme.lower()) if isinstance(scheme, str) else None


def _unknown_scheme(what: str) -> ConfigurationError:
    return ConfigurationError(f'{what} must be "bearer" or "api-key".')
