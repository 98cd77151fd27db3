"""`SharedLimits`: limits for all the actors of a cluster, kept by a named actor."""

from __future__ import annotations

import time
import uuid

import ray

from ..._repr import safe_repr
from ...errors import ConfigurationError
from .leases import Leases, RayLease, Spent

NAMESPACE = "baseten-sdk"


class SharedLimits:
    """Share limits of requests and tokens a minute among all mappers of a cluster.

    Make it in the driver and pass it to `BatchMapper`. Its actor lives as long as this object or a copy of it. Two
    objects with one name in a cluster share one budget, with the numbers of the first.

    Example:
        limits = SharedLimits(requests_per_minute=600, tokens_per_minute=500_000)

    Args:
        requests_per_minute: Requests in any minute. None: no limit.
        tokens_per_minute: Tokens of prompts and answers in any minute. None: no limit.
        name: The name of the actor. None: a random name.

    Raises:
        ConfigurationError: Both limits are None, or one is below 1.
    """

    def __init__(
        self,
        *,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        name: str | None = None,
    ) -> None:
        given = [each for each in (requests_per_minute, tokens_per_minute) if each is not None]
        if not given or min(given) < 1:
            raise ConfigurationError("SharedLimits needs requests_per_minute= or tokens_per_minute=, of at least 1.")
        self.name = name or f"limits-{uuid.uuid4().hex[:12]}"
        self._actor = (
            ray.remote(QuotaActor)
            .options(name=self.name, namespace=NAMESPACE, get_if_exists=True, num_cpus=0)
            .remote(requests_per_minute, tokens_per_minute)
        )

    def account(self) -> RemoteLeases:
        """Open an account for one mapper."""
        return RemoteLeases(self._actor, uuid.uuid4().hex)

    def in_use(self) -> object:
        """Describe the requests and tokens that count at the moment."""
        return ray.get(self._actor.in_use.remote())

    @safe_repr
    def __repr__(self) -> str:
        return f"SharedLimits(name={self.name!r})"


class QuotaActor:
    """The actor: it keeps the accounts, and the clock that all of them use."""

    def __init__(self, requests_per_minute: float | None, tokens_per_minute: float | None) -> None:
        self._leases = Leases(requests_per_minute, tokens_per_minute)

    def lease(self, holder: str, each: float, spent: Spent) -> RayLease:
        return self._leases.lease(holder, each, spent, time.monotonic())

    def give_back(self, holder: str, requests: float, tokens: float, spent: Spent) -> None:
        self._leases.give_back(holder, requests, tokens, spent, time.monotonic())

    def in_use(self) -> tuple[str, str]:
        return self._leases.in_use(time.monotonic())


class RemoteLeases:
    """The source of one holder's share."""

    def __init__(self, actor: ray.Handle[QuotaActor], holder: str) -> None:
        self._actor = actor
        self._holder = holder

    async def lease(self, each: float, spent: Spent, /) -> RayLease:
        lease = await self._actor.lease.remote(self._holder, each, spent)
        assert isinstance(lease, RayLease), "that is what the actor gives"
        return lease

    async def give_back(self, requests: float, tokens: float, spent: Spent, /) -> None:
        await self._actor.give_back.remote(self._holder, requests, tokens, spent)
