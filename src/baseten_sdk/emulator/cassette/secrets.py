"""The secrets of a request, and texts without them: a cassette is a file that people share.

They are in the request, and a reply may echo them. Pure. It must not know what a cassette keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from json import dumps
from urllib.parse import quote

from ..._secrets import HIDDEN, looks_secret
from ..http.exchange import Exchange

SHORTEST = 8
"""Characters from which a value is looked for elsewhere. The key is always looked for."""


def secrets_of(exchange: Exchange) -> tuple[str, ...]:
    """Return the key and every value whose name looks secret, also in the forms of JSON and URLs, longest first."""
    key = exchange.headers.get("authorization", "").rpartition(" ")[2].strip()
    given = (*exchange.headers.items(), *exchange.query.items())
    named = (str(value) for name, value in given if looks_secret(name) and name != "authorization")
    found = {key, *(value for value in named if len(value) >= SHORTEST)} - {""}
    forms = {form for each in found for form in (each, dumps(each)[1:-1], quote(each, safe=""))}
    return tuple(sorted(forms, key=len, reverse=True))


def without(text: str, secrets: Iterable[str]) -> str:
    for each in secrets:
        text = text.replace(each, HIDDEN)
    return text


def bytes_without(data: bytes, secrets: Sequence[str]) -> bytes:
    """Return bytes without secrets: the same object if they contain none."""
    for each in secrets:
        data = data.replace(each.encode(), HIDDEN.encode())
    return data
