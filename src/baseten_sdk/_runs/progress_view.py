"""What a display shows of a run, whatever shows it and whatever the run counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from logging import Logger

P = TypeVar("P")

_BRACKET = re.compile(r"(\\*)\[")

BAR_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Look:
    """What a bar shows of a run at one moment.

    Attributes:
        done: how much is done.
        total: how much there is; None where that is not known.
        text: the rest, in rich's markup.
    """

    done: float
    total: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Subject(Generic[P]):
    """What is shown, whatever shows it.

    Attributes:
        name: what stands before the bar.
        look: what the bar shows.
        measure: whether the bar tells a share in percent, or a count, and the time so far.
        logger: gets the lines.
        extra: what to install for the bar.
    """

    name: str
    look: Callable[[P], Look]
    measure: Literal["share", "count"]
    logger: Logger
    extra: str


def plain_markup(text: str) -> str:
    """Any text in rich's markup, so that it is shown as it is: brackets in it begin no tag, and so no link."""
    return _BRACKET.sub(r"\1\1\\[", text)
