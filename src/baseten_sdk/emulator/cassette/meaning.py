"""Decides when two requests are the same, what to keep of a request, and how two of them differ. Pure.

Two requests are the same if their method, path, query and body mean the same. The order of fields, the form of the JSON
and the headers do not count.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence

from ..._secrets import HIDDEN, looks_secret
from ..http.exchange import Exchange
from ..http.jsonvalue import JSON
from .interaction import SentRequest
from .secrets import bytes_without, secrets_of, without

PROMPTS = frozenset({"messages", "prompt", "input", "inputs", "instructions", "system", "state", "query", "texts"})
"""Fields of a body that hold what people wrote."""

STRUCTURE = frozenset({"role", "type", "id", "call_id", "tool_call_id", "name", "model"})
"""Fields inside them that do not."""

CANDIDATES = 50
"""Recorded requests that are compared with one that is missing."""

MOST_LINES = 40
"""Lines of a difference that are shown."""

_BLANK = b"\r\n\r\n"
_NAME = re.compile(rb'\bname="([^"\r\n]*)"')
_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)', re.IGNORECASE)


def sent_request(exchange: Exchange, *, ignore: Iterable[str] = (), hide_prompts: bool = False) -> SentRequest:
    """Return what of a request is kept, without what is secret.

    Args:
        ignore: Fields at the top of a JSON body that are left out.
        hide_prompts: Replace what people wrote by its digest.
    """
    secrets = secrets_of(exchange)

    def scrubbed(name: str, text: str) -> str:
        return HIDDEN if looks_secret(name) else without(text, secrets)

    query = {name: scrubbed(name, str(value)) for name, value in sorted(exchange.query.items())}
    body: JSON | bytes
    try:
        body = exchange.json() if exchange.body else None
    except ValueError:
        body = bytes_without(_form(exchange), secrets)
    else:
        body = _mapped(body, scrubbed)
        if isinstance(body, dict):
            body = {name: value for name, value in body.items() if name not in set(ignore)}
            if hide_prompts:
                body = {name: _mapped(each, _hidden) if name in PROMPTS else each for name, each in body.items()}
    return SentRequest(exchange.method, without(exchange.path, secrets), query, body)


def meaning(request: SentRequest) -> str:
    """Return the same for two requests that mean the same."""
    body = request.body.hex() if isinstance(request.body, bytes) else _plain(request.body)
    return json.dumps([request.method, request.path, dict(request.query), body], sort_keys=True)


def difference(request: str, recorded: Sequence[str]) -> str:
    """Describe how a request differs from the most similar recorded one.

    Args:
        request: The request, as text with many lines.
        recorded: The recorded requests, in the same form.
    """
    lines = request.splitlines()
    matcher = difflib.SequenceMatcher(b=lines, autojunk=False)
    best, likeness = recorded[0].splitlines(), -1.0
    for text in recorded[:CANDIDATES]:
        matcher.set_seq1(candidate := text.splitlines())
        if (ratio := matcher.ratio()) > likeness:
            best, likeness = candidate, ratio
    changes = list(difflib.unified_diff(best, lines, "recorded", "asked for", n=2, lineterm=""))
    rest = len(changes) - MOST_LINES
    return "\n".join([*changes[:MOST_LINES], *([f"... and {rest} more lines"] if rest > 0 else [])])


def _form(exchange: Exchange) -> bytes:
    """Return a body that is not JSON, without the secret fields of a form.

    The boundary of a form is different each time.
    """
    if exchange.media_type == "application/x-www-form-urlencoded":
        return b"&".join(map(_field, exchange.body.split(b"&")))
    found = _BOUNDARY.search(exchange.headers.get("content-type", ""))
    if found is None:
        return exchange.body
    return b"--boundary".join(map(_part, exchange.body.split(b"--" + found[1].encode())))


def _field(field: bytes) -> bytes:
    name, _, _ = field.partition(b"=")
    return name + b"=" + HIDDEN.encode() if looks_secret(name.decode("latin-1")) else field


def _part(part: bytes) -> bytes:
    head, _, _ = part.partition(_BLANK)
    name = _NAME.search(head)
    if name is None or not looks_secret(name[1].decode("latin-1")):
        return part
    return head + _BLANK + HIDDEN.encode() + b"\r\n"


def _mapped(value: JSON, text: Callable[[str, str], str], name: str = "") -> JSON:
    """Return the same value with its texts replaced. Each text comes with the name of its field."""
    match value:
        case dict():
            return {key: _mapped(each, text, key) for key, each in value.items()}
        case list():
            return [_mapped(each, text, name) for each in value]
        case str():
            return text(name, value)
        case _:
            return value


def _hidden(name: str, text: str) -> str:
    if name in STRUCTURE or text == HIDDEN:
        return text
    return f"[hidden {hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}]"


def _plain(value: JSON) -> JSON:
    """Return the same value with whole numbers in one form, since 1 and 1.0 are the same in JSON."""
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value
