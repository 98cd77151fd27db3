"""Reads replies in which a field besides the answer is odd. Such a field must not cost the answer.

Servers send a token count as text, an ID as a number, a null log probability, or a message's content as a list of
parts. The types of replies mark such fields and say what to read instead of an odd value (`types.reply`). Fields that
carry the answer itself (choices, messages, text, tool calls) are not marked. There, an odd value is an error.
"""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ..._json_reading import decode_reply
from ..._validation import Position, positions, validate_value
from ...types.annotations import LENIENT

M = TypeVar("M", bound=BaseModel)


def validate_leniently(model: type[M], body: bytes) -> M | None:
    """Validate a body that failed strict validation. Return None if the answer itself is odd."""
    try:
        return _validated(model, body)
    except ValueError:
        return None


def decisive(model: type[BaseModel], body: bytes) -> frozenset[Position]:
    """Where a reply is odd that cannot be read even leniently, but for the oddities that would have cost nothing."""
    try:
        _validated(model, body)
    except ValidationError as error:
        return positions(error)
    except ValueError:
        pass
    return frozenset()


def _validated(model: type[M], body: bytes) -> M:
    return validate_value(model, decode_reply(body, any_size=True), len(body), LENIENT)
