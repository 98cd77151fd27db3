"""What the site shows of the sources: an extension of Griffe, which reads them.

The examples of docstrings become code. Classes that a client makes have no constructor that anybody calls, so none is
shown.
"""

from __future__ import annotations

import re
import textwrap

import griffe

EXAMPLE = re.compile(r"^Example:\n(?P<code>(?:(?: {4}.*)?\n)*(?: {4}.*)?)", re.MULTILINE)


MADE_BY_A_CLIENT = re.compile(r"baseten_sdk\._(?:async|sync)\.(?!client\.)")


class Shown(griffe.Extension):
    """Fences what stands below `Example:`, and hides constructors that nobody calls."""

    def on_class(self, *, cls: griffe.Class, **kwargs: object) -> None:
        """Called for each class that was read, with its members."""
        if MADE_BY_A_CLIENT.match(cls.path) and "__init__" in cls.members:
            del cls.members["__init__"]

    def on_object(self, *, obj: griffe.Object, **kwargs: object) -> None:
        """Called for each object that was read."""
        if obj.docstring is not None:
            obj.docstring.value = EXAMPLE.sub(_fenced, obj.docstring.value)


def _fenced(example: re.Match[str]) -> str:
    code = textwrap.dedent(example["code"]).strip("\n")
    return f"```python\n{code}\n```\n\n"
