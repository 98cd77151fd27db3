"""`POST /v1/responses`, on the Model APIs and inside a deployment's engine.

It owns the way from a request to a reply, and leaves each part of it to its own file.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256

from ..chat.answers import answer
from ..chat.endpoint import streamed
from ..chat.models import unknown_model
from ..chat.validation import complaint as chat_complaint
from ..faults.error_shapes import error_reply
from ..http.exchange import Exchange
from ..http.jsonvalue import as_object, as_text
from ..http.wire import Reply, json_reply
from .events import stream
from .request import as_chat, complaint
from .response import Head, final_items, items_of, response, status_of


def responses(exchange: Exchange, *, seed: int, models: Collection[str] | None) -> Reply:
    """Answer a request for a response. `models` adds to the usual ones. None accepts any name."""
    plan = exchange.plan
    try:
        body = exchange.json()
    except ValueError as error:
        return error_reply(400, f"Invalid JSON payload: {error}", "3")
    wrong = complaint(body, strict=plan.on("strict-fields"))
    request = as_object(body)
    chat = as_chat(request) if wrong is None else {}
    wrong = wrong or chat_complaint(chat, server_tools=False, model_required=exchange.address.surface == "model-apis")
    if wrong is not None:
        return error_reply(422 if "unknown field" in wrong else 400, wrong, "4")
    model = as_text(request.get("model")) or exchange.address.owner
    if (refused := unknown_model(exchange.address, model, models)) is not None:
        return refused
    made = answer(chat, plan, seed)
    digest = sha256(f"{exchange.request_id}/{model}".encode()).hexdigest()
    head = Head(digest, int(exchange.moment), model, request)
    if request.get("stream") is not True:
        items = final_items(items_of(made, head, plan), plan)
        return json_reply(response(head, items, status_of(made, plan), plan, made))
    events = stream(made, head, plan)
    return streamed(events, plan, gathers=exchange.gathers)
