"""Takes the frames that read a reply out of a traceback: their variables hold the reply, which may echo the key."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

import pydantic

OURS = tuple(f"{folder}{os.sep}" for folder in (Path(__file__).parents[2], Path(pydantic.__file__).parent))
"""The folders of this package and of pydantic."""


def without_own_frames(trace: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that begins in the caller's code, such as a validator. None if there is none."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(OURS):
        trace = trace.tb_next
    return trace
