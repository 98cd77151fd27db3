"""`baseten-sdk emulator`: the same as `python -m baseten_sdk.emulator`."""

from __future__ import annotations

import typer

from .._streams import exit_after

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": list[str]()}
"""Every argument goes to the emulator, including `--help`."""


def emulator(context: typer.Context) -> None:
    """Run an emulator of Baseten on this machine until Ctrl-C. `--help` lists its options."""
    from ..emulator.__main__ import main

    exit_after(lambda: main(context.args))
