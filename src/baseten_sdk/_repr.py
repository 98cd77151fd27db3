"""A repr that never fails: tracebacks and debuggers also show objects whose constructor raised."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

S = TypeVar("S")


def safe_repr(described: Callable[[S], str]) -> Callable[[S], str]:
    """Decorate a `__repr__`. For an object without its attributes, it shows only the class."""

    @wraps(described)
    def whole(self: S) -> str:
        try:
            return described(self)
        except AttributeError:
            return f"<{type(self).__name__}, not completely made>"

    return whole
