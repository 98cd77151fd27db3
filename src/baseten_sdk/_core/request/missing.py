"""A default for arguments for which None is a value."""

from __future__ import annotations

from enum import Enum


class Missing(Enum):
    """The default of an argument that was not given."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing.MISSING
