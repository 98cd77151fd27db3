"""Makes a client's parts from its settings and a user's httpx client."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .._core.policy.transport_choice import check_transport
from .._loading import load
from .._settings import Settings, kind_of, not_picklable
from ..errors import ConfigurationError
from ..hooks import Observer

if TYPE_CHECKING:
    import httpx
    import httpx2

    from .._core.request.options import Options
    from .calls.call import AsyncCaller
    from .calls.service import AsyncCalls, AsyncService


@dataclass(frozen=True, slots=True)
class AsyncSetup:
    """The arguments of one client.

    Raises:
        ConfigurationError: Two settings exclude each other.
    """

    settings: Settings
    http_client: httpx.AsyncClient | httpx2.AsyncClient | None = None

    def __post_init__(self) -> None:
        check_transport(self.settings.transport, self.http_client is not None)
        if self.http_client is not None:
            _check_client(self.http_client)
        if self.http_client is not None and self.settings.ssl_context is not None:
            raise ConfigurationError("http_client= brings its own TLS: give verify=ssl_context to it instead.")

    def service(self) -> AsyncService:
        """Make the parts. This opens nothing and does not read the environment."""
        on_httpx = self.http_client is not None or self.settings.transport == "httpx"
        transport = "transports.httpx_clients" if on_httpx else "transports.direct"
        load(__name__.rpartition(".")[0], "calls.call", "calls.service", transport)

        from .._core.policy.pacing import EvenSpacing
        from .._core.policy.retry_budget import RetryBudget
        from .._io.key_source import AsyncKeySource
        from .._io.pacing import AsyncPacing
        from .calls.connections import AsyncConnections
        from .calls.service import AsyncService
        from .transports.opener import AsyncOpener

        settings = self.settings
        limits = settings.limits
        router = settings.router(os.getenv)
        opener = AsyncOpener(
            settings.transport, self.http_client, limits, router, tls=settings.ssl_context, owned=settings.owned
        )
        connections = AsyncConnections(opener, limits)
        caller = self._kind_of_caller()(
            key_source=AsyncKeySource(settings.key),
            connections=connections,
            limits=limits,
            budget=RetryBudget(settings.options.retry.budget),
            hooks=settings.hooks,
        )
        portable = settings if self.http_client is None else None
        pacing = AsyncPacing(EvenSpacing(limits.status_calls))
        return AsyncService(self._hedging(caller), connections, router, pacing, settings.options, portable)

    def _hedging(self, caller: AsyncCaller) -> AsyncCalls:
        """Return what makes the calls, with hedges if the client asks for them."""
        if self.settings.hedge is None:
            return caller

        from .calls.hedged import AsyncHedgedCaller

        return AsyncHedgedCaller(caller, self.settings.hedge)

    def _kind_of_caller(self) -> type[AsyncCaller]:
        if not any(isinstance(hook, Observer) for hook in self.settings.hooks):
            from .calls.call import AsyncCaller

            return AsyncCaller

        from .calls.observed import AsyncObservedCaller

        return AsyncObservedCaller

    def detached(self, options: Options) -> AsyncSetup:
        """Return a copy with other defaults, for a client that need not be closed."""
        return replace(self, settings=replace(self.settings, options=options, owned=False))

    def picklable(self, options: Options) -> Settings:
        """Return the settings with other defaults, for a pickle. It drops a literal key and other secrets.

        Raises:
            ConfigurationError: A part cannot be pickled.
        """
        if self.http_client is not None:
            raise not_picklable("http_client")
        settings = self.settings.with_options(options.without_secrets())
        settings.check_picklable()
        return settings


def _check_client(given: object) -> None:
    """Refuse what is not a client of httpx or httpx2 of this flavor.

    Raises:
        ConfigurationError: It is something else.
    """
    loaded = [sys.modules[name] for name in ("httpx", "httpx2") if name in sys.modules]
    if not isinstance(given, tuple(module.AsyncClient for module in loaded)):
        raise ConfigurationError(f"http_client of an AsyncClient must be an httpx.AsyncClient, not {kind_of(given)}.")
