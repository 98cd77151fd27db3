"""What looks secret, and how to show what may hold something secret. Pure; it imports nothing of the package."""

from __future__ import annotations

import re
from collections.abc import Mapping

SECRET_NAME = re.compile(
    r"authori[sz]ation|cookie|passw(or)?d|passphrase|secret|token|signature|credential|bearer"
    r"|(?<!idempotency)[-_]key$|^key$|apikey|(?-i:(?<!idempotenc)[a-z]Key$)"
    r"|(^|[-_])(auth|jwt|pwd|sig)($|[-_])",
    re.IGNORECASE,
)
"""Names of headers, query parameters and fields whose text must stay secret."""

HIDDEN = "[hidden]"

LONGEST_URL = 200
"""Characters of a URL that an error shows."""

_SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?/*")


def looks_secret(name: object) -> bool:
    """Whether a name says that what it names is secret."""
    return isinstance(name, str) and SECRET_NAME.search(name) is not None


def with_secrets_hidden(value: object) -> object:
    """Return the same JSON value, with texts under names that look secret hidden."""
    match value:
        case Mapping():
            return {
                name: HIDDEN if looks_secret(name) and isinstance(each, str) else with_secrets_hidden(each)
                for name, each in value.items()
            }
        case list() | tuple():
            return [with_secrets_hidden(each) for each in value]
        case _:
            return value


def shown_url(url: object) -> str:
    """Return what an error shows of a URL that is refused: neither user names and passwords nor the query."""
    if not isinstance(url, str):
        return f"a {type(url).__name__}"
    shown = re.split(r"[?#]", url, maxsplit=1)[0]
    if "@" in shown:
        before, _, after = shown.rpartition("@")
        scheme = _SCHEME.match(before)
        shown = f"{scheme[0] if scheme and '//' in scheme[0] else ''}{HIDDEN}@{after}"
    return repr(shown if len(shown) <= LONGEST_URL else f"{shown[:LONGEST_URL]}...")
