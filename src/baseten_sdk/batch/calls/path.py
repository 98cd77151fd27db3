"""A request to any path for each row: of the Model APIs, or of a deployment's container."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from ...config import CallOptions, Query
from ...types.response import Response
from .call import Call, Settings, Target, Where, required, settings_of, target_of

if TYPE_CHECKING:
    from ... import AsyncClient


@dataclass(frozen=True, slots=True)
class _Path(Call[Response]):
    target: Target | None
    path: str
    method: str | None
    json: object
    params: Query | None
    options: CallOptions
    kind: str

    async def make(self, client: AsyncClient) -> Response:
        method = self.method or ("GET" if self.json is None else "POST")
        if self.target is None:
            if self.json is None:
                return await client.request(method, self.path, params=self.params, **self.options)
            return await client.request(method, self.path, json=self.json, params=self.params, **self.options)
        deployment = self.target.of(client)
        if self.json is None:
            return await deployment.sync(self.path, method=method, params=self.params, **self.options)
        return await deployment.sync(self.path, method=method, json=self.json, params=self.params, **self.options)

    def settings(self) -> Settings:
        return settings_of(self.kind, self.options, deployment=self.target, method=self.method)

    def content(self) -> object:
        return [self.path, self.params, self.json]


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
    return _Path(target, path if target is None else f"v1/{path}", method, json, None, options, "path")


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
    return _Path(required(deployment), path, method, json, params, options, "sync")
