"""The whole reply of a call: a response, or the error that says why it is none."""

from __future__ import annotations

from ...types.responses import ModelResponse
from ..reply.classify import as_sentence
from ..reply.response import WholeResponse
from ..reply.validate import read_model, unreadable
from .output import OutputParts


def read_response(answer: WholeResponse) -> ModelResponse:
    """Read a reply.

    Raises:
        ResponseValidationError: it is not a response, or one that failed.
    """
    response = read_model(ModelResponse, answer)
    if response.status == "failed" or response.error is not None:
        message = (response.error and response.error.message) or "it does not say why"
        raise unreadable(answer, as_sentence(f"the response failed: {message}"))
    if "output" not in response.model_fields_set:
        raise unreadable(answer, "it is not a response: it has no output.")
    OutputParts().end(response)
    return response
