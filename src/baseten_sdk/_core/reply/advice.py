"""Advice on errors that depends on what was called."""

from __future__ import annotations

import re
from difflib import get_close_matches
from urllib.parse import urlsplit

from ...errors import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    BadRequestError,
    NotFoundError,
    PermissionDeniedError,
)
from ..request.model_names import ModelName
from ..request.request import Request

OF_DEPLOYMENTS = "Check the ID, the environment or deployment, and the path."

OF_CONTAINERS = "Check the path, and which methods the model in the container has."

WITHOUT_VERSION = "The base URL may lack its /v1: check base_url=."

DEACTIVATED = (
    "Activate the deployment at https://app.baseten.co, and try again when it has started. wake() does not activate it."
)

WITHOUT_SCOPE = (
    "The key may lack the scope for this call, or belong to another workspace or team: see "
    "https://app.baseten.co/settings/api_keys."
)

OF_GATEWAYS = 'The keys of a Frontier Gateway need auth_scheme="api-key".'

_CONNECTION = (
    (
        ("CERTIFICATE_VERIFY_FAILED",),
        "Check the host of the base URL. If it is right, name the CA that signed the certificate in SSL_CERT_FILE.",
    ),
    (
        ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNEXPECTED_MESSAGE"),
        "What answers there does not speak TLS: check the scheme and port of the base URL, http:// instead of https://.",
    ),
    (
        ("Expected HTTP/", "illegal request line", "illegal status line"),
        "What answers there does not speak HTTP/1.1: check the scheme and port of the base URL. A server for https:// "
        "answers so if it is asked with http://.",
    ),
)
"""Marks of the texts of OpenSSL, llhttp and h11, and what to do about each."""

_TARGETS = frozenset({"environments", "deployment", "development", "production", "model", "chain", "async_request"})
"""Path segments of deployments, both on their own hosts and below the emulator."""

_ENGINE_PATHS = ("/chat/completions", "/completions", "/embeddings", "/models")

_SCOPE = re.compile(r"scope|permi|forbid|allow|access|role|not authori", re.IGNORECASE)


def advise(error: APIError, request: Request, *, to_container: bool) -> None:
    """Replace an error's advice if the call shows more than the error's class does.

    Args:
        error: The error. It is changed.
        to_container: Whether the request went to a container without Baseten in front.
    """
    match error:
        case APIError(quota_exhausted=True):
            pass
        case NotFoundError():
            error.advice = OF_CONTAINERS if to_container else _of_404(error.advice, request)
        case BadRequestError(deactivated=True):
            error.advice = DEACTIVATED
        case PermissionDeniedError() if _SCOPE.search(error.message):
            error.advice = WITHOUT_SCOPE
        case AuthenticationError() if not _is_deployment(request.url):
            error.advice = f"{type(error).advice} {OF_GATEWAYS}"
        case APIConnectionError() if error.advice == APIConnectionError.advice:
            error.advice = _of_connection(error.message) or error.advice
        case _:
            pass


def _of_connection(message: str) -> str | None:
    """Return what to do about a server that speaks another protocol or is not trusted. None otherwise."""
    return next((advice for marks, advice in _CONNECTION if any(mark in message for mark in marks)), None)


def _of_404(usual: str, request: Request) -> str:
    name = request.model
    if name is not None and name.routed:
        return (
            f"The name {name.given!r} looks like the ID of a dedicated model, so the call went to that deployment. "
            "If it is the name of something else, use route_by_name=False: the client then sends names as they are."
        )
    if _is_deployment(request.url):
        return OF_DEPLOYMENTS
    path = urlsplit(request.url).path
    if path.endswith(_ENGINE_PATHS) and "v1" not in path.split("/"):
        return WITHOUT_VERSION
    return usual if name is None else _near(name) or usual


def _near(name: ModelName) -> str | None:
    """Describe the listed models whose names resemble this one. None if the service has not listed its models."""
    ids = name.listed.ids
    if not ids or name.given in ids:
        return None
    by_lower = {each.lower(): each for each in ids}
    wanted = name.given.lower()
    tail = wanted.rpartition("/")[2]
    near = [each for lower, each in by_lower.items() if tail and tail in lower]
    near += [by_lower[each] for each in get_close_matches(wanted, by_lower, 3)]
    if not near:
        return f"None of the {len(ids)} models that the service lists has a name like it: see client.models.list()."
    return f"The service lists {' and '.join(list(dict.fromkeys(near))[:3])}."


def _is_deployment(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    return host.startswith(("model-", "chain-")) or not _TARGETS.isdisjoint(parts.path.split("/"))
