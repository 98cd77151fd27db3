"""The bridge between the two flavors: a client of the other one, with the same settings and its own connections.

It owns what neither flavor may know: the other one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from ._async.calls.pooled import AsyncPoolCaller
from ._async.calls.service import AsyncService
from ._async.client import AsyncClient
from ._async.resources.chains import AsyncChain
from ._async.resources.deployments import AsyncDeployment
from ._settings import Settings
from ._sync.calls.pooled import PoolCaller
from ._sync.calls.service import Service
from ._sync.client import Client as SyncClient
from ._sync.resources.chains import Chain
from ._sync.resources.deployments import Deployment

__all__ = ["AsyncClient", "SyncClient", "async_service", "async_target", "service_over", "to_async", "to_sync"]


def to_async(settings: Settings) -> AsyncClient:
    client = AsyncClient.__new__(AsyncClient)
    client.__setstate__(settings)
    return client


def to_sync(settings: Settings) -> SyncClient:
    client = SyncClient.__new__(SyncClient)
    client.__setstate__(settings)
    return client


@asynccontextmanager
async def async_service(service: Service) -> AsyncGenerator[AsyncService]:
    """The parts of an `AsyncClient` of its own, with the same settings, which ends with the block."""
    async with to_async(service.portable()) as client:
        yield service_over(service, client)


def service_over(service: Service, client: AsyncClient) -> AsyncService:
    """Maps the parts of a client, or of one of its pools, to those of a client of the other flavor."""
    caller = service.caller
    if not isinstance(caller, PoolCaller):
        return client._service
    return replace(client._service, caller=AsyncPoolCaller(client._service.caller, *caller.portable))


@asynccontextmanager
async def async_target(target: Deployment | Chain) -> AsyncGenerator[AsyncDeployment | AsyncChain]:
    """A deployment or a chain by an `AsyncClient` of its own, with the same settings, which ends with the block."""
    async with async_service(target._service) as service:
        kind = AsyncChain if isinstance(target, Chain) else AsyncDeployment
        yield kind(service, target._urls)
