"""Turns IDs, environments, paths and queries into URLs that nothing can break out of.

Owns quoting and the checks. It must not know which endpoints there are, nor the key.

Theory of operation. A name in a URL is either a label or a segment. A label becomes part of a host name and is used
unchanged: letters, digits, `-`, `_`. A segment stands between two slashes and is percent-encoded, `%` included, so that
the server decodes exactly what was written. Quoting makes everything harmless except dots: `..` climbs without any
quoting, and a proxy that decodes twice would find it in `%252e%252e`. So a dot segment is refused however often it is
encoded. URLs from outside are read with one strict grammar, not with a lenient parser: ASCII without blanks, control
characters, backslashes and tricks with userinfo. A URL that does not fit is trusted with nothing.
"""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

from ..._characters import SURROGATE
from ..._numbers import as_list
from ..._secrets import shown_url
from ...errors import InvalidRequestError

LABEL = re.compile(r"[A-Za-z0-9_-]+")
MAX_LABEL = 63
"""Maximum length of one label of a host name (RFC 1035)."""

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
NOT_IN_ID = re.compile(r"[/?#@%:]")
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/|(https?|wss?|ftp|file):", re.IGNORECASE)
PLACEHOLDER = re.compile(r"\{[a-z_]+\}")

URL = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<fragment>#.*)?", re.IGNORECASE
)
AUTHORITY = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
NOT_IN_URL = re.compile(r"[^\x21-\x7e]|\\")
DEFAULT_PORTS = {"http": 80, "https": 443}

CALLS = (
    "/chat/completions",
    "/completions",
    "/embeddings",
    "/messages",
    "/responses",
    "/async_predict",
    "/predict",
    "/async_run_remote",
    "/run_remote",
)
"""Endings of call URLs, which people copy as a base URL.

`/models` is not one of them, because some gateways begin there.
"""

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
    if not _is_label(value):
        raise InvalidRequestError(f"{what} must be letters, digits, '-' and '_', not {_shown(value)}.")
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
        raise InvalidRequestError(f"{what} must not contain {found[0]!r}: {_shown(value)}.")
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
        raise InvalidRequestError(f"path must not contain '?' or '#'; pass the query with params=: {_shown(path)}.")
    if path.startswith("//") or ABSOLUTE.match(path):
        raise InvalidRequestError(f"path must be relative to the deployment, not a URL: {shown_url(path)}.")
    inner = path.removeprefix("/")
    if not inner:
        return ""
    body = inner.removesuffix("/")
    segments = body.split("/")
    if "" in segments:
        raise InvalidRequestError(f"path has an empty segment ('//'): {_shown(path)}.")
    return quote(inner, safe=f"/{PATH_SAFE}")


def encode_query(params: Mapping[str, object], what: str = "params") -> str:
    """Encode parameters as a query without `?`.

    None is left out, booleans become `true` and `false`, sequences repeat their name.

    Args:
        what: The argument that held them, for the error.

    Raises:
        InvalidRequestError: A name is not a string, or a value is neither text nor a finite number.
    """
    if not isinstance(params, Mapping):
        raise InvalidRequestError(f"params must be a mapping, not {type(params).__name__}.")
    return "&".join(f"{name}={value}" for name, value in _query_pairs(params, what))


def check_base_url(url: str, what: str) -> str:
    """Check a base URL, and return it without a trailing slash.

    Args:
        url: An absolute http or https URL.
        what: The argument that holds it, for the error.

    Raises:
        InvalidRequestError: It is not such a URL, has userinfo, a query, a fragment or a dot segment, or is the URL of
            a call. The message does not show it, because it may contain a password.
    """
    parts = _split(url)
    if parts is None:
        raise InvalidRequestError(
            f"{what} must be an absolute http:// or https:// URL of ASCII without blanks or user names."
        )
    if parts.query or parts.fragment:
        raise InvalidRequestError(f"{what} must not have a query or fragment.")
    if _climbs(parts.path):
        raise InvalidRequestError(f"{what} must not have '.' or '..' in its path.")
    url = url.rstrip("/")
    call = next((path for path in CALLS if url.lower().endswith(path)), None)
    if call is not None:
        raise InvalidRequestError(f"{what} must not end with {call}: calls append their own path. Leave {call} out.")
    return url


