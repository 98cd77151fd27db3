"""Builds the request of a text completion, and checks it before it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...config import CallOptions
from ...errors import InvalidRequestError
from ...types.completions import CompletionOptions, Prompt
from ..request.accept import ACCEPT_JSON, ACCEPT_STREAM
from ..request.options import Options
from ..request.parameters import split_parameters
from ..request.payload import Payload
from ..request.request import Request, build
from ..request.routing import BaseURL

PATH = "completions"

PARAMETERS = frozenset(CompletionOptions.__optional_keys__)


def split_params(params: Mapping[str, object]) -> tuple[dict[str, object], CallOptions]:
    """Separate keyword arguments into parameters of the body and options of the call.

    Raises:
        TypeError: A parameter is unknown. `extra_body` takes any.
    """
    return split_parameters(params, PARAMETERS, "completions")


def completion_request(
    base: BaseURL, model: str, prompt: Prompt, params: Mapping[str, object], options: Options, *, stream: bool
) -> Request:
    """Build the request.

    Raises:
        InvalidRequestError: The prompt is empty, or neither text nor token IDs.
    """
    _check(prompt)
    body: dict[str, object] = {"model": model, "prompt": prompt}
    body |= {name: value for name, value in params.items() if value is not None}
    if stream:
        body["stream"] = True
    return build(
        "POST",
        base.at(PATH),
        options,
        accept=ACCEPT_STREAM if stream else ACCEPT_JSON,
        first_byte=base.first_byte,
        payload=Payload(json=body),
    )


def _check(prompt: object) -> None:
    if isinstance(prompt, str):
        return
    if not isinstance(prompt, Sequence) or isinstance(prompt, bytes | bytearray):
        raise InvalidRequestError(f"prompt must be text, token ids, or a list of these, not {type(prompt).__name__}.")
    if not prompt:
        raise InvalidRequestError("prompt must not be empty.")
    kinds = {str if isinstance(each, str) else int if isinstance(each, int) else list for each in prompt}
    for index, each in enumerate(prompt):
        if isinstance(each, str | int):
            continue
        if not isinstance(each, Sequence) or not all(isinstance(token, int) for token in each):
            raise InvalidRequestError(f"prompt[{index}] must be text or token ids, not {each!r}.")
    if len(kinds) > 1:
        raise InvalidRequestError("prompt must not mix texts and token ids.")
