"""Request headers as a value that never shows them.

Tracebacks with local variables, debuggers and error collectors print what a frame holds. So the frames of a call pass
this value instead of the pairs, because the API key and `extra_headers=` are among them.
"""

from __future__ import annotations

from typing import TypeAlias

from ..._repr import safe_repr
from .hidden import Hidden

HeaderPairs: TypeAlias = tuple[tuple[str, str], ...]


class HeaderLines:
    """Names, in lower case, and values. It is not a sequence, because whoever prints a sequence prints its items.

    Attributes:
        pairs: The names and values. Do not bind them to a variable where an exception can pass.
    """

    __slots__ = ("_authorized", "pairs")

    def __init__(self, pairs: HeaderPairs) -> None:
        self.pairs = pairs
        self._authorized: tuple[Hidden[str], str, HeaderLines] | None = None

    def authorized(self, key: Hidden[str], scheme: str) -> HeaderLines:
        """Return the headers with the key. An existing authorization header wins.

        The last ones are remembered, because the calls of a resource share their headers.
        """
        last = self._authorized
        if last is None or last[0] is not key or last[1] != scheme:
            headers = self.with_header("authorization", f"{scheme} {key.value}")
            if headers is self:
                return self
            last = self._authorized = key, scheme, headers
        return last[2]

    def with_header(self, name: str, value: str) -> HeaderLines:
        """Return the headers with one more. An existing header of that name wins."""
        if name in dict(self.pairs):
            return self
        return HeaderLines((*self.pairs, (name, value)))

    def __reduce__(self) -> tuple[object, ...]:
        return HeaderLines, (self.pairs,)

    def __eq__(self, other: object) -> bool:
        return self.pairs == other.pairs if isinstance(other, HeaderLines) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.pairs)

    @safe_repr
    def __repr__(self) -> str:
        return f"<{len(self.pairs)} headers>"
