"""What a display shows of a run, independent of the kind of display and of what the run counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from logging import Logger

P = TypeVar("P")

_BRACKET = re.compile(r"(?<!\\)(\\*)\[")

BAR_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Look:
    """What a bar shows of a run at one moment.

    Attributes:
        done: How much is done.
        total: How much there is. None if unknown.
        text: What matters most of the rest, in rich's markup.
        more: What a wide terminal shows too.
    """

    done: float
    total: float | None
    text: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Subject(Generic[P]):
    """What to show, independent of the kind of display.

    Attributes:
        name: The text before the bar.
        look: What the bar shows.
        measure: Whether the bar shows a percentage, or a count and the time so far.
        logger: Gets the lines.
        extra: The extra to install for the bar.
    """

    name: str
    look: Callable[[P], Look]
    measure: Literal["share", "count"]
    logger: Logger
    extra: str


def plain_markup(text: str) -> str:
    """Escape a text for rich's markup, so that brackets in it begin no tag and no link."""
    return _BRACKET.sub(r"\1\1\\[", text)
