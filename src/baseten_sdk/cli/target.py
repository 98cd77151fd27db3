"""The options that choose a deployment, or a container on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from .. import Client, Deployment


ModelId: TypeAlias = Annotated[str, typer.Argument(help="ID of the model, or URL of a container on this machine.")]
Environment: TypeAlias = Annotated[
    str | None, typer.Option("--environment", "-e", help='Environment, or "development" (default: production).')
]
DeploymentId: TypeAlias = Annotated[str | None, typer.Option(help="ID of one deployment.")]
Regional: TypeAlias = Annotated[str | None, typer.Option(metavar="ENVIRONMENT", help="Environment of a regional host.")]


def deployment_of(
    client: Client,
    model_id: str,
    environment: str | None = None,
    deployment_id: str | None = None,
    regional: str | None = None,
) -> Deployment:
    """Return the deployment that the options name.

    Raises:
        typer.BadParameter: They name more than one, or one of a container.
    """
    given = {"environment": environment, "deployment_id": deployment_id, "regional": regional}
    chosen = {name: value for name, value in given.items() if value is not None}
    if len(chosen) > 1:
        options = " and ".join(f"--{name.replace('_', '-')}" for name in chosen)
        raise typer.BadParameter(f"Give only one of {options}.")
    if not is_container(model_id):
        return client.deployments(model_id, **chosen)
    if chosen:
        raise typer.BadParameter("A container on this machine has no environments, deployments or regional hosts.")
    return client.deployments.local(model_id)


def is_container(model_id: str | None) -> bool:
    """Whether a container on this machine is named instead of a model."""
    from ..batch import DeploymentTarget  # heavy, and `--help` would wait for it

    return model_id is not None and DeploymentTarget(model_id).is_container
