"""A value that never shows: not in a repr, a pickle, a copy or a view of a frame's variables."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Hidden(Generic[T]):
    """Carries a secret, such as the API key, through the frames of a call.

    It is made empty, and the secret is assigned to it. The arguments of a constructor would be variables of a frame,
    which an interrupt there would show.

    Attributes:
        value: The secret. Do not bind it to a variable where an exception can pass.
    """

    __slots__ = ("value",)

    value: T

    def __repr__(self) -> str:
        return "<hidden>"

    def __reduce__(self) -> tuple[object, ...]:
        return no_secret, ()


def no_secret() -> Hidden[str]:
    """Return an empty one. It stands for any secret in a pickle or deep copy."""
    empty: Hidden[str] = Hidden()
    empty.value = ""
    return empty
