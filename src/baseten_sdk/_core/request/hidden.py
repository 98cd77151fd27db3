"""A value that never shows: not in a repr, a pickle, a copy or a view of a frame's variables."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Hidden(Generic[T]):
    """Carries a secret, such as the API key, through the frames of a call.

    Attributes:
        value: The secret. Do not bind it to a variable where an exception can pass.
    """

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "<hidden>"

    def __reduce__(self) -> tuple[object, ...]:
        return _forgotten, ()


def _forgotten() -> Hidden[str]:
    """Stand in for any secret in a pickle or deep copy."""
    return Hidden("")
