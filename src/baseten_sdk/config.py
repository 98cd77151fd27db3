"""Every knob of the package and its default: timeouts, retries, limits, endpoints and the options of a call.

Owns the values and their checks. It must not know how they are applied.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from os import PathLike
from typing import TYPE_CHECKING, Literal, Protocol, Self, TypeAlias, TypedDict, runtime_checkable

from ._numbers import as_number, take_numbers
from ._secrets import shown_url
from .errors import ConfigurationError
from .types.limit_store import LimitStore

if TYPE_CHECKING:
    from random import Random

    from tenacity import RetryCallState

__all__ = [
    "AuthScheme",
    "CallOptions",
    "Endpoints",
    "HttpxTimeout",
    "Limits",
    "Query",
    "Retry",
    "RetryWait",
    "StatusOptions",
    "Timeout",
    "WaitOptions",
]


MODEL_APIS_FIRST_BYTE = 600.0
"""Seconds to wait for the first byte of a Model APIs reply."""

DEPLOYMENT_FIRST_BYTE = 1230.0
"""The same for a deployment: just above the 1200 s after which the service itself ends a predict."""

AuthScheme: TypeAlias = Literal["bearer", "api-key"]
"""The word before the key in the `Authorization` header."""

Query: TypeAlias = Mapping[str, str | int | float | bool | Sequence[str | int | float | bool] | None]
"""Query parameters: None is left out, a sequence is repeated."""


@dataclass(frozen=True, slots=True)
class Timeout:
    """Limits on one attempt, in seconds. `math.inf` means no limit.

    Attributes:
        attempt: The whole attempt, from its start to its last byte. For a stream: the time to its first event, then
            each pause between two events. None: only the other limits apply. A plain number as `timeout=` sets this.
        connect: Opening a connection, including TLS.
        write: Sending the request.
        first_byte: From the end of the request to the headers of the reply. For a stream: to its first event. None: 600
            for Model APIs and 1230 for deployments, which may be cold.
        idle: The longest pause in the middle of a reply. In a stream, only decoded events end a pause; comments and
            pings do not.
    """

    attempt: float | None = None
    connect: float = 5.0
    write: float = 60.0
    first_byte: float | None = None
    idle: float = 120.0

    def __post_init__(self) -> None:
        take_numbers(self, (each.name for each in fields(self)))
        for name in ("attempt", "first_byte"):
            check_seconds(f"Timeout({name}=...)", getattr(self, name))
        for name in ("connect", "write", "idle"):
            _require_seconds(f"Timeout({name}=...)", getattr(self, name))


@runtime_checkable
class HttpxTimeout(Protocol):
    """An `httpx.Timeout`, which `timeout=` takes too. None means no limit.

    `connect` and `write` mean the same as in `Timeout`. `read` sets both `first_byte` and `idle`. `pool` is ignored,
    because waiting for a turn counts toward `deadline`.
    """

    @property
    def connect(self) -> float | None: ...
    @property
    def read(self) -> float | None: ...
    @property
    def write(self) -> float | None: ...
    @property
    def pool(self) -> float | None: ...


class RetryWait(Protocol):
    """Any wait strategy of tenacity, such as `tenacity.wait_fixed(1)`. It returns the seconds to wait."""

    def __call__(self, retry_state: RetryCallState, /) -> float: ...


@dataclass(frozen=True, slots=True)
class Retry:
    """Rules for retries: when a failed attempt is tried again, and after how long.

    A call is retried if the connection was refused or lost before any byte of the reply, and after the statuses 408,
    429, 500, 502, 503, 504 and 529. `async_predict` is retried only if there can be no job: the connection was refused,
    or the status is 429 or 503.

    Attributes:
        max_retries: Attempts after the first one. 0 means a single attempt.
        initial: Upper bound of the first wait, in seconds. It doubles with every attempt.
        maximum: Upper bound of every wait, in seconds. The wait is random between 0 and its bound (full jitter).
        max_retry_after: The longest `Retry-After` to wait for, in seconds. A longer one raises at once.
        on_read_timeout: Also retry if the reply timed out after the request was sent. Off by default, because the model
            may still be running, and billed.
        budget: Retries that the client may spend. Each retry takes one, except after a 429. Each success gives 0.2
            back. This keeps a thousand callers of a dead service from sending thousands of extra requests. `math.inf`
            turns it off.
        wait: A wait strategy of tenacity, in place of the exponential one.
        random: The source of the jitter. Pass a seeded one for a repeatable run.
    """

    max_retries: int = 2
    initial: float = 0.5
    maximum: float = 8.0
    max_retry_after: float = 120.0
    on_read_timeout: bool = False
    budget: float = 100.0
    wait: RetryWait | None = None
    random: Random | None = None

    def __post_init__(self) -> None:
        take_numbers(self, (each.name for each in fields(self)))
        if isinstance(self.max_retries, bool) or not isinstance(self.max_retries, int) or self.max_retries < 0:
            raise ConfigurationError(f"max_retries must be an integer of at least 0, not {self.max_retries!r}.")
        for name in ("initial", "maximum", "max_retry_after", "budget"):
            value = getattr(self, name)
            if value != 0:
                _require_seconds(f"Retry({name}=...)", value)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on what a client sends at once and accepts.

    Attributes:
        concurrency: Calls in flight at once. Others wait in order. A stream counts until it is closed.
        requests_per_minute: Requests sent in any minute, including retries. None for any number. A sixth of them may go
            at once. The others are spread over the minute.
        tokens_per_minute: Tokens in any minute, of prompts and answers, over all calls that report their usage (chat,
            completions, embeddings). A call waits until the tokens that it may use fit. When it ends, it gives back
            those that it did not use. None for any number.
        shared: Where processes share the two limits a minute: the path of a file, for processes of one machine, or a
            `redis://` URL. If processes have different limits, the lowest ones hold. None: the limits are the client's
            own. `concurrency` is always the client's own.
        idle_connection: Seconds to keep an unused connection. Baseten closes it after 60 to 120.
        body: Bytes of the largest reply that is read into memory.
        event: Bytes of the largest event or line of a stream.
        message: Bytes of the largest WebSocket message, in either direction. Baseten accepts at most 100 MiB.
        stream: Bytes of the largest stream: of a chat, of `stream_predict` or of a chain. A chat is kept in memory
            until its end, so that an error can hold what arrived.
        async_payload: Bytes of the largest body of `async_predict`. 256 KiB unless Baseten raised it for you.
        status_calls: Calls per second of `async_requests.get`, `cancel` and `queue_status` together.
    """

    concurrency: int = 256
    idle_connection: float = 30.0
    body: int = 64 * 1024 * 1024
    event: int = 8 * 1024 * 1024
    message: int = 100 * 1024 * 1024
    stream: int = 256 * 1024 * 1024
    async_payload: int = 256 * 1024
    status_calls: float = 20.0
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    shared: LimitStore | str | PathLike[str] | None = None

    @property
    def rated(self) -> bool:
        """Whether requests or tokens are limited."""
        return self.requests_per_minute is not None or self.tokens_per_minute is not None

    def __post_init__(self) -> None:
        take_numbers(self, (each.name for each in fields(self)))
        for name in ("concurrency", "body", "event", "message", "stream", "async_payload"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ConfigurationError(f"Limits({name}=...) must be an integer of at least 1, not {value!r}.")
        for name in ("idle_connection", "status_calls"):
            _require_seconds(f"Limits({name}=...)", getattr(self, name))
        for name in ("requests_per_minute", "tokens_per_minute"):
            _check_rate(f"Limits({name}=...)", getattr(self, name))
        if self.shared is None:
            return
        if not self.rated:
            raise ConfigurationError("Limits(shared=...) needs requests_per_minute= or tokens_per_minute=.")

        from .limit_stores.named import named_store

        # At once, because a URL may hold a password.
        object.__setattr__(self, "shared", named_store(self.shared))

    @property
    def store(self) -> LimitStore | None:
        """The store of `shared`."""
        assert self.shared is None or isinstance(self.shared, LimitStore), "a store was made of any name"
        return self.shared


@dataclass(frozen=True, slots=True)
class Endpoints:
    """URL templates of the service. The API key is sent to these hosts and to no others.

    The emulator and private gateways replace them. `base_url=` replaces only `model_apis`. A `model` without
    `{model_id}` is a gateway that serves one deployment, whatever its ID.
    """

    model_apis: str = "https://inference.baseten.co/v1"
    model: str = "https://model-{model_id}.api.baseten.co"
    model_regional: str = "https://model-{model_id}-{environment}.api.baseten.co"
    chain: str = "https://chain-{chain_id}.api.baseten.co"
    chain_regional: str = "https://chain-{chain_id}-{environment}.api.baseten.co"

    def __post_init__(self) -> None:
        wanted = {
            "model_regional": ("{model_id}", "{environment}"),
            "chain": ("{chain_id}",),
            "chain_regional": ("{chain_id}", "{environment}"),
        }
        for name in ("model_apis", "model", *wanted):
            value = getattr(self, name)
            if not isinstance(value, str) or not value.startswith(("https://", "http://")):
                raise ConfigurationError(f"Endpoints({name}=...) must be an http(s) URL, not {shown_url(value)}.")
            for placeholder in wanted.get(name, ()):
                if placeholder not in value:
                    raise ConfigurationError(f"Endpoints({name}=...) lacks {placeholder}: {shown_url(value)}.")
                value = value.replace(placeholder, "")
            if name == "model":
                value = value.replace("{model_id}", "")
            if "{" in value or "}" in value:
                raise ConfigurationError(
                    f"Endpoints({name}=...) has a placeholder that nothing fills: {shown_url(value)}."
                )

    @classmethod
    def below(cls, origin: str) -> Self:
        """Put every URL below one origin such as "http://127.0.0.1:8787", as the emulator does."""
        origin = origin.rstrip("/")
        return cls(
            model_apis=f"{origin}/v1",
            model=f"{origin}/model/{{model_id}}",
            model_regional=f"{origin}/regional/{{model_id}}/{{environment}}",
            chain=f"{origin}/chain/{{chain_id}}",
            chain_regional=f"{origin}/regional-chain/{{chain_id}}/{{environment}}",
        )


class StatusOptions(TypedDict, total=False):
    """Options of the calls about an async request. See `CallOptions`."""

    timeout: Timeout | HttpxTimeout | float | None
    deadline: float | None
    max_retries: int | None
    extra_headers: Mapping[str, str] | None
    extra_query: Query | None
    session: str | None


class WaitOptions(TypedDict, total=False):
    """Options of the methods that make many calls and have one deadline for all of them.

    Attributes:
        timeout: Limits on each attempt. A number of seconds limits the whole attempt.
        max_retries: Attempts after the first one. 0 means a single attempt.
        extra_headers: Headers to add, or to send in place of the package's own.
        extra_query: Query parameters to add to the URL.
        extra_body: Fields to add to a JSON body that is an object, or to replace in it. Values are sent as they are,
            None as null.
        session: Sent as `x-session-affinity`. Calls with the same value reach the same replica and its KV cache.
        request_id: Your own ID for the request, sent as `x-baseten-customer-request-id`.
    """

    timeout: Timeout | HttpxTimeout | float | None
    max_retries: int | None
    extra_headers: Mapping[str, str] | None
    extra_query: Query | None
    extra_body: Mapping[str, object] | None
    session: str | None
    request_id: str | None


class CallOptions(WaitOptions, total=False):
    """Options that every method takes. None is the same as leaving one out. See `WaitOptions` for the others.

    Attributes:
        deadline: Seconds for the whole call: queueing, every attempt, the waits between them, the stream.
    """

    deadline: float | None


def check_seconds(what: str, value: float | None) -> float | None:
    """Check that a value is None or a number above 0. Returns it as a number of Python."""
    if value is not None:
        value = as_number(value)
        _require_seconds(what, value)
    return value


def _require_seconds(what: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value) or value <= 0:
        raise ConfigurationError(f"{what} must be a number of seconds above 0, not {value!r}.")


def _check_rate(what: str, value: object) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value < math.inf:
        raise ConfigurationError(f"{what} must be a number of at least 1, or None, not {value!r}.")
