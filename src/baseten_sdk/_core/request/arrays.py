"""Arrays and scalars of numpy, and what converts to them, as lists and numbers of Python. It imports no library."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class SupportsArray(Protocol):
    """An array or scalar of numpy, or what converts to one, such as a column of pandas or a tensor of torch."""

    def __array__(self) -> object: ...

    def tolist(self) -> object: ...


def as_list(value: object) -> object:
    """An array as a list, and a scalar of numpy as a number of Python; anything else as it is."""
    return value.tolist() if isinstance(value, SupportsArray) and not isinstance(value, type) else value
