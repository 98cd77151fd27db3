"""The group of all commands. An argument that is refused is quoted in the message, and a terminal must not obey it."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from typer.core import TyperGroup

from .._terminal import shown_on


class CommandGroup(TyperGroup):
    """Parses and runs commands. Messages of its errors are visible on a terminal."""

    def make_context(self, *args: Any, **extra: Any) -> Any:
        with _visible_errors():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: Any) -> Any:
        with _visible_errors():
            return super().invoke(ctx)


@contextmanager
def _visible_errors() -> Generator[None]:
    try:
        yield
    except Exception as error:
        # Typer has brought its own copy of Click since 0.2x, so the class of these errors depends on the version.
        message = getattr(error, "message", None)
        if isinstance(message, str):
            setattr(error, "message", shown_on(sys.stderr, message))  # noqa: B010  # no checker knows it
        raise
