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


def embeddings(exchange: Exchange) -> Reply:
    try:
        body = as_object(exchange.json())
    except ValueError as error:
        return _invalid(f"JSON decode error: {error}")
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
    spent = sum(len(as_text(text).split()) for text in texts)
    usage: Object = {"prompt_tokens": spent, "total_tokens": spent}
    return json_reply({"object": "list", "data": data, "model": body.get("model") or "emulator", "usage": usage})


def rerank(exchange: Exchange) -> Reply:
    """Best first, so a caller that trusts the order instead of `index` is found out."""
    try:
        body = as_object(exchange.json())
    except ValueError as error:
        return _invalid(f"JSON decode error: {error}")
    query = _vector(as_text(body.get("query")), _WIDTH)
    scored: list[tuple[float, int, str]] = []
    for index, text in enumerate(map(as_text, as_list(body.get("texts")))):
        similarity = sum(one * other for one, other in zip(query, _vector(text, _WIDTH), strict=True))
        scored.append((round((similarity + 1) / 2, 6), index, text))
    scored.sort(key=lambda row: (-row[0], row[1]))
    shown = body.get("return_text") is True
    return json_reply(
        [{"index": index, "score": score, "text": text if shown else None} for score, index, text in scored]
    )


def classify(exchange: Exchange) -> Reply:
    try:
        body = as_object(exchange.json())
    except ValueError as error:
        return _invalid(f"JSON decode error: {error}")
    rows: list[JSON] = []
    for inner in as_list(body.get("inputs")):
        text = " ".join(map(as_text, as_list(inner))) if isinstance(inner, list) else as_text(inner)
        score = round(sha256(text.encode(errors="replace")).digest()[0] / 255, 6)
        labels: list[JSON] = [
            {"label": "positive", "score": score},
            {"label": "negative", "score": round(1 - score, 6)},
        ]
        rows.append(labels)
    return json_reply(rows)


def predict_tokens(exchange: Exchange) -> Reply:
    """Names are the words that begin with a capital letter."""
    try:
        body = as_object(exchange.json())
    except ValueError as error:
        return _invalid(f"JSON decode error: {error}")
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
    return json_reply(rows)
