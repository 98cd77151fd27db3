"""The variables of the environment, as what is made of them asks for them.

A mapping would hold them all, with the key, in a variable of a frame. It must not know which variables there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Variables: TypeAlias = Callable[[str], str | None]
"""Returns the value of a variable, or None."""


def no_variable(name: str) -> None:
    """Return None: none is set."""
