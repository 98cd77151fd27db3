"""What the fields of a question class carry: the text of the question, and the levels of a scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from pydantic import Field
from pydantic.fields import FieldInfo

from ..._repr import safe_repr
from ...errors import InvalidRequestError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a field asks, beyond its type.

    Attributes:
        text: the question; None: the field's description, else its name.
        threshold: the probability of yes from which a bool is True.
        yes: when the answer is yes.
        no: when it is no.
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


# It stands in a class for a value of any type that can be asked, so it has whatever type is wanted there.
def Question(
    text: str | None = None, *, threshold: float = 0.5, true: str | None = None, false: str | None = None
) -> T:  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeVarUse]
    """The question that a field asks, as the field's default or inside `Annotated`.

    Example:
        class Triage(BaseModel):
            urgent: bool = Question("Does the customer need an answer today?", threshold=0.8)
            team: Annotated[Literal["billing", "shipping"], Question("Which team answers?")]

    Args:
        text: the question; without it the field's description, else its name.
        threshold: for a bool, the probability of yes from which the value is True.
        true: for a bool, when the answer is yes.
        false: for a bool, when it is no.

    Raises:
        InvalidRequestError: the threshold is no number between 0 and 1.
    """
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 <= threshold <= 1:
        raise InvalidRequestError(f"threshold must be a number between 0 and 1, not {threshold!r}.")
    info: FieldInfo = Field(description=text)
    info.metadata.append(Asked(text, threshold, true, false))
    return info  # type: ignore[return-value]  # pyright: ignore[reportReturnType]
