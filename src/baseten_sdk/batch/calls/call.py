"""A call as a value: what `request=` returns for a row.

A call knows how to make itself, what its settings are and what it asks. The settings are usually the same for all rows,
so a resumed batch compares them. It must not know of rows, files or engines.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from ...errors import InvalidRequestError
from .pool_target import PoolTarget

if TYPE_CHECKING:
    from ... import AsyncClient, AsyncDeployment, AsyncPool, Pool

T_co = TypeVar("T_co", covariant=True)

Settings: TypeAlias = Mapping[str, object]

NOT_COMPARED = frozenset({"timeout", "deadline", "max_retries", "request_id", "session"})
"""Options that do not change the answer. A resumed batch may have others."""


@dataclass(frozen=True, slots=True)
class DeploymentTarget:
    """A deployment of a dedicated model: production, unless one of the others is given.

    Attributes:
        model_id: The model's ID, or the URL of a container on this machine.
        environment: The name of an environment, or "development".
        deployment_id: The ID of one deployment.
        regional: The environment of a regional host.
    """

    model_id: str
    environment: str | None = None
    deployment_id: str | None = None
    regional: str | None = None

    def __post_init__(self) -> None:
        if self.is_container and (self.environment or self.deployment_id or self.regional):
            raise InvalidRequestError("A container on this machine has no environment, deployment_id or regional host.")

    @property
    def is_container(self) -> bool:
        """Whether it is a container on this machine, which has no other targets and needs no API key."""
        return "://" in self.model_id and ".baseten.co" not in self.model_id

    def of(self, client: AsyncClient) -> AsyncDeployment:
        """Return the deployment, bound to a client."""
        if self.is_container:
            return client.deployments.local(self.model_id)
        given = {"environment": self.environment, "deployment_id": self.deployment_id, "regional": self.regional}
        chosen = {name: value for name, value in given.items() if value is not None}
        return client.deployments(self.model_id, **chosen)

    def __str__(self) -> str:
        which = self.environment or self.deployment_id or self.regional
        return f"{self.model_id}/{which}" if which else self.model_id


class Call(Generic[T_co]):
    """One call of a batch. Make them with `chat`, `parse`, `messages`, `responses`, `predict` and the others."""

    __slots__ = ()

    @abstractmethod
    async def make(self, client: AsyncClient) -> T_co:
        """Make the call."""
        raise NotImplementedError

    def settings(self) -> Settings:
        """Return what the rows of a batch share: the kind, the target, the parameters. No secrets."""
        return {"kind": type(self).__name__}

    def content(self) -> object:
        """Return what the call asks."""
        return None


@dataclass(frozen=True, slots=True)
class PreparedCall(Call[T_co]):
    """A call of one of the client's methods.

    Attributes:
        kind: The method, such as "chat".
        send: Makes the call.
        question: What it asks.
        params: Its parameters and options.
        shared: What else the rows of a batch share, by name.
    """

    kind: str
    send: Callable[[AsyncClient], Awaitable[T_co]]
    question: object
    params: Mapping[str, object]
    shared: Mapping[str, object]

    async def make(self, client: AsyncClient) -> T_co:
        return await self.send(client)

    def settings(self) -> Settings:
        return settings_of(self.kind, self.params, **self.shared)

    def content(self) -> object:
        return self.question


Target: TypeAlias = DeploymentTarget | PoolTarget
"""Where the calls of rows go."""

Where: TypeAlias = "str | Target | AsyncPool | Pool"
"""What the arguments of a row say of it."""


def target_of(deployment: Where | None) -> Target | None:
    """Return the target of an optional argument."""
    return None if deployment is None else required(deployment)


def required(deployment: Where) -> Target:
    """Return the target of an argument.

    Raises:
        InvalidRequestError: It is neither an ID, a `DeploymentTarget` nor a pool.
    """
    if isinstance(deployment, DeploymentTarget | PoolTarget):
        return deployment
    if isinstance(deployment, str):
        return DeploymentTarget(deployment)

    from ... import AsyncPool, Pool

    if isinstance(deployment, AsyncPool | Pool):
        return PoolTarget(deployment)
    raise InvalidRequestError(
        f"deployment must be a model's ID, a container's URL, a DeploymentTarget or a pool, not {deployment!r}."
    )


def model_for(model: str | None, target: Target | None) -> str:
    """Return the name to send: "" for a pool, whose members have names of their own.

    Raises:
        InvalidRequestError: There is none where one is needed.
    """
    if model:
        return model
    if isinstance(target, PoolTarget):
        return ""
    raise InvalidRequestError("Say which model: model= is left out with a pool alone.")


def settings_of(kind: str, params: Mapping[str, object], **more: object) -> Settings:
    """Return settings that have a JSON form. Headers may hold secrets, so only their names are kept."""
    settings: dict[str, object] = {"kind": kind}
    for name, value in {**more, **params}.items():
        if name == "extra_headers" and isinstance(value, Mapping):
            settings[name] = sorted(str(each) for each in value)
        elif isinstance(value, PoolTarget):
            settings[name] = {"pool": [repr(member) for member in value.pool.members]}
        elif value is not None and name not in NOT_COMPARED:
            settings[name] = value
    return settings
