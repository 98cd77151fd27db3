"""What a batch may use up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..._numbers import take_numbers
from ...errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Budget:
    """What a batch may use up. Then it stops, and can be resumed.

    Attributes:
        tokens: Tokens of prompts and answers together, as the replies report them. Rows that are in flight when the
            budget is used up add theirs on top.
        dollars: Dollars, by the service's own prices, which the batch fetches when it begins. Rows in flight add theirs
            on top here too. A row whose cost is not known stops the batch.
        failures: Rows that may fail.
        seconds: Wall-clock time.
        grace: Seconds that calls in flight get to finish when the batch stops for one of these reasons or is aborted.
            `math.inf` lets them all finish.
    """

    tokens: int | None = None
    failures: int | None = None
    seconds: float | None = None
    grace: float = 30.0
    dollars: Decimal | float | None = None

    def __post_init__(self) -> None:
        names = ("tokens", "failures", "seconds", "grace", "dollars")
        take_numbers(self, names)
        for name in names:
            value = getattr(self, name)
            kinds = int | float | Decimal if name == "dollars" else int | float
            if value is not None and (isinstance(value, bool) or not isinstance(value, kinds) or not value >= 0):
                raise ConfigurationError(f"Budget({name}=...) must be a number of at least 0, not {value!r}.")
