"""The Baseten service on your machine, for tests and demonstrations.

    with Emulator() as emu:
        client = Client(api_key=emu.api_key, endpoints=emu.endpoints)

It owns the public names of the emulator and the message for a missing extra. It imports nothing of the
client, so that the two cannot share a mistake, and it loads starlette and uvicorn only when a name is first
used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .behaviours.behaviours import BehaviourError as BehaviourError
    from .behaviours.script import Fault as Fault, at as at, every as every, first as first
    from .emulator import Emulator as Emulator
    from .queue.records import Delivery as Delivery, RecordedRequest as RecordedRequest

__all__ = ["BehaviourError", "Delivery", "Emulator", "Fault", "RecordedRequest", "at", "every", "first"]

_HOMES = {
    "BehaviourError": "behaviours",
    "Delivery": "records",
    "Emulator": "emulator",
    "Fault": "script",
    "RecordedRequest": "records",
    "at": "script",
    "every": "script",
    "first": "script",
}
_EXTRA = {"starlette", "uvicorn"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value: object = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in _EXTRA:
            raise
        raise ImportError(
            f"The emulator needs {library}, which is not installed: pip install 'baseten-sdk[emulator]'"
        ) from error
    globals()[name] = value
    return value
