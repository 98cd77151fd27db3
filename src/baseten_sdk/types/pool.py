"""What a pool is made of, and what it tells of a call: members, hedging, tries."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from math import isfinite
from typing import Literal, NamedTuple, TypeAlias

from ..errors.base import ConfigurationError

__all__ = ["Hedge", "OnCut", "Target", "Try"]

OnCut: TypeAlias = Literal["raise", "continue"]
"""What becomes of a chat stream that is cut after its first event."""

_PERCENTILE = re.compile(r"p([1-9][0-9]?(?:\.[0-9]+)?)")


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """A member of a pool: a deployment by its model's id, or a model of the Model APIs.

    Attributes:
        model_id: the id of a dedicated model; None for a model of the Model APIs.
        model: the name to send as `model`: the slug of the Model APIs, or what the deployment serves.
        environment: an environment of the model, or "development"; production unless set.
        deployment_id: one deployment by its id.
        regional: the environment of a regional host.
        weight: its share of the calls, in proportion to the other members'.

    Raises:
        ConfigurationError: it names nothing, or the weight is no positive number.
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
    """When a second request goes out beside one that is slow. The first answer wins, the other request is closed.

    Attributes:
        after: seconds without an answer, or a percentile such as "p95" of the answers so far.
        budget: the share of calls that may have a second request, at most.
        until_measured: seconds to use until a percentile has 20 answers to go by; None sends no second request
            until then.

    Raises:
        ConfigurationError: a value is out of range.
    """

    after: str | float = "p95"
    budget: float = 0.1
    until_measured: float | None = None

    def __post_init__(self) -> None:
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
        """The percentile as a number between 0 and 1; None where `after` is seconds."""
        return float(self.after[1:]) / 100 if isinstance(self.after, str) else None


class Try(NamedTuple):
    """One request of a call to a pool.

    Attributes:
        member: where it went.
        outcome: "ok"; "cancelled" where another request was faster; "held" where nothing was sent, since refusals have
            closed its gate; else what went wrong, such as "503".
        seconds: from its start to its end.
        hedge: whether it was sent beside another one that was slow.
    """

    member: Target
    outcome: str
    seconds: float
    hedge: bool = False


def _check_seconds(name: str, value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not (value > 0 and isfinite(value)):
        raise ConfigurationError(f"{name} must be seconds, more than 0, not {value!r}.")
