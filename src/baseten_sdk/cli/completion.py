"""Completion for shells: the script for the shell that is named, not for the one that runs the command."""

from __future__ import annotations

from enum import StrEnum

import typer


class Shell(StrEnum):
    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


def show(context: typer.Context, parameter: typer.CallbackParam, shell: Shell | None) -> None:
    """Print the script, and exit."""
    if shell is not None:
        from typer.completion import show_callback

        show_callback(context, parameter, shell.value)


def install(context: typer.Context, parameter: typer.CallbackParam, shell: Shell | None) -> None:
    """Install the script where the shell looks for it, and exit."""
    if shell is not None:
        from typer.completion import install_callback

        install_callback(context, parameter, shell.value)


def prepare() -> None:
    """Let a process answer the scripts."""
    from typer.completion import get_completion_inspect_parameters

    get_completion_inspect_parameters()
