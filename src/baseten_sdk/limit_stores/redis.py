"""Shared limits in Redis, with the client of the extra `redis`.

Theory of operation. A change is optimistic: the key is watched, read and written, and all of it is done again if
another process was faster. The time is the server's. If the server lost the key, for example because it was restarted
without a file, the limits of the last minute count as used up. An unused key expires.

The password goes from the URL to the library, and nowhere else. A pickle holds the URL without it.
"""

from __future__ import annotations

import os
import random
import re
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from .._core.request.hidden import Hidden
from .._repr import safe_repr
from .._secrets import HIDDEN, looks_secret, shown_url
from ..errors import ConfigurationError, LimitStoreError
from ..types.limit_store import StateChange

if TYPE_CHECKING:
    import redis
    from redis.client import Pipeline

T = TypeVar("T")

PASSWORD_VARIABLE = "BASETEN_REDIS_PASSWORD"

KEPT = 300
"""Seconds for which Redis keeps a state that does not change. It is needed for two minutes."""

TIMEOUT = 5.0
"""Seconds to wait for the server."""

LONGEST_DELAY = 0.005
"""The most seconds before a change that another process overtook is tried again."""

_RANDOM = random.Random()
_NAME = re.compile(r"[\x21-\x7e]{1,200}")


class RedisLimitStore:
    """Keep shared limits in Redis, for processes of any machines.

    Args:
        url: The server: `redis://`, `rediss://` or `unix://`, as in the `redis` package. If it has no password, the
            variable `BASETEN_REDIS_PASSWORD` is used if it is set. A pickle does not hold the password, so set the
            variable for processes that a pickle is sent to.
        name: Which limits. Processes with the same name share them.

    Raises:
        ConfigurationError: The URL or the name is invalid, or the package `redis` is not installed.
    """

    def __init__(self, url: str, *, name: str = "default") -> None:
        self.name = name
        self._where = _RedisURL(url)
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ConfigurationError(
                f"The name of shared limits must be 1 to 200 visible characters, not {name!r:.100}."
            )
        self._lock = threading.Lock()
        self._client: redis.Redis | None = None

    @property
    def server(self) -> str:
        """The server, without user name and password."""
        return self._where.shown

    def change(self, change: StateChange[T], /) -> T:
        """Change the state. It is tried again while other processes are faster.

        Raises:
            LimitStoreError: The server cannot be reached, or refuses.
        """
        from redis import exceptions

        try:
            with self._lock:
                return self._change(self._open(), change)
        except exceptions.AuthenticationError:
            failure = self._error(f"the password is missing or wrong. Put it into the URL, or set {PASSWORD_VARIABLE}")
        except (exceptions.ConnectionError, exceptions.TimeoutError) as error:
            failure = self._error(f"the server cannot be reached ({self._where.clean(error)})", transient=True)
        except exceptions.RedisError as error:
            failure = self._error(f"the server refused ({self._where.clean(error)})")
        raise failure

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = None

    def _open(self) -> redis.Redis:
        if self._client is None:
            self._client = self._where.client()
        return self._client

    def _change(self, client: redis.Redis, change: StateChange[T]) -> T:
        key = f"baseten-sdk:limits:{self.name}"
        results: list[T] = []

        def transact(pipeline: Pipeline) -> None:
            seconds, micros = pipeline.time()
            found = pipeline.get(key)
            state, result = change(found if isinstance(found, bytes) else None, seconds + micros / 1e6)
            results.append(result)
            pipeline.multi()
            pipeline.set(key, state, ex=KEPT)

        client.transaction(transact, key, watch_delay=_RANDOM.uniform(0.0, LONGEST_DELAY))
        return results[-1]

    def _error(self, problem: str, *, transient: bool = False) -> LimitStoreError:
        message = f"The limits in Redis at {self.server} cannot be used: {problem}."
        return LimitStoreError(message, store=self.server, transient=transient)

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (self._where.without_password, self.name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RedisLimitStore):
            return NotImplemented
        return (self._where.without_password, self.name) == (other._where.without_password, other.name)

    def __hash__(self) -> int:
        return hash((self.server, self.name))

    @safe_repr
    def __repr__(self) -> str:
        return f"RedisLimitStore({self.server!r}, name={self.name!r})"


def _restored(url: str, name: str) -> RedisLimitStore:
    return RedisLimitStore(url, name=name)


class _RedisURL:
    """A URL in parts, of which the password is never shown.

    Attributes:
        shown: The URL without user name, password and options.
    """

    def __init__(self, url: str) -> None:
        parsed = _parsed(url)
        if isinstance(parsed, str):
            raise ConfigurationError(f"The URL of Redis {parsed}: {shown_url(url)}.")
        parts, address = parsed
        self.shown = f"{parts.scheme}://{address}{parts.path}"
        options = urlencode([(name, value) for name, value in parse_qsl(parts.query) if not looks_secret(name)])
        user = f"{parts.username}@" if parts.username else ""
        self.without_password = f"{parts.scheme}://{user}{address}{parts.path}{'?' if options else ''}{options}"
        self._url: Hidden[str] = Hidden()
        self._url.value = url
        if find_spec("redis") is None:
            raise ConfigurationError(
                "Shared limits in Redis need redis, which is not installed: pip install 'baseten-sdk[redis]'."
            )

    def client(self) -> redis.Redis:
        """Make a client of the library. It connects when it is first used."""
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        return redis.Redis.from_url(
            self._url.value,
            password=os.environ.get(PASSWORD_VARIABLE),  # if the URL has none
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            retry=Retry(NoBackoff(), 1),
        )

    def clean(self, error: Exception) -> str:
        """Return what an error says, without passwords."""
        text = str(error)
        for secret in (urlsplit(self._url.value).password, os.environ.get(PASSWORD_VARIABLE)):
            if secret:
                text = text.replace(unquote(secret), HIDDEN).replace(secret, HIDDEN)
        return text[:500].rstrip(".")


def _parsed(url: str) -> tuple[SplitResult, str] | str:
    """Return a URL in parts, with its host and port; or what is wrong with it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except (ValueError, AttributeError, TypeError):
        return "cannot be read. In a password, write special characters as %40 and so on"
    database = parts.path.strip("/")
    if parts.scheme not in ("redis", "rediss", "unix"):
        return "must begin with redis://, rediss:// or unix://"
    if parts.scheme != "unix" and database and not database.isdecimal():
        return "must end in the number of a database, such as /0, or in nothing"
    address = f"[{host}]" if ":" in host else host
    return parts, address if port is None else f"{address}:{port}"
