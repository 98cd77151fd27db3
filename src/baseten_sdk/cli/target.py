"""The options that choose a deployment."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from .. import Client, Deployment

__all__ = ["DeploymentId", "Environment", "ModelId", "Regional", "deployment"]

ModelId: TypeAlias = Annotated[str, typer.Argument(help="ID of the model.")]
Environment: TypeAlias = Annotated[
    str | None, typer.Option("--environment", "-e", help='Environment, or "development" (default: production).')
]
DeploymentId: TypeAlias = Annotated[str | None, typer.Option(help="ID of one deployment.")]
Regional: TypeAlias = Annotated[str | None, typer.Option(metavar="ENVIRONMENT", help="Environment of a regional host.")]


def deployment(
    client: Client, model_id: str, environment: str | None, deployment_id: str | None, regional: str | None
) -> Deployment:
    """The deployment that the options name.

    Raises:
        typer.BadParameter: they name more than one.
    """
    given = {"environment": environment, "deployment_id": deployment_id, "regional": regional}
    chosen = {name: value for name, value in given.items() if value is not None}
    if len(chosen) > 1:
        options = " and ".join(f"--{name.replace('_', '-')}" for name in chosen)
        raise typer.BadParameter(f"Give only one of {options}.")
    return client.deployments(model_id, **chosen)
