"""Deliveries as Baseten posts them, and the ASGI application called without a server."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from baseten_sdk.receiver import StoredDelivery
from baseten_sdk.receiver.app import WebhookReceiver
from baseten_sdk.receiver.asgi import Message, Scope
from baseten_sdk.webhooks import sign

SECRET = "whsec_" + "r" * 40


def body_of(request_id: str, data: object = "output", at: float | None = None) -> bytes:
    """The body of a delivery, sent now unless `at` says when."""
    moment = datetime.fromtimestamp(time.time() if at is None else at, UTC)
    return json.dumps(
        {
            "request_id": request_id,
            "model_id": "abcd1234",
            "deployment_id": "wxyz123",
            "type": "async_request_completed",
            "time": moment.isoformat().replace("+00:00", "Z"),
            "data": data,
            "errors": [],
        }
    ).encode()


def stored(request_id: str, data: object = "output") -> StoredDelivery:
    return StoredDelivery(request_id, body_of(request_id, data, at=1_790_000_000), 1_790_000_000.25)


def signed(body: bytes, secrets: str | Sequence[str] = SECRET) -> list[tuple[bytes, bytes]]:
    """The headers of a delivery."""
    return [(b"content-type", b"application/json"), (b"x-baseten-signature", sign(body, secrets).encode())]


@dataclass
class Answer:
    """What the application answered."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    messages_read: int = 0


def scope_of(headers: Sequence[tuple[bytes, bytes]], method: str = "POST", path: str = "/", root: str = "") -> Scope:
    return {"type": "http", "method": method, "path": path, "root_path": root, "headers": list(headers)}


async def call(receiver: WebhookReceiver, scope: Scope, pieces: Sequence[bytes | None] = (b"",)) -> Answer:
    """Call the application; a piece that is None is a client that goes away."""
    answer = Answer()
    last = len(pieces) - 1

    async def receive() -> Message:
        place = answer.messages_read
        answer.messages_read += 1
        piece = pieces[place]
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": place < last}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            assert isinstance(message["status"], int)
            assert isinstance(message["headers"], list)
            answer.status, answer.headers = message["status"], dict(message["headers"])
        else:
            assert isinstance(message["body"], bytes)
            answer.body += message["body"]

    await receiver(scope, receive, send)
    return answer


async def deliver(receiver: WebhookReceiver, body: bytes, secrets: str | Sequence[str] = SECRET) -> Answer:
    return await call(receiver, scope_of(signed(body, secrets)), [body])
