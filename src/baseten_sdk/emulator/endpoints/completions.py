"""`/v1/completions` of an engine: text that continues a prompt. The Model APIs have no such route."""

from __future__ import annotations

from hashlib import sha256

from ..behaviors.plan import Plan
from ..chat.answers import answer
from ..chat.prose import tokens
from ..faults.error_shapes import error_reply
from ..faults.stream_error import failure
from ..http.exchange import Exchange
from ..http.jsonvalue import JSON, Object, as_list, as_number, as_object, as_text, dump
from ..http.sse import DONE, Framing
from ..http.wire import Reply, json_reply


def completions(exchange: Exchange, *, seed: int) -> Reply:
    """Answer a request."""
    try:
        body = as_object(exchange.json())
    except ValueError as error:
        return error_reply(400, f"Invalid JSON payload: {error}", "4")
    prompts = _prompts(body.get("prompt"))
    if not prompts:
        return error_reply(400, "prompt: must be a string, token ids, or a list of these", "4")
    choices, spent = _choices(body, prompts, exchange.plan, seed)
    used = sum(len(tokens(prompt)) for prompt in prompts)
    usage: Object = {"prompt_tokens": used, "completion_tokens": spent, "total_tokens": used + spent}
    head: Object = {
        "id": f"cmpl-{sha256(exchange.request_id.encode()).hexdigest()[:32]}",
        "object": "text_completion",
        "created": int(exchange.moment),
        "model": as_text(body.get("model")) or exchange.address.owner,
    }
    if body.get("stream") is not True:
        return json_reply({**head, "choices": [*choices], "usage": usage})
    chunks = _chunks(head, choices)
    # Engines report it if they are asked to. A chunk without choices would surprise those who did not ask.
    if as_object(body.get("stream_options")).get("include_usage") is True:
        chunks.append({**head, "choices": [], "usage": usage})
    return Reply(200, {"content-type": "text/event-stream"}, _events(chunks, exchange.plan), chunked=True)


def _choices(body: Object, prompts: list[str], plan: Plan, seed: int) -> tuple[list[Object], int]:
    """Return the choices of all prompts, and the tokens spent on them."""
    choices: list[Object] = []
    wanted = as_number(body.get("logprobs"))
    spent = 0
    for prompt in prompts:
        chat: Object = {
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": body.get("max_tokens") or 16,
            "stop": body.get("stop"),
        }
        made = answer(chat, plan, seed)
        spent += made.completion_tokens
        content = made.content or ""
        for _ in range(int(as_number(body.get("n")) or 1)):
            text = prompt + content if body.get("echo") is True else content
            logprobs = _logprobs(text, int(wanted)) if wanted is not None else None
            choices.append({"index": len(choices), "text": text, "logprobs": logprobs, "finish_reason": made.finish})
    return choices, spent


def _events(chunks: list[Object], plan: Plan) -> tuple[bytes, ...]:
    framing = Framing(plan)
    events = [framing.event(dump(chunk).decode()) for chunk in chunks]
    if plan.text("stream-error") is not None:
        error: JSON = {"error": {"message": failure(plan), "code": 500}}
        events = [*events[: len(events) // 2], framing.event(dump(error).decode())]
    elif not plan.on("no-done"):
        events.append(framing.event(DONE))
    return tuple(events)


def _chunks(head: Object, choices: list[Object]) -> list[Object]:
    made: list[Object] = []
    for choice in choices:
        unfinished: Object = {**choice, "finish_reason": None}
        for piece in tokens(as_text(choice["text"])):
            logprobs = None if choice["logprobs"] is None else _logprobs(piece, 0)
            made.append({**head, "choices": [{**unfinished, "text": piece, "logprobs": logprobs}]})
        made.append({**head, "choices": [{**choice, "text": "", "logprobs": None}]})
    return made


def _logprobs(text: str, others: int) -> Object:
    """Return the same probability for each token, with as many others as were asked for."""
    pieces = tokens(text)
    probabilities = [-0.1] * len(pieces)
    offsets = [sum(map(len, pieces[:place])) for place in range(len(pieces))]
    likely: list[JSON] = [
        {f"{token}~{rank}" if rank else token: -0.1 - rank for rank in range(others)} for token in pieces
    ]
    return {
        "tokens": [*pieces],
        "token_logprobs": [*probabilities],
        "top_logprobs": likely if others else None,
        "text_offset": [*offsets],
    }


def _prompts(given: JSON) -> list[str]:
    """Return the prompts as texts. Token IDs become their numbers."""
    if isinstance(given, str):
        return [given]
    items = as_list(given)
    if items and all(isinstance(each, int) for each in items):
        return [" ".join(map(str, items))]
    return [each if isinstance(each, str) else " ".join(map(str, as_list(each))) for each in items]
