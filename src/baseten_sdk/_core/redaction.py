"""Taking the API key out of an error: a server may have echoed it, in a page for debugging or in a header."""

from __future__ import annotations

from ..errors import APIError

HIDDEN = "[the API key]"

SHORTEST = 8
"""Characters from which a key is looked for; a shorter one would be found in what has nothing to do with it."""


def redact(error: APIError, key: str) -> None:
    """Replace the key wherever the error holds what a server said."""
    if len(key) < SHORTEST:
        return
    for name, value in vars(error).items():
        if name != "partial":
            vars(error)[name] = _without(value, key)
    error.args = (error.message,)


def _without(value: object, key: str) -> object:
    match value:
        case str():
            return value.replace(key, HIDDEN)
        case bytes():
            return value.replace(key.encode(), HIDDEN.encode())
        case dict():
            return {_without(name, key): _without(each, key) for name, each in value.items()}
        case list():
            return [_without(each, key) for each in value]
        case _:
            return value
