"""A response: what an answer looks like in this format.

It owns the form of responses and their items. It must not know streams.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from ..behaviors.plan import Plan
from ..chat.answers import Answer
from ..faults.stream_error import failure
from ..http.jsonvalue import JSON, Object, as_list, as_object

_ECHOED = (
    "instructions",
    "max_output_tokens",
    "metadata",
    "parallel_tool_calls",
    "temperature",
    "tool_choice",
    "top_p",
)

ENDINGS = {"length": "max_output_tokens", "content_filter": "content_filter"}


@dataclass(frozen=True, slots=True)
class Head:
    """What a response has besides what the model made.

    Attributes:
        digest: What its IDs are made of.
    """

    digest: str
    created: int
    model: str
    request: Object

    def id(self, kind: str, number: int = 0) -> str:
        return f"{kind}_{sha256(f'{self.digest}/{kind}/{number}'.encode()).hexdigest()[:40]}"


def response(head: Head, items: list[JSON], status: str, plan: Plan, answer: Answer | None = None) -> Object:
    """Return the whole object. Without an answer it has only begun."""
    style = plan.text("response-style")
    made: Object = {
        "id": head.id("resp"),
        "object": "response",
        "created_at": head.created + 0.25 if style == "transformers" else head.created,
        "status": status,
        "model": head.model,
        "output": items,
        "error": None,
        "incomplete_details": None,
        "usage": None if answer is None else usage(answer),
        "text": head.request.get("text") or {"format": {"type": "text"}},
        "tools": head.request.get("tools") or [],
        "store": False,
    }
    made |= {name: head.request.get(name) for name in _ECHOED}
    if status == "failed":
        made["error"] = {"code": plan.text("code") or "server_error", "message": failure(plan)}
    if status == "incomplete" and answer is not None:
        made["incomplete_details"] = {"reason": ENDINGS.get(answer.finish, "max_output_tokens")}
    return made


def status_of(answer: Answer, plan: Plan) -> str:
    """Return how a response ends: as the plan wants it, else as the answer did."""
    usual = "incomplete" if answer.finish in ENDINGS and plan.text("response-style") != "llama-cpp" else "completed"
    return plan.text("ending") or usual


def usage(answer: Answer) -> Object:
    """Return the usage with the names of this format. Cached tokens are part of the input."""
    return {
        "input_tokens": answer.prompt_tokens,
        "input_tokens_details": {"cached_tokens": answer.prompt_tokens // 64 * 64},
        "output_tokens": answer.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
        "total_tokens": answer.prompt_tokens + answer.completion_tokens,
    }


def items_of(answer: Answer, head: Head, plan: Plan) -> list[Object]:
    """Return the items of an answer: thoughts, calls, a message."""
    items: list[Object] = []
    if answer.reasoning:
        thought: Object = {"type": "reasoning_text", "text": answer.reasoning}
        items.append(
            {"id": head.id("rs"), "type": "reasoning", "summary": [], "content": [thought], "status": "completed"}
        )
    if plan.on("other-block"):
        hosted: Object = {"type": "mcp_call", "server_label": "hosted", "name": "look_up", "arguments": "{}"}
        items.append({"id": head.id("mcp"), **hosted, "output": "found", "status": "completed"})
    for number, call in enumerate(answer.calls):
        items.append(
            {
                "id": head.id("fc", number),
                "type": "function_call",
                "status": "completed",
                "call_id": call.id,
                "name": call.name,
                "arguments": call.arguments,
            }
        )
    part = part_of(answer)
    if part is not None:
        status = "incomplete" if answer.finish in ENDINGS else "completed"
        message: Object = {"type": "message", "status": status, "role": "assistant", "content": [part]}
        if plan.on("commentary") and answer.content is not None:
            # It looks like an answer, with other numbers in it.
            draft: Object = {**part, "text": re.sub(r"\d", "0", f"A draft: {answer.content}")}
            items.append({"id": head.id("msg", 1), **message, "content": [draft], "phase": "commentary"})
            message["phase"] = "final_answer"
        items.append({"id": head.id("msg"), **message})
    return items


def part_of(answer: Answer) -> Object | None:
    """Return the content of the message, or None."""
    if answer.refusal is not None:
        return {"type": "refusal", "refusal": answer.refusal}
    if answer.content is None:
        return None
    return {"type": "output_text", "text": answer.content, "annotations": [], "logprobs": []}


def final_items(items: list[Object], plan: Plan) -> list[JSON]:
    """Return the items as the last event and the plain reply have them."""
    if plan.on("bare-ending"):
        return []
    made: list[JSON] = []
    for item in items:
        made.append(item)
        if plan.on("duplicate-calls") and item["type"] == "function_call":
            made.append({**item})
    return made


def empty(item: Object) -> Object:
    """Return an item as it begins."""
    nothing: Object = {"arguments": ""} if item["type"] == "function_call" else {"content": []}
    return {**item, "status": "in_progress", **nothing}


def only_part(item: Object) -> Object:
    return as_object(as_list(item.get("content"))[0])
