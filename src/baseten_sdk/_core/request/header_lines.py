"""Request headers as a value that never shows them.

Tracebacks with local variables, debuggers and error collectors print what a frame holds. So the frames of a call pass
this value instead of the pairs, because the API key and `extra_headers=` are among them.
"""

from __future__ import annotations

from typing import TypeAlias

from ..._repr import safe_repr

HeaderPairs: TypeAlias = tuple[tuple[str, str], ...]


class HeaderLines:
    """Names, in lower case, and values. It is not a sequence, because whoever prints a sequence prints its items.

    Attributes:
        pairs: The names and values. Do not bind them to a variable where an exception can pass.
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
