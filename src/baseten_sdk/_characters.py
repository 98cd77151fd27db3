"""Characters that were cut in two: models cut text anywhere, and so do programs.

Owns what becomes of the halves: two that stand together are one character, and one alone is U+FFFD. It must not know
where a text is from.
"""

from __future__ import annotations

import re

ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""An escape inside of a JSON string; the two halves of a character are one."""

FINISHED = re.compile(
    r"(?:[^\\]+|\\[^u]|\\u(?![dD][89abAB])[0-9a-fA-F]{4}"
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}"
    r"(?:\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?=[^\\]|\\[^u]|\\u(?![dD][c-fC-F])[0-9a-fA-F]{4})))*"
)
"""What a JSON text begins with, up to an escape that more text may belong to.

It is not possessive: before 3.11.5, Python matched too much where such a group ends in the middle of a character.
"""

LONGEST_ESCAPE = 12
"""Characters of an escape of both halves."""

SURROGATE = re.compile("[\ud800-\udfff]")


def whole_characters(text: bytes) -> bytes:
    """Return a JSON text in which each escape of half a character has become one of U+FFFD."""
    return ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], text)


def whole_escapes(text: str) -> str:
    """JSON that a model wrote into a text, in which each escape of half a character has become one of U+FFFD."""
    return whole_characters(text.encode("utf-8", "replace")).decode() if "\\u" in text else text


def whole_text(text: str) -> str:
    """A text in which half of a character has become U+FFFD, and two halves that stand together one character."""
    if text.isascii() or not SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class EscapesInPieces:
    """JSON that a model writes in pieces: the same as `whole_escapes` of all of it."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """Return the text that is certain now. An escape that may continue is held back."""
        text = self._held + piece
        found = FINISHED.match(text)
        end = found.end() if found is not None else 0
        if len(text) - end > LONGEST_ESCAPE:
            end = len(text)  # This is not an escape. The parser of the text will report it.
        self._held = text[end:]
        return whole_escapes(text[:end])

    def flush(self) -> str:
        """Return what was held back. No more text comes."""
        held, self._held = self._held, ""
        return whole_escapes(held)
