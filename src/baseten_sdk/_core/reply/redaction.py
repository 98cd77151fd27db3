"""Taking secrets out of an error: a server may have echoed them, in a page for debugging or in a header."""

from __future__ import annotations

from ...errors import APIError
from ..request.header_lines import HeaderLines
from ..request.headers import SECRET_NAME
from ..request.hidden import Hidden

HIDDEN = "[the API key]"

HIDDEN_HEADER = "[hidden]"

SHORTEST = 8
"""Characters from which a secret is looked for; a shorter one would be found in what has nothing to do with it."""


def redact(error: APIError, key: Hidden[str], headers: HeaderLines) -> None:
    """Replace the key wherever the error holds what a server said, and secrets that were sent in other headers.

    Args:
        error: is changed.
        key: the API key.
        headers: what the request was made with; `extra_headers=` may hold a key of a gateway, or another one for this.
    """
    _replace(error, key.value, HIDDEN)
    for name, value in headers.pairs:
        if SECRET_NAME.search(name):
            _replace(error, value.rpartition(" ")[2] if name.endswith("authorization") else value, HIDDEN_HEADER)


def _replace(error: APIError, secret: str, shown: str) -> None:
    if len(secret) < SHORTEST:
        return
    for name, value in vars(error).items():
        if name != "partial":
            vars(error)[name] = _without(value, secret, shown)
    error.args = (error.message,)


def _without(value: object, secret: str, shown: str) -> object:
    match value:
        case str():
            return value.replace(secret, shown)
        case bytes():
            return value.replace(secret.encode(), shown.encode())
        case dict():
            return {_without(name, secret, shown): _without(each, secret, shown) for name, each in value.items()}
        case list():
            return [_without(each, secret, shown) for each in value]
        case _:
            return value
