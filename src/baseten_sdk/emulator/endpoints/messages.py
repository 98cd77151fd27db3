"""`POST /v1/messages`, on the Model APIs and inside a deployment's engine.

It owns the way from a request to a reply, and leaves each part of it to its own file.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from ..behaviors.plan import Plan
from ..chat.answers import Answer, answer
from ..chat.endpoint import streamed
from ..faults.error_shapes import message_error
from ..http.exchange import Exchange
from ..http.jsonvalue import Object, as_list, as_object, as_text
from ..http.wire import Reply, json_reply
from ..messages.as_chat import chat_body
from ..messages.events import stream
from ..messages.reply import message
from ..messages.validation import complaint

THREADLESS = "thread: the service keeps no messages; send the whole conversation"
"""Anthropic's package then continues without threads. A reply to half of a conversation would only look right."""


def messages(exchange: Exchange, *, seed: int) -> Reply:
    """Answer a request of messages."""
    plan, request_id = exchange.plan, exchange.request_id
    try:
        body = exchange.json()
    except ValueError as error:
        return message_error(400, f"Invalid JSON payload: {error}", request_id)
    if (wrong := complaint(body)) is not None:
        return message_error(400, wrong, request_id)
    request = as_object(body)
    if request.get("thread") is not None:
        return message_error(400, THREADLESS, request_id, {"error_code": "thread_unsupported_request"})
    model = as_text(request.get("model"))
    if model.startswith("unknown/") or plan.on("no-messages"):
        return message_error(404, f"model: {model} does not exist or does not support messages", request_id)
    if plan.on("no-images") and _has_image(request):
        return message_error(400, "This model does not support multimodal (image/video/audio) inputs.", request_id)
    made, stopped_by = _answered(request, plan, seed)
    digest = sha256(f"{request_id}/{model}".encode()).hexdigest()[:24]
    whole = message(made, plan, message_id=f"msg_{digest}", model=model, stopped_by=stopped_by)
    if request.get("stream") is not True or plan.on("no-stream"):
        return json_reply(whole)
    events = stream(whole, made, plan)
    return streamed(events, plan, gathers=exchange.gathers and exchange.address.surface == "model")


def _answered(request: Object, plan: Plan, seed: int) -> tuple[Answer, str | None]:
    """Return the answer, and the stop sequence that ended it."""
    chat_form = chat_body(request)
    made = answer(chat_form, plan, seed)
    stops = [as_text(stop) for stop in as_list(request.get("stop_sequences"))]
    found = [(at, stop) for stop in stops if stop and (at := (made.content or "").find(stop)) >= 0]
    if not found:
        return made, None
    at, stop = min(found)
    return replace(made, content=(made.content or "")[:at]), stop


def _has_image(request: Object) -> bool:
    turns = [as_list(as_object(turn).get("content")) for turn in as_list(request.get("messages"))]
    return any(as_object(block).get("type") == "image" for turn in turns for block in turn)
