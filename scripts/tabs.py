"""The sync form of the code in pages, for a tab of its own on the site.

Pages show async code. Its sync form is made by the same translation as the sync client, and runs in the tests as the
async form does. A page whose code uses anyio itself has no sync form.
"""

from __future__ import annotations

import re
import textwrap

from scripts.unasync import Rules, translate

FENCE = re.compile(r"^```python\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
ASYNC = re.compile(r"\b(?:await|async)\b|\bAsync[A-Z]")
ITSELF = re.compile(r"\banyio\.")


def sync_form(markdown: str) -> str | None:
    """The page with sync code in place of async code; None if it has no sync form, or needs none."""
    blocks = [block["code"] for block in FENCE.finditer(markdown)]
    if any(ITSELF.search(code) for code in blocks) or not any(ASYNC.search(code) for code in blocks):
        return None
    return FENCE.sub(lambda block: f"```python\n{_translated(block['code'])}```", markdown)


def tabbed(markdown: str) -> str:
    """The page with both forms of its async code, a tab each."""
    if sync_form(markdown) is None:
        return markdown
    return FENCE.sub(lambda block: _tabs(block["code"]) if ASYNC.search(block["code"]) else block[0], markdown)


def _tabs(code: str) -> str:
    forms = {"async": code, "sync": _translated(code)}
    return "\n\n".join(
        f'=== "{name}"\n\n' + textwrap.indent(f"```python\n{form}```", "    ") for name, form in forms.items()
    )


def _translated(code: str) -> str:
    twin = translate(code, "page.md", Rules())
    assert twin is not None, "no page asks to be skipped"
    return twin.partition("\n")[2]
