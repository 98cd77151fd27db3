"""The options that choose a deployment."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

__all__ = ["DeploymentId", "Environment", "ModelId", "Regional"]

ModelId: TypeAlias = Annotated[str, typer.Argument(help="ID of the model.")]
Environment: TypeAlias = Annotated[
    str | None, typer.Option("--environment", "-e", help='Environment, or "development" (default: production).')
]
DeploymentId: TypeAlias = Annotated[str | None, typer.Option(help="ID of one deployment.")]
Regional: TypeAlias = Annotated[str | None, typer.Option(metavar="ENVIRONMENT", help="Environment of a regional host.")]
