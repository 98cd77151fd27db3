"""Reads the name in `model=` as a slug of the Model APIs or as the ID of a dedicated model.

Owns the rules, and what an error needs to know about a name. It must not know any URL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PREFIX = "baseten/"
"""LiteLLM's prefix for the provider. Baseten's own slugs, such as `baseten/mymodel-4`, begin with it too."""

_MODEL_ID = re.compile(r"(?=.*[0-9])(?=.*[a-z])[a-z0-9]{8}")


@dataclass(slots=True)
class ModelIds:
    """The models in the service's most recent list. Empty before the first list."""

    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelName:
    """The model of a request.

    Attributes:
        routed: Whether the name sends the request to a dedicated model.
        listed: The models that the service offers.
    """

    given: str
    routed: bool = False
    listed: ModelIds = field(default_factory=ModelIds)


def read_name(given: str) -> tuple[str, bool]:
    """Return the name to send, and whether it is the ID of a dedicated model.

    An ID has eight lowercase letters and digits, at least one of each. The prefix is dropped before an ID, and before a
    slug with a "/" of its own. Every other name is sent as it was given.
    """
    rest = given.removeprefix(PREFIX)
    if _MODEL_ID.fullmatch(rest):
        return rest, True
    return (rest if "/" in rest.strip("/") else given), False
