"""Reads the whole reply of a chat."""

from __future__ import annotations

from ...config import Limits
from ...types.chat import ChatCompletion
from ..reply.response import WholeResponse
from ..reply.validate import read_model


def read_chat(response: WholeResponse) -> ChatCompletion:
    """Read a reply.

    Raises:
        ResponseValidationError: It is not a completion.
    """
    return (None if response.is_object else _gathered(response)) or read_model(ChatCompletion, response)


def _gathered(response: WholeResponse) -> ChatCompletion | None:
    from ..stream.gathered import read_gathered
    from .reader import ChunkReader

    return read_gathered(response, ChunkReader(Limits()))
