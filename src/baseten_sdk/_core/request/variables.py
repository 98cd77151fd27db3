"""How the environment is read: one variable at a time.

A mapping of all variables would show the key in a traceback. This file must not know which variables there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Variables: TypeAlias = Callable[[str], str | None]
"""Returns the value of a variable, or None."""


def no_variable(name: str) -> None:
    """Return None: none is set."""
