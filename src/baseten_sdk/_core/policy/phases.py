"""The phases of an attempt, their limits, and the error if one takes too long."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal, NamedTuple, TypeAlias

from ...config import Timeout
from ...errors import (
    APIConnectionError,
    APITimeoutError,
    ConnectTimeout,
    DeadlineExceeded,
    FirstByteTimeout,
    IdleTimeout,
)

Phase: TypeAlias = Literal["key", "pace", "gate", "rate", "queue", "connect", "write", "first_byte", "idle"]
Bound: TypeAlias = Literal["phase", "attempt", "call", "member"]

HANGS = "See what the deployment is doing: it may hang, be overloaded, or be starting."

BEFORE_SENDING: frozenset[Phase] = frozenset({"key", "pace", "gate", "rate", "queue", "connect"})

_DOING: dict[Phase, str] = {
    "key": "waiting for the API key",
    "pace": "waiting for a turn among the calls about async requests",
    "gate": "waiting because the service had answered 429",
    "rate": "waiting for a turn under Limits(requests_per_minute=..., tokens_per_minute=...)",
    "queue": "waiting for a slot among the calls in flight",
    "connect": "connecting",
    "write": "sending the request",
    "first_byte": "waiting for the reply",
    "idle": "reading the reply",
}

_ERRORS: dict[Phase, type[APITimeoutError]] = {
    "connect": ConnectTimeout,
    "first_byte": FirstByteTimeout,
    "idle": IdleTimeout,
}


class TimeLimits(NamedTuple):
    """The limits of one attempt, in seconds.

    Attributes:
        timeout: The limits of the phases and of the attempt.
        first_byte: The limit if `timeout.first_byte` is None.
        deadline: The limit of the whole call. `math.inf` if there is none.
        remaining: What is left of the deadline when the attempt starts to queue.
        streamed: Whether the reply is a stream. If so, the attempt's limit applies to each silence.
    """

    timeout: Timeout
    first_byte: float
    deadline: float = inf
    remaining: float = inf
    streamed: bool = False

    def of(self, phase: Phase) -> float:
        """Return how many seconds a phase may last."""
        timeout = self.timeout
        match phase:
            case "first_byte":
                return self.first_byte if timeout.first_byte is None else timeout.first_byte
            case "idle":
                return timeout.idle if self._silence is None else self._silence
            case "connect":
                return timeout.connect
            case "write":
                return timeout.write
            case "key" | "pace" | "gate" | "rate" | "queue":
                return inf

    @property
    def _silence(self) -> float | None:
        """The attempt's limit, if it applies to each silence of a stream."""
        attempt = self.timeout.attempt
        return attempt if self.streamed and attempt is not None and attempt < self.timeout.idle else None

    def expiry(self, phase: Phase, bound: Bound, through: str = "") -> Expiry:
        """Return the limit that was reached in a phase."""
        match bound:
            case "call":
                return Expiry(phase, bound, self.deadline, through)
            case "attempt":
                return Expiry(phase, bound, self.timeout.attempt or inf, through)
            case "phase" if phase == "idle" and self._silence is not None:
                return self.expiry(phase, "attempt", through)
            case "phase" | "member":
                return Expiry(phase, bound, self.of(phase), through)


@dataclass(frozen=True, slots=True)
class Expiry:
    """A limit that was reached: what was going on, whose limit it was, its seconds, and the proxy in between.

    "member": it was not a limit, but the member of a pool was found to hang after these seconds.
    """

    phase: Phase
    bound: Bound
    limit: float
    through: str = ""


class Expired(Exception):
    """Raised by a timer and turned into a public error before a caller sees it."""

    def __init__(self, expiry: Expiry) -> None:
        super().__init__(expiry)
        self.expiry = expiry


def timeout_error(expiry: Expiry, *, status_code: int | None = None) -> APITimeoutError:
    """Return the public error for a limit that was reached. It has `status_code` if the headers had arrived."""
    phase, limit = expiry.phase, expiry.limit
    doing = f"{_DOING[phase]} through the proxy {expiry.through}" if expiry.through else _DOING[phase]
    seen = "" if status_code is None else f" (status {status_code} had arrived)"
    if expiry.bound == "call":
        message = f"The deadline of {limit:g} s passed while {doing}{seen}."
        return DeadlineExceeded(message, phase=phase, limit=limit, status_code=status_code)
    if expiry.bound == "member":
        kind, silent = (IdleTimeout, "has fallen silent") if phase == "idle" else (FirstByteTimeout, "answers nothing")
        message = f"Stopped {doing}{seen} after {limit:.2f} s: this member of the pool {silent}."
        return kind(message, phase=phase, limit=limit, status_code=status_code, advice=HANGS)
    whose = "attempt" if expiry.bound == "attempt" else phase
    message = f"Timed out while {doing}{seen}: the {whose} limit of {limit:g} s was reached."
    cls = _ERRORS.get(phase, APITimeoutError)
    return cls(message, phase=phase, limit=limit, status_code=status_code, advice=_advice(cls, phase, expiry.bound))


def _advice(cls: type[APITimeoutError], phase: Phase, bound: Bound) -> str:
    """Say what to do about a limit, by the option that set it."""
    if phase == "idle" and bound == "attempt":
        return "Raise timeout=, which bounds the whole attempt, and in a stream each silence."
    option = "timeout=" if bound == "attempt" else f"Timeout({phase}=...)"
    return cls.advice.replace(f"Timeout({phase}=...)", option) if phase in _ERRORS else f"Raise {option}."


def is_unsent(error: BaseException, phase: Phase) -> bool:
    """Whether an attempt that failed with this error in this phase has sent nothing."""
    return phase in BEFORE_SENDING or (isinstance(error, APIConnectionError) and error.phase == "connect")


def late(phase: Phase, wait: float, deadline: float) -> DeadlineExceeded:
    """Return the error for a wait that does not begin, because it would not end in time."""
    message = (
        f"Did not begin to wait: {_DOING[phase]} takes another {wait:.1f} s or more, and the deadline is "
        f"{deadline:g} s."
    )
    return DeadlineExceeded(message, phase=phase, limit=deadline)
