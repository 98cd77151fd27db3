"""The commands of `baseten-sdk`, and how they are run."""

from __future__ import annotations

import typer

from .command import command, remember
from .emulator import PASS_ON, emulator
from .models import models

__all__ = ["app", "run"]

app = typer.Typer(
    name="baseten-sdk",
    help="Baseten's inference platform on the command line. The key is BASETEN_API_KEY.",
    no_args_is_help=True,
    # A traceback with the values of variables would show the key.
    pretty_exceptions_enable=False,
)

app.callback()(remember)
app.command()(command(models))
app.command(context_settings=PASS_ON)(emulator)


def run() -> None:
    """Run the command that the arguments of the process name, and exit."""
    app(prog_name="baseten-sdk")
