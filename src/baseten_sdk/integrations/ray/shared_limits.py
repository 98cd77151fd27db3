"""`SharedLimits`: limits for all the actors of a cluster, kept by a named actor."""

from __future__ import annotations

import time
import uuid

import ray

from ..._repr import safe_repr
from ...errors import ConfigurationError
from .leases import Lease, Leases, Spent

NAMESPACE = "baseten-sdk"


class SharedLimits:
    """Requests and tokens a minute for everything that uses it, on however many machines.

    Make it in the driver and hand it to `BatchMapper`. The actor lives as long as the object, or a copy of it, does.
    Two budgets of one name in a cluster are the same; the first one's numbers hold.

    Example:
        limits = SharedLimits(requests_per_minute=600, tokens_per_minute=500_000)

    Args:
        requests_per_minute: requests in any minute; None for any number.
        tokens_per_minute: tokens in any minute, of prompts and answers; None for any number.
        name: name of the actor; made up unless set.

    Raises:
        ConfigurationError: there is nothing to share, or a number is below 1.
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
        """An account for one holder."""
        return RemoteLeases(self._actor, uuid.uuid4().hex)

    def in_use(self) -> object:
        """Requests and tokens that count at the moment, in words."""
        return ray.get(self._actor.in_use.remote())

    @safe_repr
    def __repr__(self) -> str:
        return f"SharedLimits(name={self.name!r})"


class QuotaActor:
    """What the actor runs: the books, and the clock that all holders are measured by."""

    def __init__(self, requests_per_minute: float | None, tokens_per_minute: float | None) -> None:
        self._leases = Leases(requests_per_minute, tokens_per_minute)

    def lease(self, holder: str, each: float, spent: Spent) -> Lease:
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

    async def lease(self, each: float, spent: Spent, /) -> Lease:
        lease = await self._actor.lease.remote(self._holder, each, spent)
        assert isinstance(lease, Lease), "that is what the actor gives"
        return lease

    async def give_back(self, requests: float, tokens: float, spent: Spent, /) -> None:
        await self._actor.give_back.remote(self._holder, requests, tokens, spent)
