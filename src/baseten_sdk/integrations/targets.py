"""The model that a name means, and where it is served: by the Model APIs, or by one target of a dedicated model.

Owns the text that names a target in a configuration file. It must not know the libraries that such files belong to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from .. import AsyncClient, AsyncDeployment, AsyncPool, Client, Deployment, InvalidRequestError, Pool

Engine: TypeAlias = Client | Deployment | Pool
AsyncEngine: TypeAlias = AsyncClient | AsyncDeployment | AsyncPool
"""What has `chat` and `embeddings`."""

DEDICATED = "model/"

GRAMMAR = (
    "A target is a slug of the Model APIs (openai/gpt-oss-120b), the id of a dedicated model if it has eight "
    "lower-case letters and digits with one of each at least (abcd1234), or model/ID, with one of ?environment=NAME, "
    "?deployment_id=ID and ?regional=NAME, and with #NAME for the name that its engine serves."
)


@dataclass(frozen=True, slots=True)
class ModelTarget:
    """A model and where it is served.

    Attributes:
        model: What is sent as `model`: a slug of the Model APIs, or the name that an engine serves.
        model_id: The ID of a dedicated model; None for the Model APIs.
        environment: An environment's name, or "development"; production unless set.
        deployment_id: One deployment by its ID.
        regional: The environment of a regional host.
    """

    model: str
    model_id: str | None = None
    environment: str | None = None
    deployment_id: str | None = None
    regional: str | None = None

    @classmethod
    def parse(cls, text: str) -> ModelTarget:
        """Return the target that a text names.

        Example:
            ModelTarget.parse("model/abcd1234?environment=staging#my-model")

        Raises:
            InvalidRequestError: It names none.
        """
        if not text.startswith(DEDICATED):
            return cls(text)
        parts = urlsplit(text)
        model_id = unquote(parts.path.removeprefix(DEDICATED))
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
        unknown = given.keys() - {"environment", "deployment_id", "regional"}
        if unknown or not model_id or len(given) > 1:
            raise InvalidRequestError(f"{text!r} is not a target. {GRAMMAR}")
        return cls(unquote(parts.fragment) or model_id, model_id, **given)

    def _check_alone(self) -> None:
        if self.model_id is not None:
            raise InvalidRequestError(
                f"A pool asks its own members: make {self.model_id} one of them, client.pool([Target(...), ...])."
            )

    def _chosen(self) -> dict[str, str]:
        given = {"environment": self.environment, "deployment_id": self.deployment_id, "regional": self.regional}
        return {name: value for name, value in given.items() if value is not None}

    def of(self, client: Client | Pool) -> Engine:
        """Return where a client finds it: a pool itself, whose members are its targets.

        Raises:
            InvalidRequestError: There is a pool, and a dedicated model is named beside it.
        """
        if isinstance(client, Pool):
            self._check_alone()
            return client
        if self.model_id is None:
            return client
        return client.deployments(self.model_id, **self._chosen())

    def of_async(self, client: AsyncClient | AsyncPool) -> AsyncEngine:
        """Return where an async client or pool finds it."""
        if isinstance(client, AsyncPool):
            self._check_alone()
            return client
        if self.model_id is None:
            return client
        return client.deployments(self.model_id, **self._chosen())
