"""What a command works with: the printer, the key, and a client.

A key is never an argument: other users can see arguments in the list of processes, and the shell keeps them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer

from ..config import AuthScheme, Endpoints, Limits
from ..errors import ConfigurationError
from .call_logger import CallLogger
from .exit_codes import ExitCode
from .inputs import read_text
from .printing import OutputFormat, Printer

if TYPE_CHECKING:
    from .. import Client


KEY = "BASETEN_API_KEY"

_option = partial(typer.Option, rich_help_panel="Options of every command")


@dataclass(frozen=True, slots=True)
class Shared:
    """The options of every command, given before or after its name. None means not given."""

    output: Annotated[
        OutputFormat | None, _option("--output", "-o", metavar="FORM", help="text, json or jsonl (default: text).")
    ] = None
    api_key_file: Annotated[
        Path | None, _option(help="File with the API key; - reads stdin (default: env var BASETEN_API_KEY).")
    ] = None
    base_url: Annotated[
        str | None, _option(help="Gateway to use instead of the Model APIs (env var: BASETEN_BASE_URL).")
    ] = None
    auth_scheme: Annotated[
        AuthScheme | None,
        _option(
            metavar="SCHEME",
            help="bearer or api-key, which keys of a Frontier Gateway need (env var: BASETEN_AUTH_SCHEME).",
        ),
    ] = None
    no_route_by_name: Annotated[
        bool | None,
        _option("--no-route-by-name", help="Send names that look like IDs of dedicated models to the Model APIs."),
    ] = None
    emulator: Annotated[
        str | None,
        _option(metavar="URL", help="URL of an emulator to use instead of Baseten (env var: BASETEN_EMULATOR)."),
    ] = None
    timeout: Annotated[float | None, _option(metavar="SECONDS", help="Limit for each attempt.")] = None
    deadline: Annotated[float | None, _option(metavar="SECONDS", help="Limit for the call with all its attempts.")] = (
        None
    )
    max_retries: Annotated[int | None, _option(min=0, help="Retries of a failed call (default: 2).")] = None

    verbose: Annotated[
        bool | None, _option("--verbose", "-v", help="Log calls, retries and request IDs to stderr.")
    ] = None

    def over(self, other: Shared) -> Self:
        """Merge: these options where given, else the others."""
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

    def client(self, limits: Limits | None = None, *, keyless: bool = False) -> Client:
        """Make a client. The caller closes it.

        Args:
            limits: The client's limits, if the command sets them.
            keyless: Whether it calls a container on this machine only, which needs no key.

        Raises:
            ConfigurationError: An option is invalid.
        """
        from .. import Client

        shared = self.shared
        return Client(
            api_key=None if keyless else self.key(),
            auth_scheme=shared.auth_scheme,
            base_url=shared.base_url,
            route_by_name=not shared.no_route_by_name,
            endpoints=self.endpoints(),
            timeout=shared.timeout,
            deadline=shared.deadline,
            max_retries=shared.max_retries,
            limits=limits,
            hooks=[CallLogger(self.out)] if shared.verbose else (),
        )

    def endpoints(self) -> Endpoints | None:
        """Return the URLs of an emulator, or None for Baseten itself."""
        origin = self.shared.emulator or os.environ.get("BASETEN_EMULATOR")
        return Endpoints.below(origin) if origin else None

    def key(self) -> str:
        """Return the API key. The command ends if there is none."""
        try:
            return self.configured_key()
        except ConfigurationError as error:
            self.out.error(error)
            raise typer.Exit(ExitCode.AUTH) from None

    def key_for_others(self) -> str | None:
        """Return the API key, if other processes cannot read it where it was: from stdin or a pipe. None if they can.

        The command ends if there is none.
        """
        file, key = self.shared.api_key_file, self.key()
        return None if file is None or os.path.isfile(file) else key

    @property
    def key_source(self) -> str:
        """What the key is read from."""
        return KEY if self.shared.api_key_file is None else str(self.shared.api_key_file)

    def configured_key(self) -> str:
        """Return the API key from the file or the environment. Raises `ConfigurationError` if there is none."""
        source = self.shared.api_key_file
        if source is None:
            key = os.environ.get(KEY, "").strip()
            missing = f"No API key: set {KEY}, or pass --api-key-file PATH."
        else:
            key = read_text(source).strip()
            missing = f"{source} holds no API key."
        if not key:
            raise ConfigurationError(missing)
        return key
