"""`POST {target}/run_remote`: a chain whose entrypoint takes `text` and gives back a string.

With `{"stream": true}` it streams frames: a tag byte, a length of four bytes, JSON. `items` are what it streams,
`header` and `footer` replace those two, and null leaves them out. It owns what chains do that models do not.
"""

from __future__ import annotations

import struct

from ..behaviors.plan import Plan
from ..chat.endpoint import gathered
from ..faults.error_shapes import truss_error
from ..http.exchange import Exchange
from ..http.jsonvalue import JSON, as_list, as_text, dump
from ..http.wire import Reply, json_reply
from .transcription import recorded

_HEADER, _ITEM, _FOOTER = 2, 3, 4


def run_remote(exchange: Exchange) -> Reply:
    if exchange.media_type == "application/octet-stream":
        return Reply(200, {"content-type": exchange.headers["content-type"]}, (exchange.body,))
    try:
        given = exchange.json()
    except ValueError as error:
        return truss_error(400, 700, f"Invalid JSON payload: {error}")
    if not isinstance(given, dict):
        return truss_error(400, 700, "Input Parsing Error: the arguments of run_remote must be an object")
    if (wrong := _ill_typed(given)) is not None:
        return truss_error(400, 700, wrong)
    if given.get("stream") is True:
        pieces = _frames(given)
        if exchange.gathers:
            return gathered(pieces, exchange.plan)
        return Reply(200, {"content-type": "application/octet-stream"}, pieces, chunked=True)
    return json_reply(result(given))


def result(given: JSON) -> JSON:
    """Return a bare string for `text`, otherwise `result`, otherwise the arguments."""
    if not isinstance(given, dict):
        return given
    if "whisper_input" in given:
        return recorded(given, Plan())
    if "text" in given:
        return f"The chain read: {as_text(given['text'], repr(given['text']))}"
    return given.get("result", given)


def _ill_typed(given: dict[str, JSON]) -> str | None:
    """Return the entrypoint's message for arguments of a wrong type. Unknown names are ignored."""
    if isinstance(given.get("text", ""), str):
        return None
    return "Input Parsing Error, failed to validate ChainletInput:\n  `text`: Input should be a valid string."


def _frames(given: dict[str, JSON]) -> tuple[bytes, ...]:
    items = _items(given)
    header, footer = given.get("header", {"count": len(items)}), given.get("footer", {"done": True})
    parts = [(_HEADER, header), *((_ITEM, item) for item in items), (_FOOTER, footer)]
    return tuple(frame(tag, value) for tag, value in parts if tag == _ITEM or value is not None)


def _items(given: dict[str, JSON]) -> list[JSON]:
    return as_list(given.get("items")) or [{"index": index, "text": as_text(given.get("text"))} for index in range(3)]


def frame(tag: int, value: JSON) -> bytes:
    body = dump(value)
    return struct.pack(">BI", tag, len(body)) + body
