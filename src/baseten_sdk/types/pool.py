"""The members of a pool, the hedging of a pool, and the tries of a call."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from math import isfinite
from typing import Literal, NamedTuple, TypeAlias

from .._numbers import take_numbers
from ..errors.base import ConfigurationError

OnCut: TypeAlias = Literal["raise", "continue"]
"""What to do if a chat stream is cut after its first event."""

_PERCENTILE = re.compile(r"p([1-9][0-9]?(?:\.[0-9]+)?)")


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """A member of a pool: a deployment by its model's ID, or a model of the Model APIs.

    Attributes:
        model_id: The ID of a dedicated model; None for a model of the Model APIs.
        model: The name to send as `model`: the slug of the Model APIs, or the deployment's name for its model.
        environment: An environment of the model, or "development". The default is production.
        deployment_id: The ID of one deployment.
        regional: The environment of a regional host.
        weight: The member's share of the calls, relative to the weights of the other members.

    Raises:
        ConfigurationError: Both `model_id` and `model` are missing, or the weight is not a positive number.
    """

    model_id: str | None = None
    _: KW_ONLY
    model: str | None = None
    environment: str | None = None
    deployment_id: str | None = None
    regional: str | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        if self.model_id is None and self.model is None:
            raise ConfigurationError("A Target needs the id of a dedicated model, or model= for the Model APIs.")
        if self.model_id is None and (self.environment or self.deployment_id or self.regional):
            raise ConfigurationError("A Target with an environment or a deployment needs the id of a dedicated model.")
        take_numbers(self, ("weight",))
        if isinstance(self.weight, bool) or not isinstance(self.weight, int | float):
            raise ConfigurationError(f"weight must be a number, not {self.weight!r}.")
        if not (self.weight > 0 and isfinite(self.weight)):
            raise ConfigurationError(f"weight must be more than 0, not {self.weight!r}.")

    def __repr__(self) -> str:
        given = [] if self.model_id is None else [repr(self.model_id)]
        named = ("model", "environment", "deployment_id", "regional")
        given += [f"{name}={getattr(self, name)!r}" for name in named if getattr(self, name) is not None]
        given += [] if self.weight == 1 else [f"weight={self.weight:g}"]
        return f"Target({', '.join(given)})"

    @property
    def name(self) -> str:
        """A short name for logs and spans, such as "abcd1234/staging" or "zai-org/GLM-5.3"."""
        if self.model_id is None:
            return self.model or ""
        which = self.environment or self.deployment_id or self.regional
        return f"{self.model_id}/{which}" if which else self.model_id


@dataclass(frozen=True, slots=True)
class Hedge:
    """When to send a second request because the first one is slow. The first answer wins, and the other is closed.

    Attributes:
        after: Seconds without an answer, or a percentile of the answer times so far, such as "p95".
        budget: The largest share of calls that may have a second request.
        until_measured: Seconds to use until there are 20 answers to compute a percentile from. None: send no second
            request until then.

    Raises:
        ConfigurationError: A value is out of range.
    """

    after: str | float = "p95"
    budget: float = 0.1
    until_measured: float | None = None

    def __post_init__(self) -> None:
        take_numbers(self, ("after", "budget", "until_measured"))
        if isinstance(self.after, str):
            if not _PERCENTILE.fullmatch(self.after):
                raise ConfigurationError(f'after must be seconds or a percentile such as "p95", not {self.after!r}.')
        else:
            _check_seconds("after", self.after)
        if self.until_measured is not None:
            _check_seconds("until_measured", self.until_measured)
        if isinstance(self.budget, bool) or not isinstance(self.budget, int | float) or not 0 < self.budget <= 1:
            raise ConfigurationError(f"budget must be a share between 0 and 1, not {self.budget!r}.")

    @property
    def quantile(self) -> float | None:
        """The percentile as a number between 0 and 1; None if `after` is seconds."""
        return float(self.after[1:]) / 100 if isinstance(self.after, str) else None


class Try(NamedTuple):
    """One request of a call to a pool.

    Attributes:
        member: The member that the request went to.
        outcome: "ok"; "canceled" if another request was faster; "held" if nothing was sent because the member's gate
            was closed; otherwise what went wrong, such as "503".
        seconds: The time from its start to its end.
        hedge: Whether it was a second request, sent because the first one was slow.
    """

    member: Target
    outcome: str
    seconds: float
    hedge: bool = False


def _check_seconds(name: str, value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not (value > 0 and isfinite(value)):
        raise ConfigurationError(f"{name} must be seconds, more than 0, not {value!r}.")
