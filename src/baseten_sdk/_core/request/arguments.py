"""The arguments of a chain's entrypoint: always an object, by their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass

from pydantic import BaseModel, RootModel

from ...errors import InvalidRequestError
from .missing import MISSING


def check_arguments(value: object, *, binary: bool = True) -> object:
    """What was given, if it can be the arguments of `run_remote`; no arguments where nothing was.

    Args:
        value: the arguments.
        binary: whether they may be bytes.

    Raises:
        InvalidRequestError: they are no object.
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
