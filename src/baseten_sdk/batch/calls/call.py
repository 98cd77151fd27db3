"""A call as a value: what `request=` returns for a row.

A call says three things: how it is made, what its settings are (the same for all rows of a job, as a rule: a resumed
job is compared by them), and what it asks. It must not know of rows, files or engines.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from ...errors import InvalidRequestError

if TYPE_CHECKING:
    from ... import AsyncClient, AsyncDeployment

T_co = TypeVar("T_co", covariant=True)

Settings: TypeAlias = Mapping[str, object]

TRANSIENT = frozenset({"timeout", "deadline", "max_retries", "request_id", "session"})
"""Options that do not change what is answered: a resumed job may have others."""


@dataclass(frozen=True, slots=True)
class DeploymentTarget:
    """A deployment of a dedicated model: its production unless one of the others is given.

    Attributes:
        model_id: the model's id.
        environment: an environment's name, or "development".
        deployment_id: one deployment by its id.
        regional: the environment of a regional host.
    """

    model_id: str
    environment: str | None = None
    deployment_id: str | None = None
    regional: str | None = None

    def of(self, client: AsyncClient) -> AsyncDeployment:
        """The deployment, as a client reaches it."""
        return client.deployments(
            self.model_id, environment=self.environment, deployment_id=self.deployment_id, regional=self.regional
        )

    def __str__(self) -> str:
        which = self.environment or self.deployment_id or self.regional
        return f"{self.model_id}/{which}" if which else self.model_id


class Call(Generic[T_co]):
    """One call of a batch. Make them with `chat`, `parse`, `predict`, `embeddings`, `sync` and `custom`."""

    __slots__ = ()

    @abstractmethod
    async def make(self, client: AsyncClient) -> T_co:
        """Make it."""
        raise NotImplementedError

    def settings(self) -> Settings:
        """What is the same for the rows of a job: the kind, the place, the parameters. No secrets."""
        return {"kind": type(self).__name__}

    def content(self) -> object:
        """What is asked."""
        return None


def target_of(deployment: str | DeploymentTarget | None) -> DeploymentTarget | None:
    return None if deployment is None else required(deployment)


def required(deployment: str | DeploymentTarget) -> DeploymentTarget:
    if isinstance(deployment, DeploymentTarget):
        return deployment
    if not isinstance(deployment, str):
        raise InvalidRequestError(f"deployment must be a model's id or a DeploymentTarget, not {deployment!r}.")
    return DeploymentTarget(deployment)


def settings_of(kind: str, params: Mapping[str, object], **more: object) -> Settings:
    """Settings with a JSON form; headers may hold secrets, and only their names are told."""
    settings: dict[str, object] = {"kind": kind}
    for name, value in {**more, **params}.items():
        if name == "extra_headers" and isinstance(value, Mapping):
            settings[name] = sorted(str(each) for each in value)
        elif value is not None and name not in TRANSIENT:
            settings[name] = value
    return settings
