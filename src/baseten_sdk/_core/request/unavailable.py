"""What other clients have and this one has not: an attribute error that says what to use instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar


class Unavailable:
    """A resource of which other clients have more."""

    _instead: ClassVar[Mapping[str, str]] = {}

    if not TYPE_CHECKING:
        # Type checkers know that there is no such attribute.
        def __getattr__(self, name: str) -> object:
            instead = type(self)._instead.get(name)
            hint = f". {instead}" if instead else ""
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{hint}", name=name, obj=self)
