"""What a client was made with, as a value that both flavors share: an `AsyncClient` can be made of a `Client`'s.

It must not know how calls are made, nor an httpx client, which belongs to one flavor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from ._core.policy.transport_choice import TransportName
from ._core.request.auth import Key
from ._core.request.options import Options
from ._core.request.routing import Router
from ._core.request.variables import Variables, no_variable
from .config import Endpoints, Limits, Retry
from .errors import ConfigurationError
from .hooks import Hook, Observer
from .types.pool import Hedge

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration and the defaults of a client.

    Attributes:
        hedge: When a second request goes out beside a slow one.
        owned: Whether the client must be closed. If it was not, there is a warning.

    Raises:
        ConfigurationError: A URL is invalid.
    """

    key: Key
    base_url: str | None
    endpoints: Endpoints | None
    limits: Limits
    transport: TransportName
    hooks: tuple[Hook, ...]
    options: Options
    ssl_context: ssl.SSLContext | None = None
    hedge: Hedge | None = None
    owned: bool = True
    route_by_name: bool = True

    def __post_init__(self) -> None:
        self.router(no_variable)

    def router(self, environment: Variables) -> Router:
        """Make what finds the URLs; the environment is read when they are first needed."""
        return Router(self.base_url, self.endpoints, environment, route_by_name=self.route_by_name)

    def with_options(self, options: Options) -> Self:
        """Return the same with other defaults."""
        return replace(self, options=options)

    def check_picklable(self) -> None:
        """Find out whether a pickle can hold them. A literal key stays behind.

        Raises:
            ConfigurationError: It cannot; the message says what to change.
        """
        if self.ssl_context is not None:
            raise not_picklable("ssl_context")

        import pickle

        try:
            pickle.dumps(self)
        except Exception as error:
            raise ConfigurationError(
                f"The client cannot be pickled: {error}. Functions for api_key= and hooks= must be importable by name."
            ) from None


def check_kinds(
    *,
    retry: Retry | None,
    limits: Limits | None,
    endpoints: Endpoints | None,
    hooks: Sequence[Hook],
    hedge: Hedge | None,
    ssl_context: ssl.SSLContext | None,
) -> None:
    """Refuse arguments of a client that are of another kind, before a call fails on them.

    Raises:
        ConfigurationError: One is.
    """
    given = ("retry", retry, Retry), ("limits", limits, Limits), ("endpoints", endpoints, Endpoints)
    for name, value, kind in (*given, ("hedge", hedge, Hedge)):
        if value is not None and not isinstance(value, kind):
            raise ConfigurationError(
                f"{name} must be a {kind.__name__}, made as {kind.__name__}(...), not {kind_of(value)}."
            )
    if isinstance(hooks, str | Mapping) or not isinstance(hooks, Iterable):
        raise ConfigurationError(f"hooks must be a list of functions and observers, not {kind_of(hooks)}.")
    for hook in hooks:
        if isinstance(hook, type) or not (callable(hook) or isinstance(hook, Observer)):
            raise ConfigurationError(f"hooks must hold functions and observers, not {kind_of(hook)}.")
    if ssl_context is not None:
        import ssl

        if not isinstance(ssl_context, ssl.SSLContext):
            raise ConfigurationError(f"ssl_context must be an ssl.SSLContext, not {kind_of(ssl_context)}.")


def kind_of(value: object) -> str:
    """Return what a value is, without what it holds."""
    return f"the class {value.__name__}" if isinstance(value, type) else f"a value of {type(value).__name__}"


def not_picklable(name: str) -> ConfigurationError:
    """Return the error of an argument that no pickle can hold."""
    return ConfigurationError(f"A client with {name}= cannot be pickled. Make one where it is needed.")


def not_portable() -> ConfigurationError:
    """Return the error of an httpx client where the other flavor is needed."""
    return ConfigurationError(
        "http_client= serves one kind of client: an httpx.Client works in a Client, an httpx.AsyncClient in an "
        "AsyncClient. Batches and jobs run on an AsyncClient: for them, use an AsyncClient with an httpx.AsyncClient."
    )
