"""Builds the request of a text completion, and checks it before it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..._numbers import as_list
from ...errors import InvalidRequestError
from ...types.completions import CompletionOptions, Prompt
from ..request.model_request import model_request
from ..request.options import Options
from ..request.parameters import Parameters
from ..request.request import Request
from ..request.service_urls import BaseURL

PATH = "completions"

PARAMETERS = Parameters(frozenset(CompletionOptions.__optional_keys__), "completions")


def completion_request(
    base: BaseURL, model: str, prompt: Prompt, params: Mapping[str, object], options: Options, *, stream: bool
) -> Request:
    """Build the request.

    Raises:
        InvalidRequestError: The prompt is empty, or neither text nor token IDs.
    """
    _check(as_list(prompt))
    body: dict[str, object] = {"model": model, "prompt": prompt}
    body |= {name: value for name, value in params.items() if value is not None}
    if stream:
        body["stream"] = True
    return model_request(base, PATH, body, options, stream=stream)


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
