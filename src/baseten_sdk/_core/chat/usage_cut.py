"""Where a chunk's bytes can be cut, so that its usage need not be read with the rest.

Servers that send usage with every chunk send it last, and from chunk to chunk nothing of it changes but digits. The
shape of a usage is its text without them. Once a chunk was read whole and its usage has a shape that is plain (an
object of whole numbers, nulls, and objects of those), a chunk that ends in the same shape is cut before its usage.

That is safe: the same shape has the same brackets, so that the usage ends where the chunk does; and what is before the
cut would not be JSON with one brace behind it, were the usage inside of anything else. All that can be wrong inside
is a number, as in `007`.
"""

from __future__ import annotations

import re

DIGITS = b"0123456789"

NO_USAGE = b',"usage":null}'
"""What stands behind the first part instead, so that the field counts as set."""

MARK = re.compile(rb',\s*+"usage"\s*+:\s*+(?=\{)')

PLAIN = re.compile(
    rb"""\{ (?: \s*+ "\w*+" \s*+ : \s*+
                (?: null | \{ (?: \s*+ "\w*+" \s*+ : \s*+ (?:null)? \s*+ ,? )*+ \s*+ \} )? \s*+ ,?
         )*+ \s*+ \} \s*+ \}""",
    re.VERBOSE,
)
"""It never goes back over what it has taken, whatever a server sends."""

LONGEST = 4096
"""Bytes at the end of a chunk that are searched for its usage."""

LESSONS = 4
"""Chunks that one stream may be learnt from: most servers send no usage, or always in one shape."""


class UsageCut:
    """What has been learnt of one stream.

    Attributes:
        mark: what stands between the rest of a chunk and its usage.
        shape: what stands behind it, without digits; None while nothing was learnt.
    """

    __slots__ = ("_lessons", "mark", "shape")

    def __init__(self) -> None:
        self.mark = b',"usage":'
        self.shape: bytes | None = None
        self._lessons = LESSONS

    def learn(self, data: bytes) -> bool:
        """Look at a chunk that was read whole; whether there is any use in going on."""
        if self._lessons:
            self._lessons -= 1
            end = data[-LONGEST:]
            for found in MARK.finditer(end):
                shape = end[found.end() :].translate(None, DIGITS)
                if PLAIN.fullmatch(shape):
                    self.mark, self.shape = found.group(), shape
        return self._lessons > 0 or self.shape is not None
