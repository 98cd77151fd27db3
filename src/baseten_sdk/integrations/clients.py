"""The two clients of an object that has methods of both kinds, and the arguments of their calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from .. import AsyncClient, AsyncPool, CallOptions, Client, Endpoints, Pool, Timeout
from ..config import AuthScheme
from .names import check_names
from .targets import AsyncEngine, Engine, ModelTarget

OF_TOOLS = ("tools", "tool_choice", "parallel_tool_calls")
"""Parameters that an engine refuses if there are no tools."""

OPTIONS = frozenset(CallOptions.__optional_keys__)


@dataclass(frozen=True, slots=True)
class Clients:
    """A client and an async one with the same settings, or pools in their place.

    Neither opens a connection before its first call, and they need not be closed. No pickle holds a literal key.
    """

    plain: Client | Pool
    asynchronous: AsyncClient | AsyncPool

    @classmethod
    def of(
        cls,
        *,
        api_key: str | Callable[[], str] | None = None,
        auth_scheme: AuthScheme | None = None,
        base_url: str | None = None,
        route_by_name: bool = True,
        endpoints: Endpoints | None = None,
        timeout: Timeout | float | None = None,
        max_retries: int | None = None,
        default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, str] | None = None,
        client: Client | Pool | None = None,
        async_client: AsyncClient | AsyncPool | None = None,
    ) -> Self:
        """Make clients with these settings. One that is given, or a pool in its place, is used as it is.

        Raises:
            ConfigurationError: A setting is invalid.
        """
        if client is not None and async_client is not None:
            return cls(client, async_client)
        made = Client(
            api_key=api_key,
            auth_scheme=auth_scheme,
            base_url=base_url,
            route_by_name=route_by_name,
            endpoints=endpoints,
            timeout=timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            default_query=default_query,
        ).detached()
        return cls(client or made, async_client or made.to_async().detached())

    def engine(self, target: ModelTarget) -> Engine:
        """Return where the client finds a target."""
        return target.of(self.plain)

    def async_engine(self, target: ModelTarget) -> AsyncEngine:
        """Return where the async client finds a target."""
        return target.of_async(self.asynchronous)


def call_options(params: Mapping[str, object]) -> CallOptions:
    """Separate the parameters of another library.

    Options of the call stay options, and everything else becomes a field of the body.

    None is the same as leaving a parameter out, and so is an empty list of tools.

    Raises:
        InvalidRequestError: The name of a parameter is misspelled.
    """
    check_names(params)
    options: CallOptions = {}
    body: dict[str, object] = {}
    for name, value in params.items():
        if value is None:
            continue
        if name == "extra_body" and isinstance(value, Mapping):
            body.update(value)
        elif name in OPTIONS:
            options[name] = value  # type: ignore[literal-required]  # a name of CallOptions, just checked
        else:
            body.setdefault(name, value)
    if not body.get("tools", True):
        for name in OF_TOOLS:
            body.pop(name, None)
    options["extra_body"] = body
    return options
