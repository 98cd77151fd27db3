"""Facts about the HTTP exchange behind a reply: request ID, status, headers, attempts and time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Self, TypeAlias

from .._repr import safe_repr

if TYPE_CHECKING:
    from .pool import Target, Try

Facts: TypeAlias = "tuple[int, Headers, int, float, str, str, Target | None, bool, Mapping[str, float]]"
"""The fields of a `Meta`. Instead of `tries`, it has the member that answered, and whether that was a hedge."""

_NAME, _VALUE = itemgetter(0), itemgetter(1)


class Headers(Mapping[str, str]):
    """The headers of a reply. Names are case-insensitive. Repeated headers are joined by a comma."""

    __slots__ = ("_lines", "_read")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._lines: Sequence[tuple[bytes, bytes]] = ()
        self._read: dict[str, str] | None = _joined(pairs)

    @classmethod
    def of(cls, lines: Sequence[tuple[bytes, bytes]]) -> Self:
        """Make headers from lines of the wire. They are decoded when one of them is first read."""
        headers = cls.__new__(cls)
        headers._lines = lines
        headers._read = None
        return headers

    def mentions(self, name: bytes) -> bool:
        """Whether a header is there, without reading the others; `name` is in lower case."""
        if self._read is not None:
            return name.decode() in self._read
        return name in map(bytes.lower, map(_NAME, self._lines))

    def hold(self, text: bytes) -> bool:
        """Whether any value holds these bytes."""
        values = map(_VALUE, self._lines) if self._read is None else map(str.encode, self._read.values())
        return text in b"\n".join(values)

    @property
    def _values(self) -> dict[str, str]:
        if self._read is None:
            self._read = _joined((name.decode("latin-1"), value.decode("latin-1")) for name, value in self._lines)
            self._lines = ()
        return self._read

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @safe_repr
    def __repr__(self) -> str:
        return f"Headers({self._values!r})"

    def __eq__(self, other: object) -> bool:
        return self._values == other._values if isinstance(other, Headers) else NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in pairs:
        name = name.lower()
        values[name] = f"{values[name]}, {value}" if name in values else value
    return values


def _ok(member: Target, seconds: float, hedge: bool) -> Try:
    from .pool import Try

    return Try(member, "ok", seconds, hedge)


class _Unread:
    """The facts that become the fields of a `Meta`. Setting fields takes 4 % of a call, and most are never read."""

    __slots__ = ("_facts",)

    _facts: Facts


@dataclass(frozen=True, slots=True)
class Meta(_Unread):
    """Facts about the HTTP exchange behind a reply.

    Attributes:
        status_code: The HTTP status. 0 for a reply that did not come from the network.
        headers: The reply's headers.
        attempts: How often the request was tried.
        elapsed: Seconds from the start of the call to the last byte. For a stream: to its headers.
        method: The HTTP verb of the call. "" for a reply that did not come from the network.
        url: The URL of the call, without the query.
        tries: For a call to a pool: each request that was made for it.
        waited: Seconds that the call waited before it was sent, by reason: "gate" (the service refused calls just
            before), "rate" (a rate limit) or "queue" (too many calls in flight).
        cache_hit_rate: The share of the prompt's tokens that came from the prefix cache, from 0 to 1. None if the reply
            does not say.
    """

    status_code: int = 0
    headers: Headers = field(default_factory=Headers)
    attempts: int = 0
    elapsed: float = 0.0
    method: str = ""
    url: str = ""
    tries: tuple[Try, ...] = ()
    waited: Mapping[str, float] = field(default_factory=dict, hash=False)
    cache_hit_rate: float | None = field(default=None, compare=False)

    @classmethod
    def of(cls, facts: Facts) -> Self:
        """Make a `Meta` whose fields are set when one of them is first read."""
        meta = cls.__new__(cls)
        object.__setattr__(meta, "_facts", facts)
        return meta

    if not TYPE_CHECKING:  # Type checkers would take any name for an attribute.

        def __getattr__(self, name: str) -> object:
            if name not in Meta.__match_args__:
                raise AttributeError(f"A Meta has no attribute {name!r}.")
            status, headers, attempts, elapsed, method, url, member, hedge, waited = self._facts
            tries = () if member is None else (_ok(member, elapsed, hedge),)
            self.__init__(status, headers, attempts, elapsed, method, url, tries, waited)
            return getattr(self, name)

    def with_tries(self, tries: tuple[Try, ...]) -> Meta:
        """Make a copy with the requests that were made for the call."""
        return Meta(
            self.status_code,
            self.headers,
            self.attempts,
            self.elapsed,
            self.method,
            self.url,
            tries,
            self.waited,
        )

    @property
    def cut_tries(self) -> tuple[Try, ...]:
        """`tries`, if the reply that had begun was cut."""
        return tuple(each._replace(outcome="cut") if each.outcome == "ok" else each for each in self.tries)

    @property
    def served_by(self) -> Target | None:
        """For a call to a pool: the member that answered."""
        return next((each.member for each in self.tries if each.outcome == "ok"), None)

    @property
    def request_id(self) -> str | None:
        """The service's ID of the request. Quote it to support. Some backends of the Model APIs send none."""
        return self.headers.get("x-baseten-request-id") or self.headers.get("x-request-id")

    @property
    def rate_limits(self) -> dict[str, str]:
        """The `x-ratelimit-*` headers as they came, by their names without the prefix."""
        prefix = "x-ratelimit-"
        return {k.removeprefix(prefix): v for k, v in self.headers.items() if k.startswith(prefix)}

    @property
    def model_id(self) -> str | None:
        """The ID of the model that served the request. None if the service does not say."""
        return self.headers.get("x-baseten-model-id")

    @property
    def deployment_id(self) -> str | None:
        """The ID of the deployment that served the request. None if the service does not say."""
        return self.headers.get("x-baseten-model-version-id")
