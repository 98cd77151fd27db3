"""The headers of a request as a value that shows none of them.

A traceback with local variables, a debugger's view and a collector of errors print what a frame holds. So what goes
through the frames of a call is this, not the pairs: among them are the API key and whatever `extra_headers=` holds.
"""

from __future__ import annotations

from typing import TypeAlias

from ..._repr import safe_repr

HeaderPairs: TypeAlias = tuple[tuple[str, str], ...]


class HeaderLines:
    """Names, in lower case, and values. It is no sequence, or whoever prints it would print its items.

    Attributes:
        pairs: the names and values. Do not bind them to a variable where an exception can pass.
    """

    __slots__ = ("pairs",)

    def __init__(self, pairs: HeaderPairs) -> None:
        self.pairs = pairs

    def __eq__(self, other: object) -> bool:
        return self.pairs == other.pairs if isinstance(other, HeaderLines) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.pairs)

    @safe_repr
    def __repr__(self) -> str:
        return f"<{len(self.pairs)} headers>"
