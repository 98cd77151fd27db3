"""Checks which header names, header values and keys may be sent.

Owns the checks and their messages, which never show what looks like a secret. It must not know which headers the
package sends.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from typing import TypeVar

from ..._secrets import looks_secret
from ...errors import ConfigurationError, InvalidRequestError
from .header_lines import HeaderLines
from .hidden import Hidden

T = TypeVar("T")

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
VALUE = re.compile(r"[\t\x20-\x7e]*")
VISIBLE = re.compile(r"[\x21-\x7e]+")

FRAMING = frozenset(
    {"connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
"""Headers that say where a message goes and how long it is.

Only the transport sets them; otherwise a server could read a different message.
"""

MAX_OPTION = 512
"""Maximum length of a `session` or `request_id`."""


def check_headers(headers: Mapping[str, str], what: str) -> tuple[tuple[str, str], ...]:
    """Return the headers as pairs, with values stripped of surrounding blanks.

    Args:
        headers: Names and values.
        what: The argument that holds them, for the error.

    Raises:
        InvalidRequestError: A name or a value cannot be sent.
    """
    if not isinstance(headers, Mapping):
        raise InvalidRequestError(f"{what} must be a mapping of names to values, not {type(headers).__name__}.")
    return tuple((name, check_header(name, value, what)) for name, value in headers.items())


def check_header(name: str, value: str, what: str = "headers") -> str:
    """Return the value without surrounding blanks.

    Raises:
        InvalidRequestError: The name is not a token of RFC 9110 or frames the message, or the value is not printable
            ASCII.
    """
    if not _is_token(name):
        raise InvalidRequestError(f"{what}: {_shown(name)} is not a header name; use letters, digits and '-'.")
    if name.lower() in FRAMING:
        raise InvalidRequestError(f"{what}: {_shown(name)} is set by the transport; leave it out.")
    if not isinstance(value, str):
        raise InvalidRequestError(f"{what}: the value of {_shown(name)} must be str, not {type(value).__name__}.")
    stripped = value.strip(" \t")
    if VALUE.fullmatch(stripped):
        return stripped
    problem = _problem_of(stripped)
    shown = "" if looks_secret(name) else f" in {_shown(value)}"
    raise InvalidRequestError(
        f"{what}: the value of {_shown(name)} must be printable ASCII; there is {problem}{shown}."
    )


def first_problem(headers: HeaderLines) -> str | None:
    """Return what is wrong with headers that are about to be written, or None.

    It returns a text instead of raising, because its variables hold the headers.
    """
    for name, value in headers.pairs:
        if not _is_token(name) or name.lower() in FRAMING:
            return f"A header named {_shown(name)} cannot be sent: it is not a valid name, or the transport sets it."
        if not VALUE.fullmatch(value):
            return f"The value of the header {_shown(name)} must be printable ASCII; there is {_problem_of(value)}."
    return None


def check_key(key: Hidden[T]) -> Hidden[str]:
    """Return the API key if it can be sent.

    Raises:
        ConfigurationError: It is empty, or it is not printable ASCII without blanks. Neither the message nor a frame
            shows it.
    """
    if not isinstance(key.value, str):
        raise ConfigurationError(f"The API key must be str, not {type(key.value).__name__}.")
    if not key.value:
        raise ConfigurationError("The API key is empty; give api_key= or set BASETEN_API_KEY.")
    if not VISIBLE.fullmatch(key.value):
        problem = _problem_of(key.value, VISIBLE)
        raise ConfigurationError(f"The API key must be printable ASCII without blanks; there is {problem}.")
    checked: Hidden[str] = Hidden()
    checked.value = key.value
    return checked


def check_option(value: str, what: str) -> str:
    """Return the value of `session` or `request_id` if it can be sent.

    Raises:
        InvalidRequestError: It is not 1 to 512 characters of printable ASCII, or it has blanks around it.
    """
    if not isinstance(value, str):
        raise InvalidRequestError(f"{what} must be str, not {type(value).__name__}.")
    if not 1 <= len(value) <= MAX_OPTION:
        raise InvalidRequestError(f"{what} must have 1 to {MAX_OPTION} characters, not {len(value)}.")
    if "\t" in value or not VALUE.fullmatch(value):
        raise InvalidRequestError(f"{what} must be printable ASCII, not {_shown(value)}.")
    if value != value.strip():
        raise InvalidRequestError(f"{what} must not begin or end with a blank: {_shown(value)}.")
    return value


def _is_token(name: object) -> bool:
    return isinstance(name, str) and TOKEN.fullmatch(name) is not None


def _problem_of(value: str, allowed: re.Pattern[str] = VALUE) -> str:
    """Describe the first character that is not allowed, by position and kind, without showing anything around it."""
    index = next(index for index, char in enumerate(value) if not allowed.fullmatch(char))
    match value[index]:
        case "\r" | "\n":
            kind = "a line break"
        case " " | "\t":
            kind = "a blank"
        case char if char < " " or char == "\x7f":
            kind = f"the control character U+{ord(char):04X}"
        case _:
            kind = "a character outside ASCII"
    return f"{kind} at character {index + 1} of {len(value)}"


def _shown(value: object) -> str:
    return reprlib.repr(value) if isinstance(value, str) else f"a {type(value).__name__}"
