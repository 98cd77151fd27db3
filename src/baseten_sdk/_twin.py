"""From a client without `await` to one with: the same configuration, connections of its own.

It owns what neither flavour may know: the other one.
"""

from __future__ import annotations

from ._async.client import AsyncClient
from ._async.setup import AsyncSetup
from ._sync.client import Client
from .errors import ConfigurationError


def async_twin(client: Client) -> AsyncClient:
    """An `AsyncClient` with the configuration and defaults of a `Client`.

    Raises:
        ConfigurationError: its httpx client cannot be used in an event loop.
    """
    setup = client._setup
    if setup.http_client is not None:
        raise ConfigurationError(
            "A Client with http_client= has no batches: use an AsyncClient with an httpx.AsyncClient."
        )
    twin = AsyncClient.__new__(AsyncClient)
    twin.__setstate__(
        AsyncSetup(
            setup.key,
            setup.base_url,
            setup.endpoints,
            setup.limits,
            None,
            setup.transport,
            setup.hooks,
            client._service.options,
            ssl_context=setup.ssl_context,
        )
    )
    return twin
