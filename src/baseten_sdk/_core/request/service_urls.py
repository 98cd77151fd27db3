"""The URLs of one API, and of one deployment. `routing` finds them for names and IDs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ...config import DEPLOYMENT_FIRST_BYTE
from .model_names import ModelName
from .urls import quote_path, quote_segment

Kind: TypeAlias = Literal["model", "chain"]
"""What a deployment belongs to."""


@dataclass(frozen=True, slots=True)
class BaseURL:
    """A base URL.

    Attributes:
        first_byte: Seconds to wait for the first byte.
        model: The model name that led here.
    """

    url: str
    first_byte: float
    model: ModelName | None = field(default=None, compare=False)

    def at(self, path: str) -> str:
        """Return the URL of a path below it. The path is not quoted."""
        return f"{self.url}/{path}" if path else self.url


@dataclass(frozen=True, slots=True)
class DeploymentURLs:
    """The URLs of one deployment of a model or chain.

    Attributes:
        owner: The ID of the model or chain.
        host: The URL above `async_request/{id}`.
        target: The URL above `predict`, `run_remote`, `sync` and the others.
        kind: Whether it belongs to a model or a chain.
        name: What it is called, independent of its host.
    """

    owner: str
    host: str
    target: str
    kind: Kind = "model"
    name: str = field(default="", compare=False)

    @property
    def model_id(self) -> str | None:
        """The model's ID; None for a chain."""
        return self.owner if self.kind == "model" else None

    @property
    def chain_id(self) -> str | None:
        """The chain's ID; None for a model."""
        return self.owner if self.kind == "chain" else None

    @property
    def is_container(self) -> bool:
        """Whether it runs on your own machine, without Baseten in front. A container gets no API key."""
        return False

    def at(self, path: str) -> str:
        """Return the URL of a fixed path of the target, such as "predict"."""
        return f"{self.target}/{path}"

    def sync(self, path: str) -> str:
        """Return the URL of a path in the container. A path that could leave the deployment is refused."""
        return f"{self.target}/sync/{quote_path(path)}"

    def async_request(self, request_id: str) -> str:
        return f"{self.host}/async_request/{quote_segment(request_id, 'request_id')}"

    @property
    def engine(self) -> BaseURL:
        """Return the base URL of the OpenAI-compatible engine inside."""
        return BaseURL(f"{self.target}/sync/v1", DEPLOYMENT_FIRST_BYTE)
