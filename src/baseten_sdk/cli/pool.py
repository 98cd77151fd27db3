"""Pools on the command line: of several `--model`, or of a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..types.pool import Hedge, OnCut, Target
from .inputs import read_text

if TYPE_CHECKING:
    from .. import Client, Pool


class PoolFile(BaseModel):
    """A pool as described in a file: tables `[[members]]` and `[hedge]`, with the arguments of `Target` and `Hedge`."""

    model_config = ConfigDict(extra="forbid")

    members: list[Target] = Field(min_length=1)
    hedge: Hedge | None = None
    first_event: float | None = None
    on_cut: OnCut = "raise"
    seed: int = 0

    def of(self, client: Client) -> Pool:
        """Make the pool with a client."""
        return client.pool(
            self.members, hedge=self.hedge, first_event=self.first_event, on_cut=self.on_cut, seed=self.seed
        )


def read_pool(path: Path) -> PoolFile:
    """Read the file of `--pool`.

    Raises:
        typer.BadParameter: It is not TOML, or does not describe a pool.
        ConfigurationError: A member or the hedge is invalid.
    """
    try:
        return PoolFile.model_validate(tomllib.loads(read_text(path)))
    except tomllib.TOMLDecodeError as error:
        raise typer.BadParameter(f"{path} is not TOML: {error}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise typer.BadParameter(f"{path}: {field}: {first['msg']}.") from None


def pool_of(client: Client, models: list[str]) -> Pool:
    """Make the pool of several `--model`: slugs of the Model APIs, and IDs of dedicated models.

    Raises:
        ConfigurationError: One is named twice.
    """
    return client.pool([Target(model=each) for each in models])
