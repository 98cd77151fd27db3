"""Checks that each input has exactly one result, by position.

Otherwise, one missing or extra result would shift the results of all later inputs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .response import WholeResponse
from .validate import unreadable

SHOWN = 5
"""How many positions an error lists."""


def check_positions(
    positions: Sequence[int], count: int, what: str, response: WholeResponse, *, first: int = 0
) -> None:
    """Check that each of `count` inputs has one result.

    Args:
        positions: The position of each result's input, from 0.
        count: How many inputs there were.
        what: What a result is, for the error.
        first: The position of the first input among those of the whole call, for the error.

    Raises:
        ResponseValidationError: A result is missing, comes twice, or belongs to no input.
    """
    if len(positions) == count and set(positions) == set(range(count)):
        return
    found = Counter(positions)
    raise unreadable(
        response,
        f"There were {count} inputs, and the reply holds {len(positions)} {what}"
        + listed(", none for", [first + each for each in range(count) if each not in found])
        + listed(", several for", [first + each for each, times in found.items() if times > 1])
        + listed(", some for inputs that do not exist:", [first + each for each in found if not 0 <= each < count])
        + ". They cannot be matched to the inputs.",
    )


def check_count(found: int, count: int, what: str, response: WholeResponse, *, first: int = 0) -> None:
    """Check that a reply without positions has one result for each input.

    Raises:
        ResponseValidationError: It does not.
    """
    check_positions(range(found), count, what, response, first=first)


def listed(text: str, positions: Sequence[int]) -> str:
    """Append the first few positions to a text. Return "" if there are no positions."""
    if not positions:
        return ""
    more = ", ..." if len(positions) > SHOWN else ""
    return f"{text} {', '.join(map(str, positions[:SHOWN]))}{more}"
