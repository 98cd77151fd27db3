"""The reply to a chat that is not streamed.

It owns the envelope of one JSON object: which keys exist, and which are missing rather than null.
"""

from __future__ import annotations

from ..behaviors.plan import Plan
from ..http.jsonvalue import JSON, Object
from .answers import Answer
from .prose import tokens


def completion(answer: Answer, plan: Plan, *, completion_id: str, created: int, model: str) -> Object:
    return {
        "id": completion_id,
        "choices": [_choice(answer, plan, index) for index in range(plan.number("count") or 1)],
        "created": created,
        "model": model,
        "object": "chat.completion",
        "usage": answer.usage(),
    }


def _choice(answer: Answer, plan: Plan, index: int) -> JSON:
    choice: Object = {"index": index, "message": _message(answer, plan)}
    if not plan.on("no-finish"):
        choice["finish_reason"] = answer.finish
    if (stop_reason := plan.text("stop-reason")) is not None:
        choice["stop_reason"] = int(stop_reason) if stop_reason.isdigit() else stop_reason
    if plan.on("logprobs"):
        choice["logprobs"] = {
            "content": [logprob(token, plan) for token in tokens(answer.content or "")],
            "refusal": None,
        }
    return choice


def _message(answer: Answer, plan: Plan) -> Object:
    message: Object = {}
    if answer.calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in answer.calls
        ]
    message["role"] = "assistant"
    if answer.content is not None:
        message["content"] = answer.content
    match plan.text("content"):
        case "absent":
            message.pop("content", None)
        case "null":
            message["content"] = None
        case _:
            pass
    if answer.refusal is not None:
        message["refusal"] = answer.refusal
    return message | reasoning_keys(answer.reasoning, plan)


def reasoning_keys(text: str, plan: Plan) -> Object:
    """Reasoning under the key, or keys, that the plan wants."""
    if not text:
        return {}
    match plan.text("reasoning"):
        case "reasoning":
            return {"reasoning": text}
        case "both":
            return {"reasoning": text, "reasoning_content": text}
        case _:
            return {"reasoning_content": text}


def logprob(token: str, plan: Plan) -> Object:
    """Return a token with its probability and its alternatives, of which it is the first itself."""
    others = [f"{token}~{rank}" if rank else token for rank in range(plan.number("top-logprobs") or 0)]
    likely: list[JSON] = [_likely(other, rank) for rank, other in enumerate(others)]
    return {**_likely(token, 0), "top_logprobs": likely}


def _likely(token: str, rank: int) -> Object:
    return {"token": token, "logprob": -0.25 - rank, "bytes": [*token.encode()]}
