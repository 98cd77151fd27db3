"""What a command works with: the printer, the key, and a client that goes where the options and environment say.

A key is never an argument: those stand in the list of processes and in the history of the shell.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer

from ..config import Endpoints, Limits
from ..errors import ConfigurationError
from .call_logger import CallLogger
from .exit_codes import ExitCode
from .inputs import read
from .printing import OutputFormat, Printer

if TYPE_CHECKING:
    from .. import Client

__all__ = ["KEY", "Session", "Shared"]

KEY = "BASETEN_API_KEY"

_PANEL = "Options of every command"


@dataclass(frozen=True, slots=True)
class Shared:
    """The options of every command; they may stand before its name too. None: not given."""

    output: Annotated[
        OutputFormat | None,
        typer.Option("--output", "-o", help="Form of the output (default: text).", rich_help_panel=_PANEL),
    ] = None
    api_key_file: Annotated[
        Path | None,
        typer.Option(
            help="File that holds the API key, - for stdin; else the key is BASETEN_API_KEY.", rich_help_panel=_PANEL
        ),
    ] = None
    base_url: Annotated[
        str | None,
        typer.Option(
            help="Gateway in the place of the Model APIs (env var: BASETEN_BASE_URL).", rich_help_panel=_PANEL
        ),
    ] = None
    emulator: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Origin of an emulator in the place of the service (env var: BASETEN_EMULATOR).",
            rich_help_panel=_PANEL,
        ),
    ] = None
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Bound of each attempt.", rich_help_panel=_PANEL)
    ] = None
    deadline: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Bound of the call with all its attempts.", rich_help_panel=_PANEL),
    ] = None
    max_retries: Annotated[
        int | None, typer.Option(min=0, help="Attempts after the first (default: 2).", rich_help_panel=_PANEL)
    ] = None

    verbose: Annotated[
        bool | None,
        typer.Option(
            "--verbose", "-v", help="Tell on stderr of calls, retries and request ids.", rich_help_panel=_PANEL
        ),
    ] = None

    def over(self, other: Shared) -> Self:
        """These options where they are given, else the others."""
        values = {
            field.name: value if (value := getattr(self, field.name)) is not None else getattr(other, field.name)
            for field in fields(self)
        }
        return type(self)(**values)


class Session:
    """One run of a command."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.out = Printer(shared.output or OutputFormat.TEXT)

    def client(self, limits: Limits | None = None) -> Client:
        """A client; close it.

        Args:
            limits: how much at once, where a command has a say in it.

        Raises:
            ConfigurationError: an option cannot be.
        """
        from .. import Client

        shared = self.shared
        return Client(
            api_key=self.key(),
            base_url=shared.base_url,
            endpoints=self.endpoints(),
            timeout=shared.timeout,
            deadline=shared.deadline,
            max_retries=shared.max_retries,
            limits=limits,
            hooks=[CallLogger(self.out)] if shared.verbose else (),
        )

    def endpoints(self) -> Endpoints | None:
        """Where an emulator has everything; None for the service."""
        origin = self.shared.emulator or os.environ.get("BASETEN_EMULATOR")
        return Endpoints.below(origin) if origin else None

    def key(self) -> str:
        """The API key; without one the command ends."""
        try:
            return self.configured_key()
        except ConfigurationError as error:
            self.out.error(error)
            raise typer.Exit(ExitCode.AUTH) from None

    def configured_key(self) -> str:
        """The API key, from the file or the environment. Raises `ConfigurationError` where there is none."""
        source = self.shared.api_key_file
        if source is None:
            key = os.environ.get(KEY, "").strip()
            missing = f"No API key: set {KEY}, or name a file that holds it with --api-key-file."
        else:
            key = read(source).decode("utf-8", "replace").strip()
            missing = f"There is no API key in {source}."
        if not key:
            raise ConfigurationError(missing)
        return key
