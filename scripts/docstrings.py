"""The examples of docstrings as code: an extension of Griffe, which reads the sources for the site."""

from __future__ import annotations

import re
import textwrap

import griffe

EXAMPLE = re.compile(r"^Example:\n(?P<code>(?:(?: {4}.*)?\n)*(?: {4}.*)?)", re.MULTILINE)


class Examples(griffe.Extension):
    """Fences what stands below `Example:`."""

    def on_object(self, *, obj: griffe.Object, **kwargs: object) -> None:
        """Called for each object that was read."""
        if obj.docstring is not None:
            obj.docstring.value = EXAMPLE.sub(_fenced, obj.docstring.value)


def _fenced(example: re.Match[str]) -> str:
    code = textwrap.dedent(example["code"]).strip("\n")
    return f"```python\n{code}\n```\n\n"
