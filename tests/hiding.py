"""Hidden values for tests."""

from __future__ import annotations

from typing import TypeVar

from baseten_sdk._core.request.hidden import Hidden

T = TypeVar("T")


def hidden(value: T) -> Hidden[T]:
    """Hide a value, which may be a secret of the test alone."""
    made: Hidden[T] = Hidden()
    made.value = value
    return made
