"""One of several equal parts of a source, for batches that are divided among processes or machines.

Part i of n has every n-th row, beginning with the i-th. This depends on the positions of rows alone, so a source that
has grown is divided as before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from ...errors import ConfigurationError

_TEXT = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `index` of `count`, counted from 1."""

    index: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.index <= self.count:
            raise ConfigurationError(f'shard must be a part such as "2/8", from "1/8" to "8/8", not "{self}".')

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a part such as `2/8`.

        Raises:
            ConfigurationError: The text is not a part.
        """
        found = _TEXT.fullmatch(text)
        if found is None:
            raise ConfigurationError(f'shard must be a part such as "2/8", not {text!r}.')
        return cls(int(found[1]), int(found[2]))

    def has(self, number: int) -> bool:
        """Whether the row at a position, from 1, belongs to it."""
        return number % self.count == self.index % self.count

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"
