"""Removes secrets from what a server sent: it may echo them in a debug page or in a header.

If a text was shortened, the cut may be inside a secret. So the beginning of a secret at the end of a text is removed
too, from `SHORTEST` characters on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from json import dumps
from re import sub
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

from ..._secrets import HIDDEN as HIDDEN_VALUE, looks_secret
from ...errors import APIError
from ...types.meta import Headers
from ..request.hidden import Hidden
from ..request.request import Request

HIDDEN = "[the API key]"

SHORTEST = 8
"""Shorter secrets are not searched for, because they would match unrelated text."""

AFTER_A_CUT = ("", ".", "…", '"', "'")
"""What may follow a shortened text."""


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
        key: The API key.
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


def redact(error: APIError, secrets: list[Secret]) -> None:
    """Hide secrets in everything that an error holds from the server.

    Args:
        error: The error. It is changed.
        secrets: The secrets.
    """
    for secret in secrets:
        for name, value in vars(error).items():
            if name != "partial":
                vars(error)[name] = _without(value, secret)
    error.args = (error.message,)


def redacted(headers: Headers, secrets: list[Secret]) -> Headers:
    """Return a reply's headers without echoed secrets: the same object if it echoed none."""
    pairs = list(headers.items())
    clean = pairs
    for secret in secrets:
        clean = [(name, _text(value, secret)) for name, value in clean]
    return headers if clean == pairs else Headers(clean)


def _without(value: object, secret: Secret) -> object:
    match value:
        case str():
            return _text(value, secret)
        case bytes():
            # Latin-1 maps every byte to a character and back.
            text, shown = (each.encode().decode("latin-1") for each in secret)
            return _text(value.decode("latin-1"), Secret(text, shown)).encode("latin-1")
        case dict():
            return {_without(name, secret): _without(each, secret) for name, each in value.items()}
        case list():
            return [_without(each, secret) for each in value]
        case _:
            return value


def _text(text: str, secret: Secret) -> str:
    beginning = secret.text[:SHORTEST]
    at = text.find(beginning)
    if at < 0:
        return text
    text = text.replace(secret.text, secret.shown)
    clean: list[str] = []
    done = 0
    at = text.find(beginning)
    while at >= 0:
        end = at + SHORTEST
        while end < len(text) and end - at < len(secret.text) and text[end] == secret.text[end - at]:
            end += 1
        if text[end : end + 1] in AFTER_A_CUT:
            clean += [text[done:at], secret.shown]
            done = end
        at = text.find(beginning, end)
    return "".join((*clean, text[done:]))
