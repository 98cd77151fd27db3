"""The commands of `baseten-sdk`, and how they are run."""

from __future__ import annotations

import sys

import typer

from .._runs.terminal import shown_on
from .async_requests import cancel, status, submit, wait
from .batch import batch
from .chat import chat
from .command import command, remember
from .decide import decide
from .doctor import doctor
from .emulator import PASS_ON, emulator
from .exit_codes import ExitCode
from .models import models
from .predict import predict, sync
from .streams import forget_stdout, prepare_streams
from .webhook import listen, verify

__all__ = ["app", "run"]

app = typer.Typer(
    name="baseten-sdk",
    help="Use Baseten from the command line. Set BASETEN_API_KEY first.",
    no_args_is_help=True,
    # A traceback with the values of variables would show the key.
    pretty_exceptions_enable=False,
)

app.callback()(remember)
app.command()(command(batch))
app.command()(command(chat))
app.command()(command(models))
app.command()(command(decide))
app.command()(command(predict))
app.command()(command(sync))

queue = typer.Typer(no_args_is_help=True, help="Queue requests for a dedicated deployment. Outputs go to a webhook.")
queue.command()(command(submit))
queue.command()(command(status))
queue.command()(command(wait))
queue.command()(command(cancel))
app.add_typer(queue, name="async")

webhook = typer.Typer(no_args_is_help=True, help="Receive and verify webhooks.")
webhook.command()(command(listen))
webhook.command()(command(verify))
app.add_typer(webhook, name="webhook")

app.command()(command(doctor))

app.command(context_settings=PASS_ON)(emulator)


def run() -> None:
    """Run the command that the arguments of the process name, and exit."""
    prepare_streams()
    try:
        app(prog_name="baseten-sdk")
    except OSError as error:  # of the help, say; a command handles its own
        forget_stdout()
        sys.stderr.write(f"Error: {shown_on(sys.stderr, str(error))}\n")
        sys.exit(ExitCode.OTHER)
