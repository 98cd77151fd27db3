"""`/v1/systemone`: answers questions with probabilities that depend only on the words of the state.

A label, level or criterion is more probable if its words occur in the state. The same request always gets the same
answer. It owns this format and no routing.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256

from ..faults.error_shapes import error_reply
from ..http.exchange import Exchange
from ..http.jsonvalue import JSON, Object, as_list, as_object, as_text
from ..http.wire import Reply, json_reply

MOST_LABELS = 255
MOST_LEVELS = 10


def decide(exchange: Exchange) -> Reply:
    """Answer the questions of a request."""
    try:
        body = as_object(exchange.json())
    except ValueError:
        return error_reply(400, "Validation: the request body must be a JSON object", "3")
    model = as_text(body.get("model"))
    if exchange.address.surface == "model-apis" and not model.startswith("decision-models/"):
        return error_reply(404, "please check the model you provided", "3")
    questions = as_object(body.get("questions"))
    state = body.get("state")
    if (wrong := _complaint(state, questions)) is not None:
        return error_reply(400, f"Validation: {wrong}", "3")
    text = state if isinstance(state, str) else json.dumps(state, sort_keys=True)
    omitted = exchange.plan.text("omit-answer")
    answers: Object = {
        name: _answer(text, name, as_object(question)) for name, question in questions.items() if name != omitted
    }
    usage: Object = {"input_tokens": len(text.split()) + 8 * len(questions), "output_tokens": 0}
    return json_reply({"model": model, "answers": answers, "usage": usage})


def _complaint(state: JSON, questions: Object) -> str | None:
    if not state or not isinstance(state, str | dict | list):
        return "`state` must be a non-empty string, object or list"
    if not questions:
        return "`questions` cannot be empty"
    for name, question in questions.items():
        body = as_object(question)
        criteria = body.get("criteria")
        valid = {
            "noul": bool(body.get("instructions") or criteria),
            "choice": isinstance(criteria, dict) and 1 <= len(criteria) <= MOST_LABELS,
            "score": isinstance(criteria, list) and 1 <= len(criteria) <= MOST_LEVELS,
        }
        if not valid.get(as_text(body.get("type"))):
            return f"`questions.{name}` is not a question"
    return None


def _answer(state: str, name: str, question: Object) -> JSON:
    criteria = question.get("criteria")
    match question.get("type"):
        case "noul":
            sides = as_object(criteria)
            yes, no = _shares(state, [f"{as_text(question.get('instructions'))} {as_text(sides.get('true'))}", name])
            return {"type": "noul", "noul": round(yes / (yes + no), 4)}
        case "choice":
            labels = [*as_object(criteria)]
            shares = _shares(state, [f"{label} {as_text(as_object(criteria).get(label))}" for label in labels])
            best = max(range(len(labels)), key=shares.__getitem__)
            probabilities: Object = dict(zip(labels, shares, strict=True))
            return {
                "type": "choice",
                "choice": labels[best],
                "confidence": shares[best],
                "probabilities": probabilities,
            }
        case _:
            levels = [as_text(level) for level in as_list(criteria)]
            shares = _shares(state, levels)
            score = sum(number * share for number, share in enumerate(shares)) / sum(shares)
            legend: Object = {str(number): level for number, level in enumerate(levels)}
            by_level: Object = {str(number): share for number, share in enumerate(shares)}
            return {
                "type": "score",
                "score": round(score, 4),
                "confidence": max(shares),
                "legend": legend,
                "probabilities": by_level,
            }


def _shares(state: str, texts: list[str]) -> list[float]:
    """Return a probability for each text. It is higher if the text's words occur in the state."""
    words = _words(state)
    weights = [
        1 + 9 * len(words & _words(text)) + sha256(f"{state}/{text}".encode()).digest()[0] / 512 for text in texts
    ]
    return [round(weight / sum(weights), 4) for weight in weights]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
