"""Where several processes keep the limits that they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias, TypeVar, runtime_checkable

T = TypeVar("T")

StateChange: TypeAlias = Callable[[bytes | None, float], tuple[bytes, T]]
"""Takes what a store holds and the time, in seconds. Returns what it is to hold from then on, and a result."""


@runtime_checkable
class LimitStore(Protocol):
    """Keep some bytes that several processes change, one after another.

    Both methods may block. They are called in a thread, and never from two threads at once for one client.
    """

    def change(self, change: StateChange[T], /) -> T:
        """Pass the bytes (None at first) and the time to a function. Keep the bytes that it returns.

        No other process may change them meanwhile. The time comes from one clock for all processes. The function may
        be called again if the first call could not be kept.
        """
        ...

    def close(self) -> None:
        """Close what is open. A later `change` opens it again."""
        ...
