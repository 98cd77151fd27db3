"""Turns numpy arrays and scalars, and whatever converts to them, into Python lists and numbers.

It imports no library.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class SupportsArray(Protocol):
    """A numpy array or scalar, or something that converts to one, such as a pandas column or a torch tensor."""

    def __array__(self) -> object: ...

    def tolist(self) -> object: ...


def as_list(value: object) -> object:
    """Return an array as a list and a numpy scalar as a Python number. Return anything else unchanged."""
    return value.tolist() if isinstance(value, SupportsArray) and not isinstance(value, type) else value
