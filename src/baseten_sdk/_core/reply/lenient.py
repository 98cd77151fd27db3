"""A reply with an odd field, read all the same: what only tells of the answer must not cost the answer.

Servers send a token count as text, an id as a number, a null log probability, a message's content as a list of parts.
Where a reply or a chunk does not validate, such fields are put right or left out, and it is read once more. Whatever
carries the answer itself (choices, messages, text, tool calls) is never left out: there an oddity stays an error.
"""

from __future__ import annotations

from math import isfinite
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ..request.json_codec import decode_json

M = TypeVar("M", bound=BaseModel)

BESIDE = frozenset(
    {
        "created",
        "finish_reason",
        "id",
        "index",
        "logprobs",
        "model",
        "object",
        "role",
        "service_tier",
        "stop_reason",
        "system_fingerprint",
        "type",
        "usage",
    }
)
"""Fields that only tell of the answer."""

TEXTS = frozenset({"finish_reason", "id", "model", "object", "role", "service_tier", "system_fingerprint", "type"})
"""Those of them that are text: a number there is written out."""


def read_odd(model: type[M], body: bytes, error: ValidationError) -> M | None:
    """Read what did not validate, its odd fields put right; None where what is odd is the answer itself."""
    try:
        value = decode_json(body)
        for problem in error.errors(include_url=False, include_context=False, include_input=False):
            if problem["type"] != "none_required":
                _mend(value, problem["loc"])
        return model.model_validate(value)
    except ValueError:
        return None


def _mend(value: object, path: tuple[int | str, ...]) -> None:
    """Put the field at a path right; parts of the path that are no keys (names of types) are passed over."""
    node = value
    inside_usage = False
    for part in path:
        if isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
        elif isinstance(node, dict) and isinstance(part, str) and part in node:
            found = node[part]
            if part == "usage" and isinstance(found, dict):
                inside_usage = True
            elif inside_usage or part in BESIDE:
                node[part] = _mended(part, found)
                return
            elif part == "content" and isinstance(found, list):
                node[part] = _joined(found)
                return
            node = found


def _mended(name: str, value: object) -> object:
    """A number where text belongs is written out, a time loses its fraction, and anything else is left out."""
    if isinstance(value, int | float) and name in TEXTS:
        return str(value)
    return int(value) if isinstance(value, float) and name == "created" and isfinite(value) else None


def _joined(parts: list[object]) -> object:
    """The text of a list of parts; the list itself where a part is no text."""
    texts = [part.get("text") if isinstance(part, dict) else part for part in parts]
    return "".join(str(text) for text in texts) if all(isinstance(text, str) for text in texts) else parts
