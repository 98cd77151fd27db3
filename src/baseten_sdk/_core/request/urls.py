"""How ids, environments, paths and queries become URLs from which nothing can break out.

Owns quoting and the checks. It must not know which endpoints there are, nor the key.

Theory of operation. Whatever names a place is either a label (put into host names and taken as it is:
letters, digits, `-`, `_`) or a segment (put between two slashes and percent-encoded, `%` included, so that
the server decodes exactly what was written). Quoting makes everything harmless but dots: `..` needs no
quoting to climb, and a proxy that decodes twice would find it in `%252e%252e`. So a dot segment is refused
however often it is encoded.

URLs that come from outside are read by one strict grammar of ASCII without blanks, controls, backslashes and
userinfo's tricks, instead of by a lenient parser; a URL that does not fit belongs to nobody.
"""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

from ..._secrets import shown_url
from ...errors import InvalidRequestError
from .arrays import as_list

LABEL = re.compile(r"[A-Za-z0-9_-]+")
MAX_LABEL = 63
"""Characters between two dots of a host name (RFC 1035)."""

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
SURROGATE = re.compile("[\ud800-\udfff]")
NOT_IN_ID = re.compile(r"[/?#@%:]")
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/|(https?|wss?|ftp|file):", re.IGNORECASE)
PLACEHOLDER = re.compile(r"\{[a-z_]+\}")

URL = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<fragment>#.*)?",
    re.IGNORECASE,
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
"""Ends of the URLs of calls, which people copy as a base URL. `/models` is none: some gateways begin there."""

MAX_DECODINGS = 8
"""How often a text may be percent-encoded before it is taken for an attempt to hide something."""

PATH_SAFE = ":@"
"""Left alone in paths: harmless after the host, and routes such as `models/name:predict` are matched raw."""


def check_label(value: str, what: str) -> str:
    """An id or environment itself, if it can stand in a host name.

    Args:
        value: the id.
        what: the argument it was given as, for the error.

    Raises:
        InvalidRequestError: it is not letters, digits, `-` and `_`.
    """
    if not _is_label(value):
        raise InvalidRequestError(f"{what} must be letters, digits, '-' and '_', not {_shown(value)}.")
    if len(value) > MAX_LABEL:
        raise InvalidRequestError(f"{what} is longer than the {MAX_LABEL} characters that a host name allows.")
    return value


def quote_segment(value: str, what: str) -> str:
    """A value as one segment of a path, percent-encoded.

    Args:
        value: what the server shall read.
        what: the argument it was given as, for the error.

    Raises:
        InvalidRequestError: it is empty, a dot segment however encoded, or holds what no id has: `/?#@%:`, a
            backslash or control characters.
    """
    _check_text(value, what)
    if not value:
        raise InvalidRequestError(f"{what} must not be empty.")
    if found := NOT_IN_ID.search(value):
        raise InvalidRequestError(f"{what} must not contain {found[0]!r}: {_shown(value)}.")
    return quote(value, safe="")


def quote_path(path: str) -> str:
    """A path such as `items/123` or `/items/123/`, percent-encoded, without the slash at its start.

    Raises:
        InvalidRequestError: it is empty, absolute, has a query or fragment, an empty or a dot segment.
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


def encode_query(params: Mapping[str, object]) -> str:
    """Parameters as a query without its `?`.

    None is left out, booleans are `true` and `false`, sequences repeat their name.

    Raises:
        InvalidRequestError: a name is no text, or a value neither text nor a finite number.
    """
    if not isinstance(params, Mapping):
        raise InvalidRequestError(f"params must be a mapping, not {type(params).__name__}.")
    return "&".join(f"{name}={value}" for name, value in _query_pairs(params))


def check_base_url(url: str, what: str) -> str:
    """Check a base URL, and return it without the slash at its end.

    Args:
        url: An absolute http or https URL.
        what: The argument that held it, for the error.

    Raises:
        InvalidRequestError: It is no such URL, has userinfo, a query, a fragment or a dot segment, or is the URL of a
            call. The text does not show it: a password may be in it.
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
    """Scheme, host and port in lower case, without a port that is the scheme's own.

    Raises:
        InvalidRequestError: it is no absolute http or https URL.
    """
    parts = _split(url)
    if parts is None:
        raise InvalidRequestError("This is no absolute http:// or https:// URL.")
    return parts.origin


def template_matches(template: str, url: str) -> bool:
    """Whether an absolute URL belongs to an endpoint such as `https://model-{model_id}.api.baseten.co`.

    A placeholder stands for one label or segment of letters, digits, `-` and `_`. A URL that cannot be read
    strictly, or whose path climbs, belongs to nothing.
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
    """The parts of a URL; None if it is not strictly one, or has userinfo."""
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
    """Patterns for the origin and the beginning of the path of the URLs that a template stands for."""
    mark = "0placeholder0"
    while mark in template.lower():
        mark += "0"
    parts = _split(PLACEHOLDER.sub(mark, template))
    if parts is None:
        raise InvalidRequestError(f"The endpoint {shown_url(template)} is no absolute http:// or https:// URL.")
    label = LABEL.pattern
    return (
        re.compile(re.escape(parts.origin).replace(mark, label)),
        re.compile(re.escape(parts.path.rstrip("/")).replace(mark, label)),
    )


def _climbs(path: str) -> bool:
    """Whether a path has a dot segment, however often percent-encoded."""
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
    """Refuse what no part of a path may be or hold."""
    if not isinstance(value, str):
        raise InvalidRequestError(f"{what} must be str, not {type(value).__name__}.")
    if CONTROL.search(value) or SURROGATE.search(value):
        raise InvalidRequestError(f"{what} must not contain control characters or lone surrogates: {_shown(value)}.")
    if "\\" in value:
        raise InvalidRequestError(f"{what} must not contain a backslash: {_shown(value)}.")
    if _climbs(value):
        raise InvalidRequestError(f"{what} must not contain '.' or '..' segments, encoded or not: {_shown(value)}.")


def _query_pairs(params: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in params.items():
        if not isinstance(name, str):
            raise InvalidRequestError(f"params: {_shown(name)} is no name; it must be str.")
        quoted = _query_text(name, "a name in params")
        value = as_list(value)
        values = [value] if isinstance(value, str | bytes) or not isinstance(value, Sequence) else value
        for each in values:
            if each is not None:
                yield quoted, _query_text(each, f"params[{_shown(name)}]")


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
