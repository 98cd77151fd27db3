"""Which deployment a command means: a model's id, and an environment, one deployment or a regional host."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

__all__ = ["DeploymentId", "Environment", "ModelId", "Regional"]

ModelId: TypeAlias = Annotated[str, typer.Argument(help="The model's id.")]
Environment: TypeAlias = Annotated[
    str | None, typer.Option("--environment", "-e", help='Environment, or "development" (default: production).')
]
DeploymentId: TypeAlias = Annotated[str | None, typer.Option(help="One deployment, by its id.")]
Regional: TypeAlias = Annotated[str | None, typer.Option(metavar="ENVIRONMENT", help="Environment of a regional host.")]
