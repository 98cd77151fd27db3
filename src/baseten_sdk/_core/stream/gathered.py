"""Reads an event stream that a server sent for a call which did not ask for one.

It must not know what an event is.
"""

from __future__ import annotations

import re
from typing import TypeVar

from ...errors.partial import PartialReply
from ..reply.response import WholeResponse
from ..reply.validate import unreadable
from .reader import StreamReader

BEGINNING = re.compile(rb"(\xef\xbb\xbf)?\s*((data|event|id|retry):|:)")
"""How an event stream begins."""

R = TypeVar("R", bound=PartialReply)


def read_gathered(answer: WholeResponse, reader: StreamReader[object, R]) -> R | None:
    """Read a reply whose body is an event stream. Return None if it is not one.

    Raises:
        ResponseValidationError: The stream was cut, or it reports an error.
    """
    if not BEGINNING.match(answer.body):
        return None
    for _ in reader.feed(answer.body):
        pass
    if not reader.stopped:
        for _ in reader.end():
            pass
    if reader.error is not None:
        raise unreadable(answer, f"it is an event stream. {reader.error.message}")
    return reader.partial()
