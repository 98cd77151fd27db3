"""The options of one call: the client's defaults overridden by the call's own, checked once."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from ..._secrets import looks_secret
from ..._version import __version__
from ...config import CallOptions, HttpxTimeout, Query, Retry, Timeout, check_seconds
from ...errors import ConfigurationError, InvalidRequestError
from .header_lines import HeaderLines, HeaderPairs
from .headers import check_headers, check_option

T = TypeVar("T")

USER_AGENT = f"baseten-sdk/{__version__} Python/{sys.version_info.major}.{sys.version_info.minor}"

OPTION_NAMES = frozenset(CallOptions.__optional_keys__)


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one call.

    Attributes:
        left_behind: Names of headers and query parameters whose values a pickle dropped.
        keyless: Whether to send the call without the API key.
        at_gate: What to do if a backoff gate is closed: "wait", or "leave" with an error. None: wait if the call may be
            retried, otherwise send it anyway.
        stated_deadline: The deadline that the caller set, if `deadline` is what is left of it.
    """

    timeout: Timeout = field(default_factory=Timeout)
    deadline: float | None = None
    retry: Retry = field(default_factory=Retry)
    extra_headers: HeaderPairs = field(default=(), repr=False)
    extra_query: Query = field(default_factory=dict, repr=False)
    extra_body: Mapping[str, object] = field(default_factory=dict, repr=False)
    session: str | None = None
    request_id: str | None = None
    left_behind: frozenset[str] = frozenset()
    keyless: bool = False
    at_gate: Literal["wait", "leave"] | None = None
    stated_deadline: float | None = None
    _rendered: dict[tuple[str, str | None], HeaderLines] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def headers_for(self, accept: str, content_type: str | None) -> HeaderLines:
        """Return the headers of a request except the key. The caller's headers replace the package's own."""
        rendered = self._rendered.get((accept, content_type))
        if rendered is None:
            own = {"accept": accept, "user-agent": USER_AGENT}
            if content_type is not None:
                own["content-type"] = content_type
            if self.session is not None:
                own["x-session-affinity"] = self.session
            if self.request_id is not None:
                own["x-baseten-customer-request-id"] = self.request_id
            own.update(self.extra_headers)
            rendered = self._rendered[accept, content_type] = HeaderLines(tuple(own.items()))
        return rendered

    def without_body(self) -> Options:
        """Return a copy for a body that already contains `extra_body`."""
        return replace(self, extra_body={}) if self.extra_body else self

    def without_secrets(self) -> Options:
        """Return a copy for a pickle. It drops values whose names look secret, as it drops a literal key."""
        headers = {name for name, _ in self.extra_headers if looks_secret(name)}
        query = {name for name in self.extra_query if looks_secret(name)}
        if not headers and not query:
            return self
        return replace(
            self,
            extra_headers=tuple((name, value) for name, value in self.extra_headers if name not in headers),
            extra_query={name: value for name, value in self.extra_query.items() if name not in query},
            left_behind=self.left_behind | headers | query,
        )

    def without_key(self) -> Options:
        """Return a copy for calls to a host that must see neither the key nor the secrets in these defaults."""
        return replace(self.without_secrets(), left_behind=frozenset(), keyless=True)

    def check_complete(self) -> None:
        """Refuse to call without the values that a pickle dropped.

        Raises:
            ConfigurationError: A value was not given again.
        """
        if self.left_behind:
            names = ", ".join(sorted(self.left_behind))
            raise ConfigurationError(
                f"A client that was pickled leaves secrets behind, here the values of {names}. Give them again: "
                "client.with_options(extra_headers=..., extra_query=...)."
            )

    def left_of_deadline(self, seconds: float) -> Options:
        """Return a copy with what is left of the deadline. Errors tell the whole of it."""
        return replace(self, deadline=seconds, stated_deadline=self.stated_deadline or self.deadline)

    def within(self, seconds: float) -> Options:
        """Return a copy whose deadline is at most this many seconds."""
        return self if self.deadline is not None and self.deadline <= seconds else replace(self, deadline=seconds)

    def merged(self, given: CallOptions, whose: str = "extra") -> Options:
        """Return these options, overridden by those of a call. None is the same as leaving an option out.

        Args:
            whose: How the names of headers and query begin where they were given, for errors.

        Raises:
            ConfigurationError: An option does not exist, or its value is invalid.
            InvalidRequestError: A header, query, field, session or request ID cannot be sent.
        """
        unknown = given.keys() - OPTION_NAMES
        if unknown:
            known = ", ".join(sorted(OPTION_NAMES))
            raise ConfigurationError(f"There is no option {min(unknown)!r}; there are {known}.")
        timeout = given.get("timeout")
        deadline = given.get("deadline")
        max_retries = given.get("max_retries")
        headers = given.get("extra_headers")
        session = given.get("session")
        request_id = given.get("request_id")
        extra_headers = (
            _merged_headers(self.extra_headers, headers, f"{whose}_headers") if headers else self.extra_headers
        )
        extra_query = _merged(self.extra_query, given.get("extra_query"), f"{whose}_query")
        deadline = check_seconds("deadline", deadline)
        return Options(
            timeout=self.timeout if timeout is None else as_timeout(timeout, self.timeout),
            deadline=self.deadline if deadline is None else deadline,
            retry=self.retry if max_retries is None else replace(self.retry, max_retries=max_retries),
            extra_headers=extra_headers,
            extra_query=extra_query,
            extra_body=_merged(self.extra_body, given.get("extra_body"), "extra_body"),
            session=self.session if session is None else check_option(session, "session"),
            request_id=self.request_id if request_id is None else check_option(request_id, "request_id"),
            left_behind=self.left_behind and self.left_behind - {*dict(extra_headers), *extra_query},
            keyless=self.keyless,
        )


def as_timeout(value: Timeout | HttpxTimeout | float, base: Timeout) -> Timeout:
    """Return a timeout. A number limits the whole attempt and leaves the limits of the phases unchanged."""
    if isinstance(value, Timeout):
        return value
    if isinstance(value, HttpxTimeout):
        connect, read, write = (math.inf if each is None else each for each in (value.connect, value.read, value.write))
        return Timeout(connect=connect, write=write, first_byte=read, idle=read)
    return replace(base, attempt=check_seconds("timeout", value))


def _merged(base: Mapping[str, T], given: Mapping[str, T] | None, what: str) -> Mapping[str, T]:
    if given is None:
        return base
    if not isinstance(given, Mapping):
        raise InvalidRequestError(f"{what} must be a mapping of names to values, not {type(given).__name__}.")
    return {**base, **given}


def _merged_headers(base: HeaderPairs, given: Mapping[str, str], what: str) -> HeaderPairs:
    checked = check_headers(given, what)
    return tuple({**dict(base), **{name.lower(): value for name, value in checked}}.items())