def origin(url: str) -> str:
    """Return scheme, host and port in lower case, without the scheme's default port.

    Raises:
        InvalidRequestError: It is not an absolute http or https URL.
    """
    parts = _split(url)
    if parts is None:
        raise InvalidRequestError("This is not an absolute http:// or https:// URL.")
    return parts.origin


def template_matches(template: str, url: str) -> bool:
    """Whether an absolute URL belongs to an endpoint such as `https://model-{model_id}.api.baseten.co`.

    A placeholder stands for one label or segment of letters, digits, `-` and `_`. A URL that the strict grammar cannot
    read, or whose path climbs, belongs to no endpoint.
    """
    parts = _split(url)
    if parts is None or parts.fragment or _climbs(parts.path):
        return False
    where, path = _template(template)
    if not where.fullmatch(parts.origin):
        return False
    found = path.match(parts.path)
    return found is not None and parts.path[found.end() : found.end() + 1] in ("", "/")


def _is_label(value: object) -> bool:
    return isinstance(value, str) and LABEL.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class _Parts:
    origin: str
    path: str
    query: str
    fragment: str


def _split(url: object) -> _Parts | None:
    """Split a URL. Return None if it does not fit the grammar or has userinfo."""
    found = URL.fullmatch(url) if isinstance(url, str) and not NOT_IN_URL.search(url) else None
    authority = AUTHORITY.fullmatch(found["authority"]) if found else None
    if found is None or authority is None:
        return None
    host, scheme = authority["host"].lower(), found["scheme"].lower()
    if not host.startswith("[") and not all(0 < len(label) <= MAX_LABEL for label in host.split(".")):
        return None
    port = int(authority["port"] or DEFAULT_PORTS[scheme])
    if not 0 < port < 65536:
        return None
    suffix = "" if port == DEFAULT_PORTS[scheme] else f":{port}"
    return _Parts(f"{scheme}://{host}{suffix}", found["path"], found["query"] or "", found["fragment"] or "")


@lru_cache(maxsize=64)
def _template(template: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns for the origin and the path of the URLs that a template describes."""
    mark = "0placeholder0"
    while mark in template.lower():
        mark += "0"
    parts = _split(PLACEHOLDER.sub(mark, template))
    if parts is None:
        raise InvalidRequestError(f"The endpoint {shown_url(template)} is not an absolute http:// or https:// URL.")
    label = LABEL.pattern
    return (
        re.compile(re.escape(parts.origin).replace(mark, label)),
        re.compile(re.escape(parts.path.rstrip("/")).replace(mark, label)),
    )


def _climbs(path: str) -> bool:
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
        raise InvalidRequestError(f"{what} must not contain control characters or lone surrogates: {_shown(value)}.")
    if "\\" in value:
        raise InvalidRequestError(f"{what} must not contain a backslash: {_shown(value)}.")
    if _climbs(value):
        raise InvalidRequestError(f"{what} must not contain '.' or '..' segments, encoded or not: {_shown(value)}.")


def _query_pairs(params: Mapping[str, object], what: str) -> Iterator[tuple[str, str]]:
    for name, value in params.items():
        if not isinstance(name, str):
            raise InvalidRequestError(f"{what}: {_shown(name)} is not a name; it must be str.")
        quoted = _query_text(name, f"a name in {what}")
        value = as_list(value)
        values = [value] if isinstance(value, str | bytes) or not isinstance(value, Sequence) else value
        for each in values:
            if each is not None:
                yield quoted, _query_text(each, f"{what}[{_shown(name)}]")


def _query_text(value: object, what: str) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            if SURROGATE.search(value):
                raise InvalidRequestError(f"{what} must not contain lone surrogates.")
            return quote(value, safe="")
        case int():
            try:
                return int.__repr__(value)
            except ValueError:
                raise InvalidRequestError(f"{what} is an integer of too many digits.") from None
        case float() if math.isfinite(value):
            return quote(float.__repr__(value), safe="")
        case float():
            raise InvalidRequestError(f"{what} must be finite, not {float.__repr__(value)}.")
        case _:
            raise InvalidRequestError(f"{what} must be text, a number or a boolean, not {type(value).__name__}.")


def _shown(value: object) -> str:
    return reprlib.repr(value) if isinstance(value, str) else f"a {type(value).__name__}"
