"""OpenAI's marks for an argument that was not given. Here None says that, so each of them is None."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, TypeAlias

NOT_GIVEN: None = None
not_given: None = None
omit: None = None

# A type checker takes None for a type, `isinstance` and a call do not.
if TYPE_CHECKING:
    NotGiven: TypeAlias = None
    Omit: TypeAlias = None
else:
    NotGiven = NoneType
    Omit = NoneType
