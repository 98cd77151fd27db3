"""Reads the whole reply of a call as a response, or raises the error that says why it is not one."""

from __future__ import annotations

from ...config import Limits
from ...types.responses import ModelResponse
from ..reply.classify import as_sentence
from ..reply.response import WholeResponse
from ..reply.validate import read_model, unreadable
from .output import OutputParts


def read_response(answer: WholeResponse) -> ModelResponse:
    """Read a reply.

    Raises:
        ResponseValidationError: It is not a response, or the response failed or was cancelled.
    """
    response = (None if answer.is_object else _gathered(answer)) or read_model(ModelResponse, answer)
    if response.failure is not None:
        error = unreadable(answer, as_sentence(f"the response failed: {response.failure}"))
        error.partial = response
        error.code = None if response.error is None else response.error.code
        raise error
    if "output" not in response.model_fields_set:
        raise unreadable(answer, "it is not a response: it has no output.")
    if len(response.function_calls) > 1:
        OutputParts().end(response)
    return response


def _gathered(answer: WholeResponse) -> ModelResponse | None:
    from ..stream.gathered import read_gathered
    from .reader import ResponseReader

    return read_gathered(answer, ResponseReader(Limits()))
