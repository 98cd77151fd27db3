"""`POST {target}/predict`: the model that gives back what it is given.

JSON comes back as it is, octets as they are with their type, a multipart form as a description of its parts;
`{"stream": true}` as a stream. It owns the model's behavior; it must not know how a deployment is found or
started.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256

from ..behaviors.plan import Plan
from ..chat.endpoint import gathered
from ..faults.error_shapes import truss_error
from ..http.exchange import Exchange
from ..http.jsonvalue import JSON, Object, as_list, as_object, as_text, dump
from ..http.sse import DONE, Framing
from ..http.wire import Reply, json_reply
from .transcription import recorded

_SENTENCE = "The café opens at eight — “not before”, says Zoë. 日本語もどうぞ 🙂"
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_FIELD = re.compile(r'\b(\w++)="([^"]*)"')


def predict(exchange: Exchange) -> Reply:
    """Answer a predict request."""
    if exchange.method == "GET":
        return json_reply({})
    match exchange.media_type:
        case "application/octet-stream":
            content_type = exchange.headers["content-type"]
            return Reply(200, {"content-type": content_type}, (exchange.body,))
        case "multipart/form-data":
            return _multipart(exchange)
        case _:
            pass
    try:
        given = exchange.json()
    except ValueError as error:
        return truss_error(400, 700, f"Invalid JSON payload: {error}")
    kind = exchange.plan.text("stream")
    wanted = as_object(given)
    if kind is None and wanted.get("stream") is True:
        kind = as_text(wanted.get("format"), "text")
    if kind is not None:
        reply = _stream(kind, wanted, exchange.plan)
        return gathered(reply.pieces, exchange.plan) if exchange.gathers else reply
    return json_reply(output(given, exchange.plan))


def output(given: JSON, plan: Plan) -> JSON:
    """Return the model's output: the same value as its input, with NaN if the plan wants it."""
    if isinstance(given, dict) and "whisper_input" in given:
        return recorded(given, plan)
    if plan.on("nan"):
        return {"echo": given, "nan": float("nan"), "infinity": float("inf")}
    return given


def _stream(kind: str, given: Object, plan: Plan) -> Reply:
    text = as_text(given.get("text")) or as_text(given.get("prompt")) or _SENTENCE
    items = as_list(given.get("items")) or [{"index": index, "word": word} for index, word in enumerate(text.split())]
    chunked = given.get("length") is not True
    match kind:
        case "sse":
            framing = Framing(plan)
            indent = 1 if plan.on("multi-line") else None
            events = [framing.event(json.dumps(item, ensure_ascii=False, indent=indent)) for item in items]
            if not plan.on("no-done"):
                events.append(framing.event(DONE))
            return Reply(200, {"content-type": "text/event-stream; charset=utf-8"}, tuple(events), chunked)
        case "json-lines":
            lines = tuple(dump(item) + b"\n" for item in items)
            return Reply(200, {"content-type": "application/octet-stream"}, lines, chunked)
        case _:
            raw = text.encode()
            pieces = tuple(raw[at : at + 3] for at in range(0, len(raw), 3))
            return Reply(200, {"content-type": "application/octet-stream"}, pieces, chunked)


def _multipart(exchange: Exchange) -> Reply:
    match = _BOUNDARY.search(exchange.headers.get("content-type", ""))
    if match is None:
        return truss_error(400, 700, "Invalid multipart payload: no boundary")
    parts: list[JSON] = []
    for part in exchange.body.split(b"--" + match[1].encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line)
        disposition = next(
            (line for line in head.decode().split("\r\n") if line.lower().startswith("content-disp")), ""
        )
        fields = dict(_FIELD.findall(disposition))
        description: Object = {
            "name": fields.get("name"),
            "filename": fields.get("filename"),
            "content_type": headers.get("content-type"),
            "size": len(content),
            "sha256": sha256(content).hexdigest(),
        }
        if "filename" not in fields:
            description["value"] = content.decode(errors="replace")
        parts.append(description)
    return json_reply({"parts": parts})
