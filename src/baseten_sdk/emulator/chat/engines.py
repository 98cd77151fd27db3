"""Embeddings, rerank and classification, as the embedding engine serves them under `sync`.

Small, deterministic numbers made from the text itself. It owns these formats and no routing.
"""

from __future__ import annotations

import base64
import math
import re
import struct
from collections.abc import Callable
from hashlib import sha256
from typing import TypeAlias

from ..behaviors.plan import Plan
from ..http.exchange import Exchange
from ..http.jsonvalue import JSON, Object, as_list, as_number, as_object, as_text
from ..http.wire import Reply, json_reply

_WIDTH = 16

Answer: TypeAlias = Callable[[Object, Plan], Reply]


def _vector(text: str, width: int) -> list[float]:
    """Return a unit vector from the words of a text: texts that share words point in similar directions."""
    made = [0.0] * width
    for word in re.findall(r"\w+", text.lower()) or [""]:
        digest = sha256(word.encode(errors="replace")).digest()
        for position in range(width):
            made[position] += digest[position % len(digest)] / 127.5 - 1
    norm = math.sqrt(sum(value * value for value in made)) or 1.0
    return [round(value / norm, 7) for value in made]


def _invalid(message: str) -> Reply:
    return json_reply({"detail": [{"loc": ["body"], "msg": message, "type": "value_error"}]}, 422)


def engine(exchange: Exchange, answer: Answer) -> Reply:
    """Answer a request if its body is valid."""
    try:
        body = as_object(exchange.json())
    except ValueError as error:
        return _invalid(f"JSON decode error: {error}")
    if body.get("truncation_direction") not in (None, "Left", "Right"):
        return _invalid("`truncation_direction` must be Left or Right")
    if body.get("aggregation_strategy") not in (None, "none", "simple", "first", "average", "max"):
        return _invalid("`aggregation_strategy` is not one of none, simple, first, average, max")
    return answer(body, exchange.plan)


def embeddings(body: Object, plan: Plan) -> Reply:
    given = body.get("input")
    texts = [given] if isinstance(given, str) else as_list(given)
    if not texts or not all(isinstance(text, str) for text in texts):
        return _invalid("`input` must be a string or a list of strings")
    width = int(as_number(body.get("dimensions")) or _WIDTH)
    data: list[JSON] = []
    for index, text in enumerate(texts):
        vector = _vector(as_text(text), width)
        packed = base64.b64encode(struct.pack(f"<{width}f", *vector)).decode()
        shown: JSON = packed if body.get("encoding_format") == "base64" else [*vector]
        data.append({"object": "embedding", "index": index, "embedding": shown})
    data = _with_oddity(data, plan)
    spent = sum(len(as_text(text).split()) for text in texts)
    usage: Object = {"prompt_tokens": spent, "total_tokens": spent}
    return json_reply({"object": "list", "data": data, "model": body.get("model") or "emulator", "usage": usage})


def _with_oddity(results: list[JSON], plan: Plan) -> list[JSON]:
    """Return results with what the plan wants wrong: the last one, or their number or order."""
    if not results:
        return results
    *most, last = results
    nothing: list[JSON] = [math.nan] * _WIDTH
    body = as_object(last)
    match plan.text("results"):
        case "short":
            return most
        case "extra":
            return [*results, {**body, "index": len(results)} if body else last]
        case "twice":
            return [*most, {**body, "index": as_object(results[0]).get("index")}]
        case "foreign":
            return [*most, {**body, "index": len(results) + 7}]
        case "shuffled":
            return [*reversed(results)]
        case "ragged":
            return [*most, {**body, "embedding": [0.5]}]
        case "nan":
            return [*most, {**body, "embedding": nothing}]
        case "garbled":
            return [*most, {**body, "embedding": "no base64!"}]
        case _:
            return results


def rerank(body: Object, plan: Plan) -> Reply:
    """Answer with the best text first, which exposes callers that trust the order instead of `index`."""
    query = _vector(as_text(body.get("query")), _WIDTH)
    scored: list[tuple[float, int, str]] = []
    for index, text in enumerate(map(as_text, as_list(body.get("texts")))):
        similarity = sum(one * other for one, other in zip(query, _vector(text, _WIDTH), strict=True))
        scored.append((round((similarity + 1) / 2, 6), index, text))
    scored.sort(key=lambda row: (-row[0], row[1]))
    shown = body.get("return_text") is True
    ranked: list[JSON] = [
        {"index": index, "score": score, "text": text if shown else None} for score, index, text in scored
    ]
    return json_reply(_with_oddity(ranked, plan))


def _inputs(body: Object) -> list[str]:
    inputs = as_list(body.get("inputs"))
    return [" ".join(map(as_text, each)) if isinstance(each, list) else as_text(each) for each in inputs]


def classify(body: Object, plan: Plan) -> Reply:
    rows: list[JSON] = []
    for text in _inputs(body):
        score = round(sha256(text.encode(errors="replace")).digest()[0] / 255, 6)
        labels: list[JSON] = [
            {"label": "positive", "score": score},
            {"label": "negative", "score": round(1 - score, 6)},
        ]
        rows.append(labels)
    return json_reply(_with_oddity(rows, plan))


def predict_tokens(body: Object, plan: Plan) -> Reply:
    """Label words as names if they begin with a capital letter."""
    rows: list[JSON] = []
    for text in _inputs(body):
        found: list[JSON] = [
            {
                "token": match[0],
                "token_id": match.start(),
                "start": match.start(),
                "end": match.end(),
                "results": {"NAME": 0.99 if match[0][0].isupper() else 0.01},
            }
            for match in re.finditer(r"\w+", text)
        ]
        rows.append(found)
    return json_reply(_with_oddity(rows, plan))
