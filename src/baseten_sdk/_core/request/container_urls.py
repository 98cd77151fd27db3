"""The URLs of a container on your own machine. It serves the routes inside a deployment, without Baseten in front.

This module must not know how requests are made.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...config import DEPLOYMENT_FIRST_BYTE
from ...errors import ConfigurationError, InvalidRequestError
from .base_urls import check_base_url
from .service_urls import BaseURL, DeploymentURLs
from .urls import quote_path

MODEL = "model"
"""The server's name for its model, whatever the model is really called."""

PATHS = {"predict": f"v1/models/{MODEL}:predict", "websocket": "v1/websocket"}
"""Fixed paths of a target, and their paths in the container."""


@dataclass(frozen=True, slots=True)
class ContainerURLs(DeploymentURLs):
    """The URLs of one container."""

    @classmethod
    def below(cls, url: str) -> ContainerURLs:
        """Make the URLs below a container's own URL, such as "http://127.0.0.1:8080".

        Raises:
            InvalidRequestError: It is not an absolute http or https URL, or it includes the path of a call.
        """
        url = check_base_url(url, "url")
        if url.endswith("/v1") or "/v1/" in url:
            raise InvalidRequestError("url must be the container's own URL: remove /v1 and everything after it.")
        return cls(MODEL, url, url, name=f"container {url}")

    @property
    def is_container(self) -> bool:
        """Whether it runs on your own machine, without Baseten in front. A container gets no API key."""
        return True

    def at(self, path: str) -> str:
        """Return the URL of a fixed path. Its name in the container is different.

        Raises:
            ConfigurationError: The container does not have this path, because it has no queue.
        """
        if path not in PATHS:
            raise _no_queue()
        return f"{self.target}/{PATHS[path]}"

    def sync(self, path: str) -> str:
        return f"{self.target}/{quote_path(path)}"

    def async_request(self, request_id: str) -> str:
        """Refuse: a container has no async requests.

        Raises:
            ConfigurationError: Always.
        """
        raise _no_queue()

    @property
    def engine(self) -> BaseURL:
        """Return the base URL of the OpenAI-compatible engine in the container."""
        return BaseURL(f"{self.target}/v1", DEPLOYMENT_FIRST_BYTE)


def _no_queue() -> ConfigurationError:
    return ConfigurationError(
        "A container on your machine has no queue: async requests need a deployment, or the emulator. Use predict."
    )
