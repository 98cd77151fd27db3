"""Characters that somebody cut in two: models cut text anywhere, and so do programs.

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

SURROGATE = re.compile("[\ud800-\udfff]")


def whole_characters(text: bytes) -> bytes:
    """A JSON text in which each escape of half a character has become one of U+FFFD."""
    return ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], text)


def whole_escapes(text: str) -> str:
    """JSON that a model wrote into a text, in which each escape of half a character has become one of U+FFFD."""
    return whole_characters(text.encode("utf-8", "replace")).decode() if "\\u" in text else text


def whole_text(text: str) -> str:
    """A text in which half of a character has become U+FFFD, and two halves that stand together one character."""
    if text.isascii() or not SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
