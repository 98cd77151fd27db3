"""A response as a stream of typed events, and the oddities of the servers that send them.

It owns the order of events. It must not know HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..behaviors.plan import Plan
from ..chat.answers import Answer
from ..chat.prose import tokens
from ..faults.stream_error import error_event, failure
from ..http.jsonvalue import JSON, Object, as_text
from ..http.sse import DONE, Framing
from .response import Head, empty, final_items, items_of, only_part, response, status_of

_NUMBERS = ("sequence_number", "output_index", "content_index")


def stream(answer: Answer, head: Head, plan: Plan) -> tuple[bytes, ...]:
    """Return the events of a stream, one piece of bytes each."""
    framing = Framing(plan)
    if plan.on("lone-done"):
        return (framing.event(DONE),)
    style = plan.text("response-style")
    made = [*_events(answer, head, plan)]
    if (kind := plan.text("stream-error")) is not None:
        made = [*made[: len(made) // 2], _error(kind, plan)]
    pieces: list[bytes] = []
    for number, event in enumerate(made):
        if "sequence_number" not in event and style is None and "type" in event:
            event["sequence_number"] = number
        if style in ("llama-cpp", "litellm"):
            for name in _NUMBERS if style == "llama-cpp" else _NUMBERS[:1]:
                event.pop(name, None)
        named = style in (None, "llama-cpp") and "type" in event
        line = as_text(event["type"]) if named else None
        pieces.append(framing.event(_text(event, plan), line))
    if style == "litellm" and kind is None and not plan.on("no-done"):
        pieces.append(framing.event(DONE))
    return tuple(pieces)


def _text(event: Object, plan: Plan) -> str:
    indent = 1 if plan.on("multi-line") else None
    return json.dumps(event, ensure_ascii=False, separators=(",", ":") if indent is None else None, indent=indent)


def _error(kind: str, plan: Plan) -> Object:
    code = plan.text("code") or "server_error"
    detail: Object = {"message": failure(plan), "type": "server_error", "code": code}
    return error_event(kind, detail, {**detail, "type": "error", "param": None})


def _events(answer: Answer, head: Head, plan: Plan) -> Iterator[Object]:
    style = plan.text("response-style")
    if style == "llama-cpp":
        begun: Object = {"id": head.id("resp"), "object": "response", "status": "in_progress"}
    else:
        begun = response(head, [], "queued" if style == "transformers" else "in_progress", plan)
    yield {"type": "response.created", "response": begun}
    items = items_of(answer, head, plan)
    at_once = plan.on("no-deltas")
    yield {"type": "response.in_progress", "response": {**begun, "output": [*items]} if at_once else begun}
    for index, item in enumerate([] if at_once else items):
        for _ in range(2 if plan.on("duplicate-calls") and item["type"] == "function_call" else 1):
            yield from _item(item, index, plan)
    if plan.on("other-event"):
        yield {"type": "response.weather", "sky": "clear"}
    if plan.on("no-finish"):
        return
    status = status_of(answer, plan)
    whole = response(head, final_items(items, plan), status, plan, answer)
    yield {"type": f"response.{status}", "response": whole}


def _item(item: Object, index: int, plan: Plan) -> Iterator[Object]:
    added: Object = {"type": "response.output_item.added", "output_index": index, "item": empty(item)}
    done: Object = {"type": "response.output_item.done", "output_index": index, "item": item}
    where: Object = {"item_id": item["id"], "output_index": index}
    yield added
    match item["type"]:
        case "function_call":
            yield from _call(item, where, done, plan)
        case "reasoning":
            yield from _part(only_part(item), where, "reasoning_text")
            yield done
        case "mcp_call":
            yield {"type": "response.mcp_call.in_progress", **where}
            yield done
        case _:
            yield from _message(only_part(item), where)
            if not plan.on("no-item-done"):
                yield done


def _call(item: Object, where: Object, done: Object, plan: Plan) -> Iterator[Object]:
    """The events of a call, whose end may be announced before the last piece of its arguments."""
    kind = "response.function_call_arguments"
    arguments = as_text(item["arguments"])
    pieces = [arguments] if plan.on("tool-whole") else tokens(arguments)
    early = plan.text("early-done")
    announced = {"empty": "", "object": "{}", "cut": arguments[: len(arguments) // 2]}.get(early or "", arguments)
    ends: list[Object] = [{"type": f"{kind}.done", **where, "name": item["name"], "arguments": announced}]
    if not plan.on("no-item-done"):
        ends.append({**done, "item": {**item, "arguments": announced}})
    last = 0 if early == "object" else len(pieces) - 1 if early else len(pieces)
    for piece in pieces[:last]:
        yield {"type": f"{kind}.delta", **where, "delta": piece}
    yield from ends
    for piece in pieces[last:]:
        yield {"type": f"{kind}.delta", **where, "delta": piece}


def _message(part: Object, where: Object) -> Iterator[Object]:
    here: Object = {**where, "content_index": 0}
    name = "refusal" if part["type"] == "refusal" else "text"
    yield {"type": "response.content_part.added", **here, "part": {**part, name: ""}}
    yield from _part(part, where, as_text(part["type"]))
    yield {"type": "response.content_part.done", **here, "part": part}


def _part(part: Object, where: Object, kind: str) -> Iterator[Object]:
    here: Object = {**where, "content_index": 0}
    name = "refusal" if kind == "refusal" else "text"
    more: Object = {"logprobs": []} if kind == "output_text" else {}
    written: JSON = part[name]
    for piece in tokens(as_text(written)):
        yield {"type": f"response.{kind}.delta", **here, "delta": piece, **more}
    yield {"type": f"response.{kind}.done", **here, name: written, **more}
