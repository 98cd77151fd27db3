"""A client's configuration as a value: what it was made with, and what it takes to make it again elsewhere."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .._core.policy.transport_choice import TransportName, check_transport
from .._core.request.auth import Key
from .._core.request.options import Options
from .._core.request.routing import Router
from ..config import Endpoints, Limits
from ..errors import ConfigurationError
from ..hooks import Hook, Observer

if TYPE_CHECKING:
    import ssl

    import httpx

    from .calls.call import AsyncCaller
    from .calls.service import AsyncService


@dataclass(frozen=True, slots=True)
class AsyncSetup:
    """What a client was made with.

    Raises:
        ConfigurationError: a URL cannot be, or the transport that was asked for cannot be had.
    """

    key: Key
    base_url: str | None
    endpoints: Endpoints | None
    limits: Limits
    http_client: httpx.AsyncClient | None
    transport: TransportName
    hooks: tuple[Hook, ...]
    options: Options
    ssl_context: ssl.SSLContext | None = None
    owned: bool = True
    """Whether somebody is to close the client, and is told when nobody did."""

    def __post_init__(self) -> None:
        Router(self.base_url, self.endpoints)
        check_transport(self.transport, self.http_client is not None)
        if self.http_client is not None and self.ssl_context is not None:
            raise ConfigurationError("http_client= brings its own TLS: give verify=ssl_context to it instead.")

    def service(self) -> AsyncService:
        """Make the parts; nothing is opened and nothing is read from the environment."""
        from .._core.policy.pacing import Pace
        from .._core.policy.retry_budget import RetryBudget
        from .._io.key_source import AsyncKeySource
        from .._io.pacing import AsyncPacing
        from .calls.connections import AsyncConnections
        from .calls.service import AsyncService
        from .transports.opener import AsyncOpener

        router = Router(self.base_url, self.endpoints, os.environ)
        opener = AsyncOpener(
            self.transport, self.http_client, self.limits, router, tls=self.ssl_context, owned=self.owned
        )
        caller = self._kind_of_caller()(
            key_source=AsyncKeySource(self.key),
            connections=AsyncConnections(opener, self.limits),
            limits=self.limits,
            budget=RetryBudget(self.options.retry.budget),
            hooks=self.hooks,
        )
        return AsyncService(caller, router, AsyncPacing(Pace(self.limits.status_calls)), self.options)

    def _kind_of_caller(self) -> type[AsyncCaller]:
        if not any(isinstance(hook, Observer) for hook in self.hooks):
            from .calls.call import AsyncCaller

            return AsyncCaller

        from .calls.observed import AsyncObservedCaller

        return AsyncObservedCaller

    def picklable(self, options: Options) -> AsyncSetup:
        """The same with other defaults, for a pickle; a literal key stays behind.

        Raises:
            ConfigurationError: a part of it cannot be pickled.
        """
        for name, part in (("http_client", self.http_client), ("ssl_context", self.ssl_context)):
            if part is not None:
                raise ConfigurationError(f"A client with {name}= cannot be pickled; make one where it is needed.")
        import pickle

        setup = replace(self, options=options)
        try:
            pickle.dumps(setup)
        except Exception as error:
            raise ConfigurationError(
                f"The client cannot be pickled: {error}. Functions for api_key= and hooks= must be importable by name."
            ) from None
        return setup
