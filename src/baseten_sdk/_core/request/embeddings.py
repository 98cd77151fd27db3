"""The bodies of calls to an embedding engine, checked before they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from ...config import DEPLOYMENT_FIRST_BYTE
from ...errors import InvalidRequestError
from .accept import ACCEPT_JSON
from .options import Options
from .payload import Payload
from .request import Request, build
from .routing import BaseURL

EmbeddingInput: TypeAlias = str | Sequence[str] | Sequence[int] | Sequence[Sequence[int]]
"""What is embedded: a text, texts, or the same as tokens."""

EncodingFormat: TypeAlias = Literal["base64", "float"]

ANY_MODEL = "not-required"
"""What a dedicated engine is sent where the caller names no model; Baseten's documentation uses it so."""


def embeddings_request(
    place: BaseURL,
    model: str,
    given: EmbeddingInput,
    options: Options,
    *,
    dimensions: int | None,
    encoding_format: EncodingFormat | None,
    user: str | None,
) -> Request:
    """Put a call for embeddings together.

    Raises:
        InvalidRequestError: there is nothing to embed.
    """
    if not isinstance(given, str | Sequence) or isinstance(given, bytes | bytearray):
        raise InvalidRequestError(f"input must be a text or a sequence of texts, not {type(given).__name__}.")
    if not given:
        raise InvalidRequestError("input must not be empty.")
    body: dict[str, object] = {"model": model, "input": given}
    if dimensions is not None:
        body["dimensions"] = dimensions
    if encoding_format is not None:
        body["encoding_format"] = encoding_format
    if user is not None:
        body["user"] = user
    return engine_request(place.at("embeddings"), body, options)


def rerank_body(query: str, texts: Sequence[str], optional: Mapping[str, object]) -> dict[str, object]:
    """The body of a rerank."""
    return {"query": query, "texts": check_texts(texts), **_set(optional)}


def classify_body(texts: Sequence[str], optional: Mapping[str, object]) -> dict[str, object]:
    """The body of a classification: each text stands in a list of its own."""
    return {"inputs": [[text] for text in check_texts(texts)], **_set(optional)}


def check_texts(texts: Sequence[str]) -> list[str]:
    """Texts as a list.

    Raises:
        InvalidRequestError: they are none, or no sequence of texts.
    """
    if isinstance(texts, str | bytes) or not isinstance(texts, Sequence):
        raise InvalidRequestError(f"texts must be a sequence of texts, not {type(texts).__name__}.")
    if not texts:
        raise InvalidRequestError("texts must not be empty.")
    return list(texts)


def engine_request(url: str, body: Mapping[str, object], options: Options) -> Request:
    """A POST of JSON to the engine."""
    return build(
        "POST",
        url,
        options,
        accept=ACCEPT_JSON,
        first_byte=DEPLOYMENT_FIRST_BYTE,
        payload=Payload(json=body),
    )


def _set(optional: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in optional.items() if value is not None}
