"""Encodes the query of a URL. It must not know where the URL leads."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from ..._characters import SURROGATE
from ..._numbers import as_list
from ...errors import InvalidRequestError
from .urls import shown


def encode_query(params: Mapping[str, object], what: str = "params") -> str:
    """Encode parameters as a query without `?`.

    None is left out, booleans become `true` and `false`, sequences repeat their name.

    Args:
        what: The argument that held them, for the error.

    Raises:
        InvalidRequestError: A name is not a string, or a value is neither text nor a finite number.
    """
    if not isinstance(params, Mapping):
        raise InvalidRequestError(f"params must be a mapping, not {type(params).__name__}.")
    return "&".join(f"{name}={value}" for name, value in _query_pairs(params, what))


def _query_pairs(params: Mapping[str, object], what: str) -> Iterator[tuple[str, str]]:
    for name, value in params.items():
        if not isinstance(name, str):
            raise InvalidRequestError(f"{what}: {shown(name)} is not a name; it must be str.")
        quoted = _query_text(name, f"a name in {what}")
        value = as_list(value)
        values = [value] if isinstance(value, str | bytes) or not isinstance(value, Sequence) else value
        for each in values:
            if each is not None:
                yield quoted, _query_text(each, f"{what}[{shown(name)}]")


def _query_text(value: object, what: str) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            if SURROGATE.search(value):
                raise InvalidRequestError(f"{what} must not contain lone surrogates.")
            return quote(value, safe="")
        case int():
            try:
                return int.__repr__(value)
            except ValueError:
                raise InvalidRequestError(f"{what} is an integer of too many digits.") from None
        case float() if math.isfinite(value):
            return quote(float.__repr__(value), safe="")
        case float():
            raise InvalidRequestError(f"{what} must be finite, not {float.__repr__(value)}.")
        case _:
            raise InvalidRequestError(f"{what} must be text, a number or a boolean, not {type(value).__name__}.")
