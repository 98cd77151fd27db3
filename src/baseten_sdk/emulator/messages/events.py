"""A message as a stream of events: their order, their deltas, and the oddities of servers.

It owns the sequence of events. It must not know HTTP.
"""

from __future__ import annotations

from ..behaviors.plan import Plan
from ..chat.answers import Answer
from ..chat.prose import tokens
from ..faults.stream_error import failure
from ..http.jsonvalue import JSON, Object, as_list, as_object, as_text, dump
from ..http.sse import DONE, Framing
from .reply import usage

_INPUT_SIDE = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def stream(whole: Object, answer: Answer, plan: Plan) -> tuple[bytes, ...]:
    """Return the events of a stream, one piece of bytes each.

    Args:
        whole: The message that they make up.
        answer: Where it comes from.
        plan: The behaviors.
    """
    framing = Framing(plan)
    events = _events(whole, answer, plan)
    if plan.text("stream-error") is not None:
        error: Object = {"type": "error", "error": {"type": plan.text("code") or "api_error", "message": failure(plan)}}
        events = [*events[: len(events) // 2], error]
    pieces = [
        framing.event(dump(event).decode(), None if plan.on("plain-events") else as_text(event["type"]))
        for event in events
    ]
    return (*pieces, framing.event(DONE)) if plan.on("message-done") else tuple(pieces)


def _events(whole: Object, answer: Answer, plan: Plan) -> list[Object]:
    used = usage(answer, plan)
    # llama.cpp reports the input at the start and never again. Baseten begins with zeros, or with the input alone, and
    # reports everything at the end.
    early = plan.text("message-usage") == "llama-cpp"
    start: Object = {"input_tokens": 0, "output_tokens": 0}
    if early:
        start = {**used, "output_tokens": 0}
    elif plan.text("message-usage") == "early":
        start["input_tokens"] = used["input_tokens"]
    late = {name: count for name, count in used.items() if not early or name not in _INPUT_SIDE}
    opened: Object = {**whole, "content": [], "stop_reason": None, "stop_sequence": None, "usage": start}
    events: list[Object] = [{"type": "message_start", "message": opened}, {"type": "ping"}]
    for index, block in enumerate(as_list(whole["content"])):
        events += _block(0 if plan.on("one-index") else index, as_object(block), answer, plan)
    if plan.on("other-event"):
        events.append({"type": "weather", "sky": "clear"})
    delta: Object = {"stop_reason": whole["stop_reason"], "stop_sequence": whole["stop_sequence"]}
    events.append({"type": "message_delta", "delta": delta, "usage": late})
    return events if plan.on("no-done") else [*events, {"type": "message_stop"}]


def _block(index: int, block: Object, answer: Answer, plan: Plan) -> list[Object]:
    match block["type"]:
        case "text":
            opened: Object = {"type": "text", "text": ""}
            if plan.on("opening-text"):
                opened, block = block, {**block, "text": ""}
            deltas = [_delta("text_delta", "text", piece) for piece in tokens(as_text(block["text"]))]
        case "thinking":
            opened = {"type": "thinking", "thinking": "", "signature": ""}
            deltas = [_delta("thinking_delta", "thinking", piece) for piece in tokens(as_text(block["thinking"]))]
            deltas.append(_delta("signature_delta", "signature", "c2ln"))
        case "tool_use":
            opened = {name: value for name, value in block.items() if name != "input"}
            if not plan.on("no-input"):
                opened["input"] = {}
            written = next(call.arguments for call in answer.calls if call.id == block["id"])
            deltas = [_delta("input_json_delta", "partial_json", piece) for piece in _split(written)]
        case "hologram":
            opened = {**block, "layers": None}
            deltas = [_delta("hologram_delta", "layers", piece) for piece in tokens(as_text(block["layers"]))]
        case _:
            opened, deltas = block, []
    made: list[Object] = [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
    made.append({"type": "content_block_stop", "index": index})
    if block["type"] == "tool_use" and plan.on("early-done"):
        place = len(deltas) - 1 if plan.text("early-done") == "cut" else 0
        made.insert(place, made.pop())
    return [{"type": "content_block_start", "index": index, "content_block": opened}, *made]


def _delta(kind: str, name: str, piece: str) -> JSON:
    return {"type": kind, name: piece}


def _split(arguments: str) -> list[str]:
    """Cut arguments into pieces, also inside keys and values."""
    return [arguments[at : at + 5] for at in range(0, len(arguments), 5)]
