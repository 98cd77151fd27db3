"""Numbers and arrays of other libraries, such as numpy, as numbers and lists of Python.

It imports none of these libraries.
"""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral, Real
from typing import Protocol, TypeVar, runtime_checkable

T = TypeVar("T")


@runtime_checkable
class SupportsArray(Protocol):
    """A numpy array or scalar, or something that converts to one, such as a pandas column or a torch tensor."""

    def __array__(self) -> object: ...

    def tolist(self) -> object: ...


def as_list(value: object) -> object:
    """Return an array as a list and a numpy scalar as a Python number. Return anything else unchanged."""
    return value.tolist() if isinstance(value, SupportsArray) and not isinstance(value, type) else value


def as_number(value: T) -> T | int | float:
    """Return a number of another library as one of Python's. Return anything else unchanged.

    The others may compute with less precision than a clock needs.
    """
    if isinstance(value, int | float):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    number = as_list(value)  # an array without dimensions is a number
    return number if isinstance(number, int | float) and not isinstance(number, bool) else value


def take_numbers(settings: object, names: Iterable[str]) -> None:
    """Make fields of a frozen dataclass numbers of Python."""
    for name in names:
        value = getattr(settings, name)
        number = as_number(value)
        if number is not value:
            object.__setattr__(settings, name, number)
