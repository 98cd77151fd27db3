"""Advice that fits a call: what to do about an error depends on what was called."""

from __future__ import annotations

from urllib.parse import urlsplit

from ...errors import APIError, NotFoundError

OF_DEPLOYMENTS = "Check the ID, the environment or deployment, and the path."

WITHOUT_VERSION = "The base URL may lack its /v1: check base_url=."

_TARGETS = frozenset({"environments", "deployment", "development", "production", "model", "chain", "async_request"})
"""Segments of the paths of deployments, on their own hosts and below the emulator."""

_ENGINE_PATHS = ("/chat/completions", "/completions", "/embeddings", "/models")


def advise(error: APIError, url: str) -> None:
    """Replace an error's advice where the URL that was called says more than its class."""
    if isinstance(error, NotFoundError):
        parts = urlsplit(url)
        host, segments = parts.hostname or "", parts.path.split("/")
        if host.startswith(("model-", "chain-")) or not _TARGETS.isdisjoint(segments):
            error.advice = OF_DEPLOYMENTS
        elif parts.path.endswith(_ENGINE_PATHS) and "v1" not in segments:
            error.advice = WITHOUT_VERSION
