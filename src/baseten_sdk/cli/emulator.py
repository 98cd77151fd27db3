"""`baseten-sdk emulator`: the service on your machine; the same as `python -m baseten_sdk.emulator`."""

from __future__ import annotations

import typer

from ..errors import ConfigurationError
from .exits import ExitCode
from .printing import Output, Printer

__all__ = ["PASS_ON", "emulator"]

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": list[str]()}
"""Every argument is the emulator's, `--help` too."""


def emulator(context: typer.Context) -> None:
    """Run the Baseten service on your machine, until Ctrl-C; `--help` lists its options."""
    try:
        from ..emulator.__main__ import main
    except ModuleNotFoundError as error:
        needs = f"The emulator needs {error.name}, which is not installed: pip install 'baseten-sdk[emulator]'"
        Printer(Output.TEXT).error(ConfigurationError(needs))
        raise typer.Exit(ExitCode.USAGE) from None
    raise typer.Exit(main(context.args))
