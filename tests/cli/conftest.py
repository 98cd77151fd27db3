"""The command line against an emulator: in this process for speed, and as a process of its own."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from types import TracebackType

import pytest
import typer.main
from typer.testing import CliRunner

from baseten_sdk.cli.app import ALL, app_of, needed
from baseten_sdk.emulator import Emulator
from tests.cli.running import KEY, SECRET, Ended, Run, Start
from tests.emulating import emptied


@pytest.fixture(autouse=True)
def log() -> Iterator[None]:
    """A command that ran in this process has had the log of batches to itself; the next test has it as it was."""
    batches = logging.getLogger("baseten_sdk.batch")
    before = batches.handlers[:], batches.level, batches.propagate
    yield
    batches.handlers[:], batches.propagate = before[0], before[2]
    batches.setLevel(before[1])


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with Emulator(api_key=KEY, webhook_secrets=[SECRET], webhook_interval=0.01) as running:
        yield running


@pytest.fixture
def emu(emulator: Emulator) -> Emulator:
    """The one emulator of the session, with nothing left of the test before."""
    return emptied(emulator)


@pytest.fixture
def environment(emu: Emulator) -> dict[str, str]:
    """What the environment says: a key, and where the emulator is."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("BASETEN_")}
    return {**ours, "BASETEN_API_KEY": KEY, "BASETEN_EMULATOR": emu.url, "NO_COLOR": "1", "COLUMNS": "100"}


made_app = cache(app_of)
made_command = cache(typer.main.get_command)
"""What a process makes once, and is most of what a command takes: it is made once for all tests too."""


@pytest.fixture
def run(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in [name for name in os.environ if name.startswith("BASETEN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("typer.testing._get_command", made_command, raising=False)

    def invoke(
        *arguments: str,
        stdin: str | bytes | None = None,
        env: Mapping[str, str | None] | None = None,
        encoding: str = "utf-8",
    ) -> Ended:
        result = CliRunner(charset=encoding).invoke(
            made_app(ALL & set(needed(arguments))), arguments, input=stdin, env={**environment, **(env or {})}
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert KEY not in result.output
        return Ended(result.exit_code, result.stdout, result.stderr, result.stdout_bytes)

    return invoke


class Process(subprocess.Popen[bytes]):
    """A process that a failed test does not wait for."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.kill()
        super().__exit__(kind, error, trace)


@pytest.fixture
def start(environment: dict[str, str]) -> Start:
    environment = {**environment, "PYTHONPATH": "src", "PYTHONWARNINGS": "error", "PYTHONUNBUFFERED": "1"}

    def popen(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        return Process(
            [sys.executable, "-m", "baseten_sdk", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**environment, **(env or {})},
        )

    return popen
