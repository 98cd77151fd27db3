"""The secrets that a call sends, in each form in which a server may echo them.

These are its key, and everything whose name looks secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from json import dumps
from re import sub
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

from ..._secrets import HIDDEN as HIDDEN_VALUE, looks_secret
from ..request.hidden import Hidden
from ..request.request import Request

HIDDEN = "[the API key]"

SHORTEST = 8
"""Shorter secrets are not searched for, because they would match unrelated text."""

IN_A_PAGE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})


class Secret(NamedTuple):
    """A text to hide, and what to show instead."""

    text: str
    shown: str

    def __repr__(self) -> str:
        return self.shown


def secrets_of(request: Request, key: Hidden[str], fields: Mapping[str, object]) -> list[Secret]:
    """Return the secrets that a call sends: the key, and everything whose name looks secret.

    Args:
        request: Its headers may hold the key of a gateway or a different API key, and its query a token.
        fields: The fields added to its body. JSON values are searched at any depth.
    """
    found = [Secret(key.value, HIDDEN)]
    for name, value in request.headers.pairs:
        if looks_secret(name):
            found.append(Secret(value.rpartition(" ")[2] if name.endswith("authorization") else value, HIDDEN_VALUE))
        if name == "cookie":
            found += [Secret(each.partition("=")[2], HIDDEN_VALUE) for each in value.split("; ")]
    query = parse_qsl(urlsplit(request.url).query, errors="replace")
    for field, given in (*query, *_texts(fields)):
        if looks_secret(field):
            found.append(Secret(given.rpartition(" ")[2] if field.lower() == "authorization" else given, HIDDEN_VALUE))
    return [each for secret in found for each in _forms(secret) if len(each.text) >= SHORTEST]


def _texts(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts in a JSON value at any depth, each with the name of its field."""
    match value:
        case str():
            yield name, value
        case Mapping():
            for field, each in value.items():
                yield from _texts(each, str(field))
        case list() | tuple():
            for each in value:
                yield from _texts(each, name)
        case _:
            return


def _forms(secret: Secret) -> Iterator[Secret]:
    """Yield the forms of a secret: plain, and as URLs, JSON and HTML write it."""
    yield secret
    quoted = quote(secret.text, safe="")
    forms = {quoted, _lower_hex(quoted), dumps(secret.text)[1:-1], secret.text.translate(IN_A_PAGE)}
    for form in sorted(forms - {secret.text}):
        yield Secret(form, secret.shown)


def _lower_hex(quoted: str) -> str:
    return sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)
