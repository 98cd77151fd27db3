"""`baseten-sdk emulator`: the same as `python -m baseten_sdk.emulator`."""

from __future__ import annotations

import typer

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": list[str]()}
"""Every argument goes to the emulator, including `--help`."""


def emulator(context: typer.Context) -> None:
    """Run an emulator of Baseten on this machine until Ctrl-C. `--help` lists its options."""
    from ..emulator.__main__ import main

    raise typer.Exit(main(context.args))
