"""Where a client finds deployments, chains and pools of them. It must not know what they do."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..types.pool import Hedge, OnCut, Target
    from .calls.service import AsyncService
    from .resources.chains import AsyncChain
    from .resources.deployments import AsyncDeployment
    from .resources.pool import AsyncPool


class AsyncDeployments:
    """Where a client finds the deployments of models."""

    def __init__(self, service: AsyncService) -> None:
        self._service = service

    @overload
    def __call__(self, model_id: str, *, environment: str | None = None) -> AsyncDeployment: ...

    @overload
    def __call__(self, model_id: str, *, deployment_id: str | None) -> AsyncDeployment: ...

    @overload
    def __call__(self, model_id: str, *, regional: str | None) -> AsyncDeployment: ...

    def __call__(
        self,
        model_id: str,
        *,
        environment: str | None = None,
        deployment_id: str | None = None,
        regional: str | None = None,
    ) -> AsyncDeployment:
        """Choose a deployment of a dedicated model. Nothing is sent.

        Args:
            model_id: The model's ID.
            environment: The name of an environment, or "development". Default: production.
            deployment_id: One deployment by its ID.
            regional: The environment of a regional host.

        Raises:
            ConfigurationError: An ID is invalid, or more than one target is given.
        """
        from .resources.deployments import AsyncDeployment

        urls = self._service.router.deployment(
            model_id, environment=environment, deployment_id=deployment_id, regional=regional
        )
        return AsyncDeployment(self._service, urls)

    def local(self, url: str) -> AsyncDeployment:
        """Choose a container that runs on your own machine, such as one that Truss has built. Nothing is sent.

        It has the methods of a deployment, but no queue. It gets no API key, and needs none.

        Example:
            output = await client.deployments.local("http://127.0.0.1:8080").predict({"prompt": "..."})

        Args:
            url: The URL of the container, without a path of its routes.

        Raises:
            ConfigurationError: The URL is invalid.
        """
        from .._core.request.container_urls import ContainerURLs
        from .resources.deployments import AsyncDeployment

        return AsyncDeployment(self._service, ContainerURLs.below(url))


class AsyncTargets:
    """The part of a client that leads to deployments of models, to chains, and to pools."""

    @property
    def _service(self) -> AsyncService:
        raise NotImplementedError

    @cached_property
    def deployments(self) -> AsyncDeployments:
        """Deployments of dedicated models: `client.deployments("abcd1234")`."""
        return AsyncDeployments(self._service)

    @overload
    def chains(self, chain_id: str, *, environment: str | None = None) -> AsyncChain: ...

    @overload
    def chains(self, chain_id: str, *, deployment_id: str | None) -> AsyncChain: ...

    @overload
    def chains(self, chain_id: str, *, regional: str | None) -> AsyncChain: ...

    def chains(
        self,
        chain_id: str,
        *,
        environment: str | None = None,
        deployment_id: str | None = None,
        regional: str | None = None,
    ) -> AsyncChain:
        """Choose a deployment of a chain. Nothing is sent.

        Args:
            chain_id: The chain's ID.
            environment: The name of an environment, or "development". Default: production.
            deployment_id: One deployment by its ID.
            regional: The environment of a regional host.

        Raises:
            ConfigurationError: An ID is invalid, or more than one target is given.
        """
        from .resources.chains import AsyncChain

        urls = self._service.router.chain(
            chain_id, environment=environment, deployment_id=deployment_id, regional=regional
        )
        return AsyncChain(self._service, urls)

    def pool(
        self,
        members: Sequence[Target],
        *,
        hedge: Hedge | None = None,
        first_event: float | None = None,
        on_cut: OnCut = "raise",
        seed: int = 0,
    ) -> AsyncPool:
        """Return several deployments and models as one, with failover and hedging. Nothing is sent.

        Args:
            members: Deployments, and models of the Model APIs. Keep the pool: it knows how its members do.
            hedge: When to send a second request beside one that is slow. None: no hedges, whatever the client does.
            first_event: Seconds to the first event of a stream, after which the next member is tried.
            on_cut: What becomes of a chat stream that is cut after its first event: "raise" its error, or "continue" it
                at another dedicated deployment whose engine supports `continue_final_message`.
            seed: Decides which members serve calls without a session.

        Raises:
            ConfigurationError: There are no members, one is named twice, or an argument is out of range.
        """
        from .._core.pool.settings import PoolSettings, listed
        from .resources.pool import AsyncPool

        return AsyncPool(self._service, PoolSettings(listed(members), hedge, first_event, on_cut, seed))
