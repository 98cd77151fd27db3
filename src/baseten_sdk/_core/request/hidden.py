"""A value that nothing shows: no repr, no pickle, no copy, and no view of a frame's variables."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Hidden(Generic[T]):
    """Holds a secret, such as the API key, on its way through the frames of a call.

    Attributes:
        value: the secret. Do not bind it to a variable where an exception can pass.
    """

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "<hidden>"

    def __reduce__(self) -> tuple[object, ...]:
        return _forgotten, ()


def _forgotten() -> Hidden[str]:
    """What a pickle or a deep copy makes of any secret."""
    return Hidden("")
