"""What stands for an argument that was not given, where None is a value."""

from __future__ import annotations

from enum import Enum


class Missing(Enum):
    """Stands for an argument that was not given."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing.MISSING
