"""A request to any path for each row: of the Model APIs, or of a deployment's container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from ...config import CallOptions, Query
from ...types.response import Response
from .call import Call, PreparedCall, Target, Where, required, target_of

if TYPE_CHECKING:
    from ... import AsyncClient


def path(
    path: str,
    *,
    method: str | None = None,
    json: object = None,
    deployment: Where | None = None,
    **options: Unpack[CallOptions],
) -> Call[Response]:
    """Request any path below the Model APIs' base URL, or of a deployment's OpenAI-compatible engine.

    Args:
        path: The path below `/v1`, such as "chat/completions".
        method: The HTTP method. None: GET without a body, POST with one.
        json: A JSON value to send. None sends no body.
        deployment: The model's ID, a `DeploymentTarget`, or a pool, whose engine answers.
        **options: Call options, such as `timeout` and `extra_headers`.
    """
    target = target_of(deployment)
    return _request("path", target, path if target is None else f"v1/{path}", method, json, None, options)


def sync(
    deployment: Where,
    path: str,
    *,
    method: str | None = None,
    json: object = None,
    params: Query | None = None,
    **options: Unpack[CallOptions],
) -> Call[Response]:
    """Request any path of a deployment's container.

    Args:
        deployment: The model's ID, a `DeploymentTarget`, or a pool.
        path: The path as the container sees it.
        method: The HTTP method. None: GET without a body, POST with one.
        json: A JSON value to send. None sends no body.
        params: Query parameters.
        **options: Call options, such as `timeout` and `extra_headers`.
    """
    return _request("sync", required(deployment), path, method, json, params, options)


def _request(
    kind: str,
    target: Target | None,
    path: str,
    method: str | None,
    json: object,
    params: Query | None,
    options: CallOptions,
) -> Call[Response]:
    verb = method or ("GET" if json is None else "POST")

    async def send(client: AsyncClient) -> Response:
        if target is None:
            if json is None:
                return await client.request(verb, path, params=params, **options)
            return await client.request(verb, path, json=json, params=params, **options)
        deployment = target.of(client)
        if json is None:
            return await deployment.sync(path, method=verb, params=params, **options)
        return await deployment.sync(path, method=verb, json=json, params=params, **options)

    return PreparedCall(kind, send, [path, params, json], options, {"deployment": target, "method": method})
