"""What the conversions of histories share: the error for what only one form of a conversation can hold."""

from __future__ import annotations

from typing import TypeAlias

from ...errors import InvalidRequestError

Json: TypeAlias = dict[str, object]


def not_held(path: str, where: str) -> InvalidRequestError:
    """Return the error for a part of a history that the other form cannot hold."""
    return InvalidRequestError(f"{path} cannot be expressed in {where}: change it, or leave it out.")
