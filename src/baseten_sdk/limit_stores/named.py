"""Makes a store of what a user names it by: a path or a URL."""

from __future__ import annotations

import os
import re

from .._secrets import shown_url
from ..errors import ConfigurationError
from ..types.limit_store import LimitStore

_REDIS = re.compile(r"(?:rediss?|unix)://", re.IGNORECASE)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def named_store(name: object) -> LimitStore:
    """Make a store. A store is returned as it is.

    Args:
        name: A path, a `redis://`, `rediss://` or `unix://` URL, or a store.

    Raises:
        ConfigurationError: It is something else.
    """
    if isinstance(name, str) and _REDIS.match(name):
        from .redis import RedisLimitStore

        return RedisLimitStore(name)
    if isinstance(name, str) and _URL.match(name):
        raise ConfigurationError(f"Limits(shared=...) takes a path or a redis:// URL, not {shown_url(name)}.")
    if isinstance(name, str | os.PathLike) and os.fspath(name):
        from .file import FileLimitStore

        return FileLimitStore(os.fspath(name))
    if isinstance(name, LimitStore) and not isinstance(name, type):
        return name
    raise ConfigurationError(f"Limits(shared=...) takes a path, a redis:// URL or a store, not {name!r:.200}.")
