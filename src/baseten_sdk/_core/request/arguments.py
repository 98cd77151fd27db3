"""Checks the arguments of a chain's entrypoint, which are always passed by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass

from pydantic import BaseModel, RootModel

from ...errors import InvalidRequestError
from .missing import MISSING


def check_arguments(value: object, *, binary: bool = True) -> object:
    """Return the arguments of `run_remote`, an empty object if none were given.

    Args:
        binary: Whether they may be bytes.

    Raises:
        InvalidRequestError: The arguments are not an object.
    """
    if value is MISSING:
        return {}
    if binary and isinstance(value, bytes | bytearray | memoryview):
        return value
    named = isinstance(value, Mapping | BaseModel) and not isinstance(value, RootModel)
    if named or (is_dataclass(value) and not isinstance(value, type)):
        return value
    raise InvalidRequestError(
        "A chain takes its arguments by name, as a mapping, a pydantic model or a dataclass, not as a "
        f'{type(value).__name__}: run_remote({{"text": "..."}}).'
    )
