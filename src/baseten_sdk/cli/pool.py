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


class MemberOfFile(BaseModel):
    """A table `[[members]]` of the file: the arguments of a `Target`."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    model_id: str | None = None
    model: str | None = None
    environment: str | None = None
    deployment_id: str | None = None
    regional: str | None = None
    weight: float = 1.0


class HedgeOfFile(BaseModel):
    """The table `[hedge]` of the file: the arguments of a `Hedge`."""

    model_config = ConfigDict(extra="forbid")

    after: float | str = "p95"
    budget: float = 0.1
    until_measured: float | None = None


class PoolFile(BaseModel):
    """A pool as described in a file."""

    model_config = ConfigDict(extra="forbid")

    members: list[MemberOfFile] = Field(min_length=1)
    hedge: HedgeOfFile | None = None
    first_event: float | None = None
    on_cut: OnCut = "raise"
    seed: int = 0

    def of(self, client: Client) -> Pool:
        """Make the pool with a client.

        Raises:
            ConfigurationError: A member or the hedge is invalid.
        """
        return client.pool(
            [Target(**member.model_dump()) for member in self.members],
            hedge=None if self.hedge is None else Hedge(**self.hedge.model_dump()),
            first_event=self.first_event,
            on_cut=self.on_cut,
            seed=self.seed,
        )


def read_pool(path: Path) -> PoolFile:
    """Read the file of `--pool`.

    Raises:
        typer.BadParameter: It is not TOML, or does not describe a pool.
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
