"""A chat stream as events: the order of chunks, where usage goes, and how it ends.

It owns the sequence of chunks and the faults that concern it: missing or odd choices, errors inside the
stream, a missing end. It must not know HTTP.
"""

from __future__ import annotations

import json

from ..behaviors.plan import Plan
from ..faults.stream_error import error_event, failure
from ..http.jsonvalue import JSON, Object
from ..http.sse import DONE, Framing
from .answers import Answer
from .deltas import Step, steps
from .styles import Envelope


def stream(answer: Answer, envelope: Envelope, plan: Plan, options: Object) -> tuple[bytes, ...]:
    """Return the events of a stream, one piece of bytes each.

    Args:
        options: The request's `stream_options`.
    """
    framing = Framing(plan)
    if plan.on("lone-done"):
        return (framing.event(DONE),)
    made = _chunks(answer, envelope, plan, options)
    events = [framing.event(_text(chunk, indent=1 if plan.on("multi-line") else None)) for chunk in made]
    if (kind := plan.text("stream-error")) is not None:
        events = [*events[: len(events) // 2], _error(kind, plan, framing)]
    elif not plan.on("no-done"):
        events.append(framing.event(DONE))
    return tuple(events)


def _text(chunk: JSON, indent: int | None = None) -> str:
    separators = (",", ":") if indent is None else None
    return json.dumps(chunk, ensure_ascii=False, separators=separators, indent=indent)


def _chunks(answer: Answer, envelope: Envelope, plan: Plan, options: Object) -> list[JSON]:
    policy = plan.text("usage") or _policy(options)
    count = plan.number("count") or 1
    made: list[JSON] = []
    for position, step in enumerate(_paired(steps(answer, plan), plan)):
        if position == 1 and (odd := plan.text("no-choices")) is not None:
            made.append(_without_choices(envelope, odd))
        for index in range(count):
            choices: list[JSON] = [envelope.choice(each, index) for each in step]
            chunk = envelope.chunk(choices, answer.usage(step[-1].spent) if policy in ("each", "mixed") else None)
            if step[-1].silent or policy == "null" or (policy == "mixed" and position % 3 == 1):
                chunk["usage"] = None
            elif policy == "mixed" and position % 3 == 2:
                del chunk["usage"]
            made.append(chunk)
    if policy not in ("none", "null") and not plan.on("no-usage-chunk"):
        made.append(envelope.closing(answer.usage()))
    return made


def _policy(options: Object) -> str:
    if options.get("include_usage") is False:
        return "none"
    return "last" if options.get("continuous_usage_stats") is False else "each"


def _paired(made: list[Step], plan: Plan) -> list[list[Step]]:
    """Group steps into events: one each, or two if the plan wants two deltas of one choice per event."""
    width = 2 if plan.on("choice-pair") else 1
    return [made[at : at + width] for at in range(0, len(made), width)]


def _without_choices(envelope: Envelope, kind: str) -> Object:
    chunk = envelope.chunk([], None)
    match kind:
        case "null":
            chunk["choices"] = None
        case "absent":
            del chunk["choices"]
        case _:
            pass
    return chunk


def _error(kind: str, plan: Plan, framing: Framing) -> bytes:
    code = plan.text("code")
    detail: Object = {"message": failure(plan), "type": "server_error", "code": code if code is not None else 500}
    forms = ("string", "object", "object-error")
    return framing.event(_text(error_event(kind, detail, {"error": detail})), None if kind in forms else "error")
