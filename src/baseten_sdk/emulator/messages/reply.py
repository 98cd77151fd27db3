"""A message: its blocks, the reason why it ended, and its usage, which servers count differently.

It owns the JSON of one message. It must not know streams.
"""

from __future__ import annotations

import json

from ..behaviors.plan import Plan
from ..chat.answers import Answer
from ..http.jsonvalue import JSON, Object

_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}


def message(answer: Answer, plan: Plan, *, message_id: str, model: str, stopped_by: str | None) -> Object:
    """Return the whole message."""
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": blocks(answer, plan),
        **end(answer, plan, stopped_by),
        "usage": usage(answer, plan),
    }


def end(answer: Answer, plan: Plan, stopped_by: str | None) -> Object:
    """Return why the message ended."""
    if plan.on("refusal"):
        return {"stop_reason": "refusal", "stop_sequence": None}
    reason = "stop_sequence" if stopped_by is not None else _REASONS.get(answer.finish, answer.finish)
    return {"stop_reason": reason, "stop_sequence": stopped_by}


def blocks(answer: Answer, plan: Plan) -> list[JSON]:
    """Return the content. A call that was cut at the limit has an empty input: only the `stop_reason` reveals it."""
    made: list[JSON] = []
    if answer.reasoning:
        made.append({"type": "thinking", "thinking": answer.reasoning, "signature": ""})
    text = answer.refusal or answer.content
    if text:
        made.append({"type": "text", "text": text})
    if plan.on("other-block"):
        made.append({"type": "hologram", "shape": "cube", "layers": "red green blue"})
    for call in answer.calls:
        given: JSON = {} if answer.finish == "length" else json.loads(call.arguments)
        made.append({"type": "tool_use", "id": call.id, "name": call.name, "input": given})
    return made


def usage(answer: Answer, plan: Plan) -> Object:
    """Return the usage of the whole message.

    Baseten's `input_tokens` include cached ones, unlike those of other servers.
    """
    cached = answer.prompt_tokens // 64 * 64
    match plan.text("message-usage"):
        case "exclusive":
            counts: Object = {
                "input_tokens": answer.prompt_tokens - cached,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": cached,
            }
        case "llama-cpp":
            counts = {"input_tokens": 1, "cache_read_input_tokens": answer.prompt_tokens - 1}
        case _:
            counts = {"input_tokens": answer.prompt_tokens, "cache_read_input_tokens": cached}
    counts["output_tokens"] = answer.completion_tokens
    return {name: str(count) for name, count in counts.items()} if plan.on("string-counts") else counts
