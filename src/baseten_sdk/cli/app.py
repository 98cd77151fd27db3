"""The commands of `baseten-sdk`, and how they are run."""

from __future__ import annotations

import typer

from .async_requests import cancel, status, submit, wait
from .chat import chat
from .command import command, remember
from .emulator import PASS_ON, emulator
from .models import models
from .predict import predict, sync

__all__ = ["app", "run"]

app = typer.Typer(
    name="baseten-sdk",
    help="Baseten's inference platform on the command line. The key is BASETEN_API_KEY.",
    no_args_is_help=True,
    # A traceback with the values of variables would show the key.
    pretty_exceptions_enable=False,
)

app.callback()(remember)
app.command()(command(chat))
app.command()(command(models))
app.command()(command(predict))
app.command()(command(sync))

queue = typer.Typer(no_args_is_help=True, help="The queue of a dedicated deployment: outputs go to a webhook.")
for each in (submit, status, wait, cancel):
    queue.command()(command(each))
app.add_typer(queue, name="async")

app.command(context_settings=PASS_ON)(emulator)


def run() -> None:
    """Run the command that the arguments of the process name, and exit."""
    app(prog_name="baseten-sdk")
