"""Markers for the fields of a question class: the text of the question, and the levels of a scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from pydantic import Field
from pydantic.fields import FieldInfo

from ..._numbers import as_number
from ..._repr import safe_repr
from ...errors import InvalidRequestError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class QuestionMarker:
    """What a field asks, beyond its type.

    Attributes:
        text: The question. None: the field's description, otherwise its name.
        threshold: The probability of yes from which a bool is True.
        yes: When the answer is yes.
        no: When it is no.
    """

    text: str | None = None
    threshold: float = 0.5
    yes: str | None = None
    no: str | None = None


class Levels:
    """The levels of a score, from low to high: `Annotated[float, Levels("calm", "annoyed", "furious")]`.

    The value of the field is a number between 0, the first level, and the number of the last one. It may lie between
    two levels.

    Args:
        *descriptions: 1 to 10 descriptions.
    """

    __slots__ = ("descriptions",)

    def __init__(self, *descriptions: str) -> None:
        for each in descriptions:
            if not isinstance(each, str) or not each:
                raise InvalidRequestError(f"Levels takes descriptions as text, not {each!r}.")
        self.descriptions = descriptions

    @safe_repr
    def __repr__(self) -> str:
        return f"Levels({', '.join(map(repr, self.descriptions))})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Levels) and other.descriptions == self.descriptions

    def __hash__(self) -> int:
        return hash(self.descriptions)


# It is the default of fields of many types, so its return type has to fit any of them.
def Question(
    text: str | None = None, *, threshold: float = 0.5, true: str | None = None, false: str | None = None
) -> T:  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeVarUse]
    """Make the question that a field asks, as the field's default or inside `Annotated`.

    Args:
        text: The question. None: the field's description, otherwise its name.
        threshold: For a bool, the probability of yes from which the value is True.
        true: For a bool, when the answer is yes.
        false: For a bool, when it is no.

    Raises:
        InvalidRequestError: The threshold is not a number between 0 and 1.
    """
    threshold = as_number(threshold)
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 <= threshold <= 1:
        raise InvalidRequestError(f"threshold must be a number between 0 and 1, not {threshold!r}.")
    info: FieldInfo = Field(description=text)
    info.metadata.append(QuestionMarker(text, threshold, true, false))
    return info  # type: ignore[return-value]  # pyright: ignore[reportReturnType]
