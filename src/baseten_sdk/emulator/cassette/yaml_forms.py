"""The form of an interaction in the file of a cassette: values as trees of YAML, and back, byte by byte.

A body that is JSON in one of the usual forms is written as YAML, any other text as text, and the rest as base64. A
stream is one text; its pieces stand beside it, as the bytes of each and the seconds since the one before. It must not
know the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ..http.jsonvalue import JSON
from .interaction import ReceivedReply, ReplyEnding, SentRequest, TimedPiece

STYLES: Mapping[str, tuple[tuple[str, str], bool]] = {
    "compact": ((",", ":"), False),
    "spaced": ((", ", ": "), False),
    "compact-ascii": ((",", ":"), True),
    "spaced-ascii": ((", ", ": "), True),
}
"""How JSON is written: its separators, and whether it is all ASCII. The first needs no mention in a file."""


class StrictForm(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class BytesForm(StrictForm):
    """Bytes, written as text where possible."""

    text: str | None = None
    raw: bytes | None = Field(None, alias="bytes")

    def bytes_given(self) -> bytes:
        return self.raw if self.raw is not None else (self.text or "").encode()


class RequestForm(BytesForm):
    method: str
    path: str
    query: dict[str, str] = {}
    body: JsonValue = None

    def value(self) -> SentRequest:
        if self.text is None and self.raw is None:
            return SentRequest(self.method, self.path, self.query, self.body)
        body: JSON | bytes = self.bytes_given()
        with suppress(ValueError, RecursionError):
            body = json.loads(self.bytes_given())  # JSON for which YAML has no form
        return SentRequest(self.method, self.path, self.query, body)


class ReplyForm(BytesForm):
    status: int
    seconds: float
    headers: dict[str, str] = {}
    body: JsonValue = None
    style: str = "compact"
    pieces: str | None = None
    ending: ReplyEnding = "complete"

    def value(self) -> ReceivedReply:
        data = _written(self.body, self.style) if "body" in self.model_fields_set else self.bytes_given()
        streamed = self.pieces is not None
        pieces = f"{len(data)}@0" if self.pieces is None and data else self.pieces or ""
        return ReceivedReply(self.status, self.headers, self.seconds, tuple(_cut(data, pieces)), streamed, self.ending)


class InteractionForm(StrictForm):
    request: RequestForm
    reply: ReplyForm


def request_tree(request: SentRequest) -> dict[str, object]:
    tree: dict[str, object] = {"method": request.method, "path": request.path}
    if request.query:
        tree["query"] = dict(request.query)
    if isinstance(request.body, bytes):
        return tree | _bytes_tree(request.body)
    if not _has_form(request.body):
        return tree | {"text": json.dumps(request.body)}
    return tree if request.body is None else tree | {"body": request.body}


def reply_tree(reply: ReceivedReply) -> dict[str, object]:
    tree: dict[str, object] = {"status": reply.status, "seconds": round(reply.seconds, 3)}
    if reply.headers:
        tree["headers"] = dict(reply.headers)
    if reply.ending != "complete":
        tree["ending"] = reply.ending
    data = b"".join(piece.data for piece in reply.pieces)
    if reply.streamed:
        tree["pieces"] = " ".join(f"{len(each.data)}@{each.after:.3f}" for each in reply.pieces)
        return tree | _bytes_tree(data)
    return tree | _json_tree(data) if data else tree


def _cut(data: bytes, pieces: str) -> Iterator[TimedPiece]:
    """Yield the pieces of a stream.

    Raises:
        ValueError: They are not as long as the stream.
    """
    start = 0
    for piece in pieces.split():
        size, _, after = piece.partition("@")
        end = start + int(size)
        yield TimedPiece(float(after), data[start:end])
        start = end
    if start != len(data):
        raise ValueError(f"the pieces have {start} bytes, and the text has {len(data)}")


def _json_tree(data: bytes) -> dict[str, object]:
    """Return a body as JSON if the same bytes can be made from it again."""
    if data.lstrip()[:1] in (b"{", b"["):
        with suppress(ValueError, RecursionError):
            body: JSON = json.loads(data)
            for style in STYLES if _has_form(body) else ():
                if _written(body, style) == data:
                    return {"body": body} if style == "compact" else {"style": style, "body": body}
    return _bytes_tree(data)


def _has_form(body: JSON) -> bool:
    """Whether YAML has a form for it: it has none for half a character."""
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _written(body: JSON, style: str) -> bytes:
    separators, ascii_only = STYLES[style]
    return json.dumps(body, ensure_ascii=ascii_only, separators=separators).encode("utf-8", "surrogatepass")


def _bytes_tree(data: bytes) -> dict[str, object]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"bytes": data}
