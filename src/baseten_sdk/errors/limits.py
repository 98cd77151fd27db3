"""Limits that cannot be shared, because their store fails."""

from __future__ import annotations

from .base import BasetenError


class LimitStoreError(BasetenError):
    """The store of `Limits(shared=...)` cannot be used. The call was not sent.

    Attributes:
        store: The file, or the Redis server without its password.
    """

    advice = "No call is sent without the limits that it shares."
    store: str = ""

    def __init__(self, message: str, *, store: str = "", transient: bool = False) -> None:
        super().__init__(message)
        self.store = store
        self._transient = transient

    @property
    def transient(self) -> bool:
        """Whether the store may work again without any change, such as a server that is restarted."""
        return self._transient
