"""Reads the whole reply of a call of completions."""

from __future__ import annotations

from ...config import Limits
from ...types.completions import TextCompletion
from ..reply.response import WholeResponse
from ..reply.validate import read_model


def read_text_completion(response: WholeResponse) -> TextCompletion:
    """Read a reply.

    Raises:
        ResponseValidationError: It is not a completion.
    """
    return (None if response.is_object else _gathered(response)) or read_model(TextCompletion, response)


def _gathered(response: WholeResponse) -> TextCompletion | None:
    from ..stream.gathered import read_gathered
    from .reader import TextReader

    return read_gathered(response, TextReader(Limits()))
