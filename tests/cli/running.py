"""How a command is run in these tests, and how it ended."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic_core import from_json

from baseten_sdk import JsonValue

KEY = "emul.0123456789abcdef"
SECRET = "whsec_command-line"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def json(self) -> JsonValue:
        """stdout as one JSON document."""
        value: JsonValue = from_json(self.out)
        return value

    @property
    def lines(self) -> list[JsonValue]:
        """stdout as a JSON value a line."""
        return [from_json(line) for line in self.out.splitlines()]

    @property
    def error(self) -> JsonValue:
        """What a failed command said on stderr, where JSON was asked for."""
        value: JsonValue = from_json(self.err)["error"]
        return value


def at(value: object, *path: str | int) -> object:
    """What is at a path within a JSON value."""
    for step in path:
        if isinstance(step, str):
            assert isinstance(value, dict)
            value = value[step]
        else:
            assert isinstance(value, list)
            value = value[step]
    return value


class Run(Protocol):
    """Runs a command in this process; `encoding` is that of its streams."""

    def __call__(
        self,
        *arguments: str,
        stdin: str | bytes | None = None,
        env: Mapping[str, str | None] | None = None,
        encoding: str = "utf-8",
    ) -> Ended: ...


class Start(Protocol):
    """Starts a command as a process; its three streams are pipes."""

    def __call__(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]: ...
