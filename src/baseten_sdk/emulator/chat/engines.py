"""Embeddings, rerank and classification, as the embedding engine serves them under `sync`.

Small, deterministic numbers made from the text itself. It owns these formats and no routing.
"""

from __future__ import annotations

import base64
import math
import re
import struct
from hashlib import sha256

from ..http.exchange import Exchange
from ..http.jsonvalue import JSON, Object, as_list, as_number, as_object, as_text
from ..http.wire import Reply, json_reply

_WIDTH = 16


def _vector(text: str, width: int) -> list[float]:
    """A unit vector from the words of a text: texts that share words point in similar directions."""
    made = [0.0] * width
    for word in re.findall(r"\w+", text.lower()) or [""]:
        digest = sha256(word.encode(errors="replace")).digest()
        for position in range(width):
            made[position] += digest[position % len(digest)] / 127.5 - 1
    norm = math.sqrt(sum(value * value for value in made)) or 1.0
    return [round(value / norm, 7) for value in made]


def _invalid(message: str) -> Reply:
    return json_reply({"detail": [{"loc": ["body"], "msg": message, "type": "value_error"}]}, 422)


def _checked_body(exchange: Exchange) -> Object | Reply:
    """The body of a request, or the reply that refuses it."""
    try:
        body = as_object(exchange.json())
    except ValueError as error:
        return _invalid(f"JSON decode error: {error}")
    if body.get("truncation_direction") not in (None, "Left", "Right"):
        return _invalid("`truncation_direction` must be Left or Right")
    if body.get("aggregation_strategy") not in (None, "none", "simple", "first", "average", "max"):
        return _invalid("`aggregation_strategy` is not one of none, simple, first, average, max")
    return body


def embeddings(exchange: Exchange) -> Reply:
    body = _checked_body(exchange)
    if isinstance(body, Reply):
        return body
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
    data = _odd(data, exchange.plan.text("results"))
    spent = sum(len(as_text(text).split()) for text in texts)
    usage: Object = {"prompt_tokens": spent, "total_tokens": spent}
    return json_reply({"object": "list", "data": data, "model": body.get("model") or "emulator", "usage": usage})


def _with(body: Object, name: str, value: JSON) -> Object:
    return {**body, name: value}


def _odd(results: list[JSON], oddity: str | None) -> list[JSON]:
    """Results with something odd about them: about the last one, or their number or order."""
    if not results:
        return results
    *most, last = results
    nothing: list[JSON] = [math.nan] * _WIDTH
    body = as_object(last)
    match oddity:
        case "short":
            return most
        case "extra":
            return [*results, _with(body, "index", len(results))] if body else [*results, last]
        case "twice":
            return [*most, _with(body, "index", as_object(results[0]).get("index"))]
        case "foreign":
            return [*most, _with(body, "index", len(results) + 7)]
        case "shuffled":
            return [*reversed(results)]
        case "ragged":
            return [*most, _with(body, "embedding", [0.5])]
        case "nan":
            return [*most, _with(body, "embedding", nothing)]
        case "garbled":
            return [*most, _with(body, "embedding", "no base64!")]
        case _:
            return results


def rerank(exchange: Exchange) -> Reply:
    """Best first, so a caller that trusts the order instead of `index` is found out."""
    body = _checked_body(exchange)
    if isinstance(body, Reply):
        return body
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
    return json_reply(_odd(ranked, exchange.plan.text("results")))


def classify(exchange: Exchange) -> Reply:
    body = _checked_body(exchange)
    if isinstance(body, Reply):
        return body
    rows: list[JSON] = []
    for inner in as_list(body.get("inputs")):
        text = " ".join(map(as_text, as_list(inner))) if isinstance(inner, list) else as_text(inner)
        score = round(sha256(text.encode(errors="replace")).digest()[0] / 255, 6)
        labels: list[JSON] = [
            {"label": "positive", "score": score},
            {"label": "negative", "score": round(1 - score, 6)},
        ]
        rows.append(labels)
    return json_reply(_odd(rows, exchange.plan.text("results")))


def predict_tokens(exchange: Exchange) -> Reply:
    """Names are the words that begin with a capital letter."""
    body = _checked_body(exchange)
    if isinstance(body, Reply):
        return body
    rows: list[JSON] = []
    for inner in as_list(body.get("inputs")):
        text = " ".join(map(as_text, as_list(inner))) if isinstance(inner, list) else as_text(inner)
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
    return json_reply(_odd(rows, exchange.plan.text("results")))
