"""A reply with an odd field, read all the same: what stands beside the answer must not cost the answer.

Servers send a token count as text, an id as a number, a null log probability, a message's content as a list of parts.
The types of replies say which fields stand beside the answer, and what an odd value of one reads as (`types.reply`).
What carries the answer itself (choices, messages, text, tool calls) says no such thing: there an oddity is an error.
"""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ..._json_reading import decode_reply
from ..._validation import Position, positions, validate_value
from ...types.reply import LENIENT

M = TypeVar("M", bound=BaseModel)


def validate_leniently(model: type[M], body: bytes) -> M | None:
    """Read what did not validate strictly; None where what is odd is the answer itself."""
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
