"""Checks base URLs, and says which URLs belong to an endpoint.

URLs from outside are read with one strict grammar, not with a lenient parser: ASCII without blanks, control characters,
backslashes and tricks with userinfo. A URL that does not fit is trusted with nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ..._secrets import shown_url
from ...errors import InvalidRequestError
from .urls import LABEL, MAX_LABEL, climbs

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
    if climbs(parts.path):
        raise InvalidRequestError(f"{what} must not have '.' or '..' in its path.")
    url = url.rstrip("/")
    call = next((path for path in CALLS if url.lower().endswith(path)), None)
    if call is not None:
        raise InvalidRequestError(f"{what} must not end with {call}: calls append their own path. Leave {call} out.")
    return url


def template_matches(template: str, url: str) -> bool:
    """Whether an absolute URL belongs to an endpoint such as `https://model-{model_id}.api.baseten.co`.

    A placeholder stands for one label or segment of letters, digits, `-` and `_`. A URL that the strict grammar cannot
    read, or whose path climbs, belongs to no endpoint.
    """
    parts = _split(url)
    if parts is None or parts.fragment or climbs(parts.path):
        return False
    where, path = _template(template)
    if not where.fullmatch(parts.origin):
        return False
    found = path.match(parts.path)
    return found is not None and parts.path[found.end() : found.end() + 1] in ("", "/")


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
