"""A fleet out of a TOML file: a table for each member, with the fields of `FleetMember`."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

from ...errors import ConfigurationError
from ..behaviors.parse import BehaviorError
from ..regular_file import read_regular
from .member import FleetMember

FIELDS = tuple(each.name for each in fields(FleetMember) if each.init)


def read_fleet(path: Path) -> dict[str, FleetMember]:
    """Return the members that a file describes.

    Raises:
        ConfigurationError: The file cannot be read, or describes what cannot be.
    """
    try:
        tables = tomllib.loads(read_regular(path).decode("utf-8-sig"))
    except OSError as error:
        problem = (error.strerror or str(error)).lower()
    except ValueError as error:
        problem = f"it is not TOML: {error}"
    else:
        return {name: _member(path, name, table) for name, table in tables.items()}
    raise ConfigurationError(f"{path} cannot be read: {problem}.")


def _member(path: Path, name: str, table: object) -> FleetMember:
    if not isinstance(table, dict):
        raise ConfigurationError(f"{path}: {name} must be a table, such as [{name}].")
    if unknown := sorted(table.keys() - set(FIELDS)):
        raise ConfigurationError(f"{path}: {name} has no {', '.join(unknown)}; there are {', '.join(FIELDS)}.")
    try:
        return FleetMember(**table)
    except BehaviorError as error:
        raise ConfigurationError(f"{path}: {name}: {error}.") from None
