"""Quotes IDs, environments and paths, so that nothing in them can leave its place in a URL.

Owns quoting and the checks. It must not know which endpoints there are, nor the key.

Theory of operation. A name in a URL is either a label or a segment. A label becomes part of a host name and is used
unchanged: letters, digits, `-`, `_`. A segment stands between two slashes and is percent-encoded, `%` included, so that
the server decodes exactly what was written. Quoting makes everything harmless except dots: `..` climbs without any
quoting, and a proxy that decodes twice would find it in `%252e%252e`. So a dot segment is refused however often it is
encoded.
"""

from __future__ import annotations

import re
import reprlib
from urllib.parse import quote, unquote

from ..._characters import SURROGATE
from ..._secrets import shown_url
from ...errors import InvalidRequestError

LABEL = re.compile(r"[A-Za-z0-9_-]+")
MAX_LABEL = 63
"""Maximum length of one label of a host name (RFC 1035)."""

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
NOT_IN_ID = re.compile(r"[/?#@%:]")
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/|(https?|wss?|ftp|file):", re.IGNORECASE)

MAX_DECODINGS = 8
"""A text that is percent-encoded more often than this is treated as an attempt to hide something."""

PATH_SAFE = ":@"
"""Characters that stay unquoted in paths.

They are harmless after the host, and routes such as `models/name:predict` are matched unquoted.
"""


def check_label(value: str, what: str) -> str:
    """Return an ID or environment if it can be part of a host name.

    Args:
        value: The ID.
        what: The argument that holds it, for the error.

    Raises:
        InvalidRequestError: It contains something besides letters, digits, `-` and `_`.
    """
    if not isinstance(value, str) or LABEL.fullmatch(value) is None:
        raise InvalidRequestError(f"{what} must be letters, digits, '-' and '_', not {shown(value)}.")
    if len(value) > MAX_LABEL:
        raise InvalidRequestError(f"{what} is longer than the {MAX_LABEL} characters that a host name allows.")
    return value


def quote_segment(value: str, what: str) -> str:
    """Percent-encode a value as one segment of a path.

    Args:
        value: What the server shall read.
        what: The argument that holds it, for the error.

    Raises:
        InvalidRequestError: It is empty, a dot segment in any encoding, or contains what no ID has: `/?#@%:`, a
            backslash or control characters.
    """
    _check_text(value, what)
    if not value:
        raise InvalidRequestError(f"{what} must not be empty.")
    if found := NOT_IN_ID.search(value):
        raise InvalidRequestError(f"{what} must not contain {found[0]!r}: {shown(value)}.")
    return quote(value, safe="")


def quote_path(path: str) -> str:
    """Percent-encode a path such as `items/123` or `/items/123/`, and strip its leading slash.

    Raises:
        InvalidRequestError: It is empty or absolute, or it has a query, a fragment, an empty segment or a dot segment.
    """
    what = "path"
    _check_text(path, what)
    if not path:
        raise InvalidRequestError("path must not be empty; '/' is the root.")
    if "?" in path or "#" in path:
        raise InvalidRequestError(f"path must not contain '?' or '#'; pass the query with params=: {shown(path)}.")
    if path.startswith("//") or ABSOLUTE.match(path):
        raise InvalidRequestError(f"path must be relative to the deployment, not a URL: {shown_url(path)}.")
    inner = path.removeprefix("/")
    if not inner:
        return ""
    body = inner.removesuffix("/")
    segments = body.split("/")
    if "" in segments:
        raise InvalidRequestError(f"path has an empty segment ('//'): {shown(path)}.")
    return quote(inner, safe=f"/{PATH_SAFE}")


def climbs(path: str) -> bool:
    """Whether a path has a dot segment, however often it is percent-encoded."""
    for _ in range(MAX_DECODINGS):
        # Some servers cut `..;x` at the semicolon before they look at the path.
        if any(segment.partition(";")[0] in (".", "..") for segment in re.split(r"[/\\]", path)):
            return True
        if "%" not in path:
            return False
        decoded = unquote(path)
        if decoded == path:
            return False
        path = decoded
    return True


def _check_text(value: object, what: str) -> None:
    """Refuse values that no part of a path may contain."""
    if not isinstance(value, str):
        raise InvalidRequestError(f"{what} must be str, not {type(value).__name__}.")
    if CONTROL.search(value) or SURROGATE.search(value):
        raise InvalidRequestError(f"{what} must not contain control characters or lone surrogates: {shown(value)}.")
    if "\\" in value:
        raise InvalidRequestError(f"{what} must not contain a backslash: {shown(value)}.")
    if climbs(value):
        raise InvalidRequestError(f"{what} must not contain '.' or '..' segments, encoded or not: {shown(value)}.")


def shown(value: object) -> str:
    return reprlib.repr(value) if isinstance(value, str) else f"a {type(value).__name__}"
