"""Turns options of `baseten-sdk batch` into values, and refuses combinations that make no sense."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import typer

from ..batch import DeploymentTarget, read_template
from ..config import Limits
from ..errors import ConfigurationError
from ..types.json import JsonValue
from .inputs import json_params, json_value, read_text


def check_shareable(shard: str | None, source: Path, others: Mapping[str, Path | None]) -> None:
    """Refuse what several processes cannot divide or cannot read: each of them reads the files again."""
    if shard is not None:
        raise typer.BadParameter("--processes divides the rows itself. Leave out --shard.")
    for name, path in {"SOURCE": source, **others}.items():
        if path is not None and not os.path.isfile(path):
            raise typer.BadParameter(f"With --processes, {name} must be a file, since each process reads it: {path}.")


def target_of(
    deployment: str | None, environment: str | None, deployment_id: str | None, regional: str | None
) -> DeploymentTarget | None:
    """Return the deployment that the options name, or None."""
    if deployment is not None:
        return DeploymentTarget(deployment, environment, deployment_id, regional)
    if environment or deployment_id or regional:
        raise typer.BadParameter("--environment, --deployment-id and --regional need --deployment.")
    return None


def content_of(prompt: str | None, template: Path | None) -> JsonValue:
    """Return the content of the calls: the prompt, or what the file of a template holds."""
    if prompt is not None and template is not None:
        raise typer.BadParameter("Give either --prompt or --template, not both.")
    if template is not None:
        try:
            return read_template(read_text(template), is_json=template.suffix == ".json")
        except ConfigurationError as error:
            raise typer.BadParameter(f"{template}: {error.message}") from None
    return prompt


def params_of(given: list[str] | None, schema: Path | None) -> dict[str, JsonValue]:
    """Return the parameters of each call."""
    params = json_params(given)
    if schema is not None:
        shape = json_value(read_text(schema), f"{schema}")
        params["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": shape, "strict": True},
        }
    return params


def limits_of(width: int | Literal["auto"], requests: float | None, tokens: float | None, shared: str | None) -> Limits:
    """Return the limits of the client."""
    if shared is not None:
        if requests is None and tokens is None:
            raise typer.BadParameter("--shared-limits needs --requests-per-minute or --tokens-per-minute.")
        user, _, host = shared.partition("://")[2].rpartition("@")
        if host and ":" in user:
            raise typer.BadParameter(
                "Other users can see the password in --shared-limits. Set BASETEN_REDIS_PASSWORD instead."
            )
    concurrency = max(width, 1) if isinstance(width, int) else Limits().concurrency
    return Limits(concurrency=concurrency, requests_per_minute=requests, tokens_per_minute=tokens, shared=shared)
