"""Imports that no interrupt can leave half done.

A client imports what calls need when its first call is made. An exception of a signal handler that strikes in an
import, as Ctrl-C or the time limit of a task queue does, can leave a library half imported, and then every later call
fails. So these imports run in another thread, which signals do not interrupt; the import statements behind `load` find
them done.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module

from ._io.uninterrupted import Uninterrupted


def load(package: str, *names: str) -> None:
    """Import modules of a package. What goes wrong is left to the import statements that follow.

    Args:
        names: The modules, relative to it.
    """
    missing = [name for name in (f"{package}.{name}" for name in names) if name not in sys.modules]
    if missing:
        Uninterrupted().run(lambda: _import(missing))


def _import(names: list[str]) -> None:
    for name in names:
        with suppress(ImportError):
            import_module(name)
