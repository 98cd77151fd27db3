"""Applies faults to a reply: cuts, shortens, replaces or splits it. Pure. It must not touch a connection."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from email.utils import formatdate

from ..behaviors.plan import Plan
from ..behaviors.table import HALF
from ..http.jsonvalue import dump
from ..http.wire import Ending, Reply

HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\r\n"


def dress(reply: Reply, plan: Plan) -> Reply:
    """Return the reply with everything that the plan asks of the bytes and the head."""
    reply = _replaced(replace(reply, headers=reply.headers | _headers(plan)), plan)
    if reply.status < 400 or plan.on("status"):
        reply = _shortened(reply, plan)
    if plan.on("length"):
        reply = replace(reply, chunked=False)
    if (size := plan.number("pieces")) is not None:
        body, size = reply.body, max(size, 1)
        reply = replace(reply, pieces=tuple(body[at : at + size] for at in range(0, len(body), size)))
    if plan.on("burst"):
        reply = replace(reply, pieces=(reply.body,))
    return replace(reply, delay=plan.seconds("delay"), pause=plan.seconds("pause"))


def _replaced(reply: Reply, plan: Plan) -> Reply:
    """Return the reply with another body, if the plan wants one."""
    match plan.text("reply"):
        case "html":
            headers = reply.headers | {"content-type": "text/html"}
            return replace(reply, headers=headers, pieces=(HTML,), chunked=False)
        case "error":
            body = dump({"error": plan.text("message") or "the model failed"})
            headers = reply.headers | {"content-type": "application/json"}
            return replace(reply, headers=headers, pieces=(body,), chunked=False)
        case "empty":
            return replace(reply, pieces=(), chunked=False)
        case "truncated":
            return replace(reply, pieces=(reply.body[: len(reply.body) // 2],), chunked=False)
        case "not-json":
            return replace(reply, pieces=(b"upstream says hello",), chunked=False)
        case _:
            return reply


def _headers(plan: Plan) -> dict[str, str]:
    headers: dict[str, str] = {}
    if plan.on("octet-stream"):
        headers["content-type"] = "application/octet-stream"
    if (content_type := plan.text("content-type")) is not None:
        headers["content-type"] = content_type
    if (wait := plan.text("retry-after")) is not None:
        name, _, seconds = wait.partition(":")
        headers["retry-after"] = (
            formatdate(math.ceil(time.time() + float(seconds)), usegmt=True) if name == "date" else wait
        )
    if (wait := plan.text("retry-after-ms")) is not None:
        headers["retry-after-ms"] = wait
    if (source := plan.text("error-source")) is not None:
        headers["x-baseten-error-source"] = source
    if (code := plan.text("error-code")) is not None:
        headers["x-baseten-error-code"] = code
    if (remaining := plan.number("ratelimit")) is not None:
        headers |= {
            "x-ratelimit-limit-requests": "120",
            "x-ratelimit-limit-tokens": "500000",
            "x-ratelimit-remaining-requests": str(remaining),
            "x-ratelimit-remaining-tokens": str(remaining * 4000),
        }
    return headers


def _shortened(reply: Reply, plan: Plan) -> Reply:
    """Return the reply without its end: a stream counted in events, any other body in bytes."""
    for name, ending in (("cut", Ending.CUT), ("stall", Ending.SILENCE), ("end", Ending.COMPLETE)):
        if (keep := plan.number(name)) is None:
            continue
        if ending is Ending.CUT and plan.on("reset"):
            ending = Ending.RESET
        size = len(reply.pieces) if reply.chunked else len(reply.body)
        keep = size // 2 if keep == HALF else keep
        pieces = reply.pieces[:keep] if reply.chunked else (reply.body[:keep],)
        headers = dict(reply.headers)
        if ending is not Ending.COMPLETE and (plan.on("length") or not reply.chunked):
            headers["content-length"] = str(len(reply.body))
        return replace(reply, headers=headers, pieces=pieces, ending=ending)
    return reply
