"""`POST /v1/chat/completions`, on the Model APIs and inside a deployment's engine.

It owns the way from a request to a reply, and leaves each part of it to its own file: the checks, the answer,
the envelope, the stream.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256

from ..behaviors.plan import Plan
from ..faults.error_shapes import error_reply, truss_error
from ..http.exchange import Exchange
from ..http.jsonvalue import JSON, as_number, as_object, as_text, dump
from ..http.wire import Reply, json_reply
from .answers import answer
from .chunks import stream
from .completion import completion
from .models import unknown_model
from .styles import Envelope
from .validation import complaint

_VERBOSE = ("openai/", "deepseek-ai/", "emulator/")
"""Models whose errors have shape 3. Of the others a request for log probabilities is refused."""

_TELLS_LOGPROBS = "emulator/"
"""The shared models that return log probabilities. gpt-oss and DeepSeek ignore the parameter.

A deployment's engine returns them.
"""


def chat(exchange: Exchange, *, seed: int, models: Collection[str] | None) -> Reply:
    """Answer a chat request. `models` adds to the usual ones. None accepts any name."""
    shared = exchange.address.surface == "model-apis"
    try:
        body = exchange.json()
    except ValueError as error:
        message = f"Invalid JSON payload: {error}"
        return error_reply(400, message, "3") if shared else truss_error(400, 700, message)
    tools = exchange.headers.get("x-baseten-server-tools", "").lower() == "true"
    wrong = complaint(body, server_tools=tools, model_required=shared)
    request = as_object(body)
    model = as_text(request.get("model")) or exchange.address.owner
    if wrong is not None:
        return error_reply(400, wrong, "3" if model.startswith(_VERBOSE) else "4")
    if (refused := unknown_model(exchange.address, model, models)) is not None:
        return refused
    plan = exchange.plan
    if request.get("logprobs") is True and not plan.on("logprobs"):
        if shared and not model.startswith(_VERBOSE):
            return error_reply(400, "returning log probs is not supported", "4")
        if not shared or model.startswith(_TELLS_LOGPROBS):
            plan = Plan({"logprobs": True, "top-logprobs": int(as_number(request.get("top_logprobs")) or 0)}).merged(
                plan
            )
    if plan.text("style") is None:
        plan = Plan({"style": _style(model)}).merged(plan)
    made = answer(request, plan, seed)
    digest = sha256(f"{exchange.request_id}/{model}".encode()).hexdigest()[:32]
    created = int(exchange.moment)
    if request.get("stream") is not True:
        return json_reply(completion(made, plan, completion_id=f"chatcmpl-{digest}", created=created, model=model))
    envelope = Envelope(plan.text("style") or "a", f"chatcmpl-{digest}", created, model)
    events = stream(made, envelope, plan, as_object(request.get("stream_options")))
    return streamed(events, plan, gathers=exchange.gathers)


def _style(model: str) -> str:
    """Return which backend serves a model: the verbose one, or the sparse one of the GLM family."""
    return "c" if "glm" in model.lower() else "a"


def streamed(events: tuple[bytes, ...], plan: Plan, *, gathers: bool) -> Reply:
    """Return a stream of events.

    Args:
        gathers: Whether the model runtime gathers them.
    """
    if gathers:
        return gathered(events, plan)
    return Reply(200, {"content-type": "text/event-stream", "cache-control": "no-cache"}, events, chunked=True)


def gathered(events: tuple[bytes, ...], plan: Plan) -> Reply:
    """Return a stream as the model runtime sends it to a caller that accepts bare JSON: all of it in one JSON
    string."""
    if plan.on("cut") or plan.on("end"):
        return truss_error(500, 500, "Unhandled exception: RuntimeError: the model failed while it was answering")
    text: JSON = b"".join(events).decode()
    return Reply(200, {"content-type": "application/json"}, (dump(text),))
