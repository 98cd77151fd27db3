"""Continues a chat that was cut: whether that is possible, and the request for the rest.

Engines such as vLLM and SGLang continue the last message of a conversation if `continue_final_message` is set. The
partial answer becomes that message, and the reply is the rest of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._json_reading import decode_reply
from ...errors.partial import Partial
from ...types.chat import ChatCompletion
from ..request.json_codec import encode_json
from ..request.request import Request

LIMITS = ("max_tokens", "max_completion_tokens")


def why_not(request: Request, partial: Partial) -> str | None:
    """Return why another member cannot continue, or None if it can.

    Args:
        partial: What had arrived.
    """
    if not isinstance(partial, ChatCompletion):
        return None
    if len(partial.choices) != 1:
        return "several choices cannot be continued"
    message = partial.choices[0].message
    if message.tool_calls:
        return "the model had begun to call a tool"
    if message.refusal:
        return "the model had begun to refuse"
    if not message.content and message.reasoning_content:
        return "the model was still reasoning"
    form = _body(request).get("response_format")
    if message.content and isinstance(form, Mapping) and form.get("type") != "text":
        return "an engine that is held to a schema starts its answer again"
    return None


def continued(request: Request, partial: Partial) -> Request:
    """Build the request for the rest of an answer. If no text had arrived, it is the same request.

    Args:
        partial: What had arrived. `why_not` must have returned None for it.
    """
    if not isinstance(partial, ChatCompletion) or not partial.choices[0].message.content:
        return request
    body = _body(request)
    given = body.get("messages")
    messages: list[object] = list(given) if isinstance(given, list) else []
    text = partial.choices[0].message.content
    begun = messages[-1] if messages and body.get("continue_final_message") is True else None
    if isinstance(begun, dict):
        text = f"{begun.get('content') or ''}{text}"
        del messages[-1]
    body["messages"] = [*messages, {"role": "assistant", "content": text}]
    body["continue_final_message"] = True
    body["add_generation_prompt"] = False
    spent = 0 if partial.usage is None else partial.usage.completion_tokens
    for name in LIMITS:
        limit = body.get(name)
        if isinstance(limit, int):
            body[name] = max(limit - spent, 1)
    return request._replace(body=encode_json(body))


def _body(request: Request) -> dict[str, object]:
    body = decode_reply(request.body)
    return dict(body) if isinstance(body, dict) else {}
