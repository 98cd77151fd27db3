"""The commands of `baseten-sdk`, and how they are run.

A command is imported only if the arguments of the process may name it, since importing all of them takes several times
as long as most commands run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Mapping
from importlib import import_module

import typer

from .._streams import forget_stdout, prepare_streams
from .._terminal import say
from .command import command, remember
from .completion import prepare
from .emulator import PASS_ON, emulator
from .exit_codes import ExitCode
from .group import CommandGroup
from .help import examples, only_help

COMMANDS = {
    "batch": "batch",
    "chat": "chat",
    "models": "models",
    "decide": "decide",
    "embed": "embed",
    "predict": "predict",
    "sync": "predict",
    "transcribe": "transcribe",
    "doctor": "doctor",
}
"""The commands by name, and the module of each."""

GROUPS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "async": (
        "Queue requests for a dedicated deployment. Outputs go to a webhook.",
        "async_requests",
        ("submit", "status", "wait", "cancel"),
    ),
    "webhook": ("Receive and verify webhooks.", "webhook", ("listen", "verify")),
}
"""Groups of commands by name: the help, the module, and the commands."""

ALL = frozenset({*COMMANDS, *GROUPS, "emulator"})


def app_of(named: Collection[str] = ALL) -> typer.Typer:
    """Return the application with some of its commands.

    Args:
        named: The names of commands and groups. Other texts among them mean nothing.
    """
    app = typer.Typer(
        name="baseten-sdk",
        cls=CommandGroup,
        help="Use Baseten from the command line. Set BASETEN_API_KEY first.",
        no_args_is_help=True,
        add_help_option=False,
        add_completion=False,  # it would ask the running shell; see `completion`
        # A traceback with the values of variables would show the key.
        pretty_exceptions_enable=False,
    )
    app.callback()(remember)
    for name, module in COMMANDS.items():
        if name in named:
            app.command(epilog=examples(name), add_help_option=False)(command(_function(module, name)))
    for group, (help_text, module, members) in GROUPS.items():
        if group in named:
            inner = typer.Typer(no_args_is_help=True, add_help_option=False, help=help_text)
            inner.callback()(only_help)
            for name in members:
                inner.command(epilog=examples(name), add_help_option=False)(command(_function(module, name)))
            app.add_typer(inner, name=group)
    if "emulator" in named:
        app.command(context_settings=PASS_ON)(emulator)
    return app


def needed(arguments: Collection[str]) -> Collection[str]:
    """Return the commands that the arguments of a process may name.

    All of them if the arguments name none, or ask for help first. Options may stand before the command, and have values
    that look like one; then several are possible.
    """
    first = next((each for each in arguments if each in ALL or each in ("--help", "--version")), "--help")
    return ALL if first == "--help" else arguments


def _function(module: str, name: str) -> Callable[..., None]:
    found: Callable[..., None] = getattr(import_module(f"{__package__}.{module}"), name)
    return found


def run() -> None:
    """Run the command that the arguments of the process name, and exit."""
    prepare_streams()
    completes = any(name.endswith("_COMPLETE") and name.startswith("_") for name in os.environ)
    if completes:
        prepare()
    app = app_of(ALL if completes else needed(sys.argv[1:]))
    try:
        app(prog_name="baseten-sdk")
    except OSError as error:  # of the help, say; a command handles its own
        forget_stdout()
        say(f"Error: {error}")
        sys.exit(ExitCode.OTHER)
