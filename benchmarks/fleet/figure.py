"""A measured value beside the one that is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of a measure.

    Attributes:
        what: What it is of.
        value: What was measured.
        bound: What is wanted; None where it is only told.
        sense: Whether the bound is the least or the most.
        unit: Behind the number.
    """

    what: str
    value: float
    bound: float | None = None
    sense: Literal["at least", "at most"] = "at most"
    unit: str = ""

    @property
    def met(self) -> bool:
        """Whether it is as wanted."""
        if self.bound is None:
            return True
        return self.value >= self.bound if self.sense == "at least" else self.value <= self.bound

    def __str__(self) -> str:
        wanted = "" if self.bound is None else f"{self.sense} {self.bound:,.4g}{self.unit}"
        return f"{'ok  ' if self.met else 'BAD '} {self.what:62} {self.value:>10,.4g}{self.unit:4} {wanted}"
