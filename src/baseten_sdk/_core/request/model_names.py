"""How the name in `model=` is read: as a slug of the Model APIs, or as the id of a dedicated model.

Owns the rules, and what an error needs to know of a name. It must not know any URL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PREFIX = "baseten/"
"""LiteLLM's way to name the provider. Slugs of Baseten's own, such as `baseten/mymodel-4`, begin with it too."""

_MODEL_ID = re.compile(r"(?=.*[0-9])(?=.*[a-z])[a-z0-9]{8}")


@dataclass(slots=True)
class ModelIds:
    """The models that the service listed when it was last asked; none before that."""

    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelName:
    """The model of a request.

    Attributes:
        given: the name as it was given.
        routed: whether the request goes to a dedicated model because of the name.
        listed: what the service has.
    """

    given: str
    routed: bool = False
    listed: ModelIds = field(default_factory=ModelIds)


def read_name(given: str) -> tuple[str, bool]:
    """The name to send, and whether it is the id of a dedicated model.

    An id has eight lower-case letters and digits, with one of each at least. The prefix is dropped before an id, and
    before a slug, which has a "/" of its own. Everything else is sent as it was given.
    """
    rest = given.removeprefix(PREFIX)
    if _MODEL_ID.fullmatch(rest):
        return rest, True
    return (rest if "/" in rest.strip("/") else given), False
