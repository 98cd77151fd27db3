"""The URLs of a container on one's own machine: the routes of the server inside a deployment, without the service.

It must not know how requests to it are made.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...config import DEPLOYMENT_FIRST_BYTE
from ...errors import ConfigurationError, InvalidRequestError
from .routing import BaseURL, DeploymentURLs
from .urls import check_base_url, quote_path

MODEL = "model"
"""What the server calls its model, whatever the model's own name."""

PATHS = {"predict": f"v1/models/{MODEL}:predict", "websocket": "v1/websocket"}
"""Fixed paths of a target, and what they are in the container."""


@dataclass(frozen=True, slots=True)
class ContainerURLs(DeploymentURLs):
    """The URLs of one container."""

    @classmethod
    def below(cls, url: str) -> ContainerURLs:
        """Those below the container's own URL, such as "http://127.0.0.1:8080".

        Raises:
            InvalidRequestError: it is no absolute http or https URL, or has the path of a call.
        """
        url = check_base_url(url, "url")
        if url.endswith("/v1") or "/v1/" in url:
            raise InvalidRequestError("url must be that of the container alone: leave /v1 and what follows it out.")
        return cls(MODEL, url, url, name=f"container {url}")

    @property
    def is_container(self) -> bool:
        """Whether it runs on one's own machine, without the service before it. It gets no API key."""
        return True

    def at(self, path: str) -> str:
        """The URL of a fixed path of the target, which has another name in the container.

        Raises:
            ConfigurationError: the container has none: there is no queue.
        """
        if path not in PATHS:
            raise _no_queue()
        return f"{self.target}/{PATHS[path]}"

    def sync(self, path: str) -> str:
        """The URL of a path of the container."""
        return f"{self.target}/{quote_path(path)}"

    def async_request(self, request_id: str) -> str:
        """Refuse: there are no async requests.

        Raises:
            ConfigurationError: always.
        """
        raise _no_queue()

    @property
    def engine(self) -> BaseURL:
        """The OpenAI-compatible engine inside."""
        return BaseURL(f"{self.target}/v1", DEPLOYMENT_FIRST_BYTE)


def _no_queue() -> ConfigurationError:
    return ConfigurationError(
        "A container on your machine has no queue: async requests need a deployment, or the emulator. Use predict."
    )
