"""The bodies of calls to an embedding engine, checked before they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Literal, TypeAlias

from ..._numbers import as_list
from ...config import DEPLOYMENT_FIRST_BYTE
from ...errors import InvalidRequestError
from .accept import ACCEPT_JSON
from .model_names import ModelName
from .options import Options
from .request import Request, post_json
from .service_urls import BaseURL

EmbeddingInput: TypeAlias = str | Sequence[str] | Sequence[int] | Sequence[Sequence[int]]
"""What can be embedded: one text or several, as strings or as tokens."""

EncodingFormat: TypeAlias = Literal["base64", "float"]

ANY_MODEL = "not-required"
"""The model name for a dedicated engine if the caller names none, as in Baseten's documentation."""


def embeddings_request(
    base: BaseURL,
    model: str,
    given: Sequence[object],
    options: Options,
    *,
    dimensions: int | None,
    encoding_format: EncodingFormat | None,
    user: str | None,
) -> Request:
    """Build the request for embeddings of an input that was checked."""
    body: dict[str, object] = {"model": model, "input": given}
    if dimensions is not None:
        body["dimensions"] = dimensions
    if encoding_format is not None:
        body["encoding_format"] = encoding_format
    if user is not None:
        body["user"] = user
    return engine_request(base.at("embeddings"), body, options, base.model)


def check_input(given: object) -> Sequence[object]:
    """Check what is to be embedded; an array becomes a list.

    Raises:
        InvalidRequestError: It is empty, or neither a text nor a sequence.
    """
    given = as_list(given)
    if not isinstance(given, Sequence) or isinstance(given, bytes | bytearray):
        raise InvalidRequestError(f"input must be a text or a sequence of texts, not {type(given).__name__}.")
    if not given:
        raise InvalidRequestError("input must not be empty.")
    return given


def input_count(given: Sequence[object]) -> int:
    """Return how many vectors an input gives: one for a text or a list of tokens, otherwise one per item."""
    return 1 if isinstance(given, str) or isinstance(given[0], Integral) else len(given)


def rerank_body(query: str, texts: Sequence[str], optional: Mapping[str, object]) -> dict[str, object]:
    return {"query": query, "texts": texts, **_set(optional)}


def classify_body(texts: Sequence[str], optional: Mapping[str, object]) -> dict[str, object]:
    """The body of a classification: each text is in a list of its own."""
    return {"inputs": [[text] for text in texts], **_set(optional)}


def engine_request(url: str, body: Mapping[str, object], options: Options, model: ModelName | None = None) -> Request:
    """A POST of JSON to the engine."""
    return post_json(url, body, options, ACCEPT_JSON, DEPLOYMENT_FIRST_BYTE, model)


def _set(optional: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in optional.items() if value is not None}
