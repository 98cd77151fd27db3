"""An async request as the queue holds it: when it runs, how it ends, and what its webhook says."""

from __future__ import annotations

from dataclasses import dataclass

from ..http.jsonvalue import JSON
from ..http.routing import Address

_FAILURES = {
    "MODEL_NOT_READY": "the model is not ready",
    "MODEL_DOES_NOT_EXIST": "the model does not exist",
    "MODEL_INVALID_INPUT": "the model could not read its input",
    "MODEL_PREDICT_ERROR": "the model's code raised",
    "MODEL_UNAVAILABLE": "the model could not be reached",
    "MODEL_PREDICT_TIMEOUT": "the prediction took too long",
}


@dataclass(slots=True)
class Job:
    """One asynchronous request.

    Attributes:
        failure: The error code it ends with, or None.
        model_input: What was submitted.
        webhook: Where its result goes, or None.
        delivery_delay: Seconds between its end and the first attempt to deliver.
        handling: What is to go wrong with its webhook, or None.
    """

    request_id: str
    address: Address
    created_at: float
    start_at: float
    end_at: float
    expires_at: float
    output: JSON
    model_input: JSON = None
    failure: str | None = None
    webhook: str | None = None
    handling: str | None = None
    delivery_delay: float = 0.0
    canceled_at: float | None = None
    webhook_status: str = "NO_WEBHOOK_PROVIDED"
    settled_at: float | None = None

    @property
    def expires(self) -> bool:
        return self.expires_at < self.start_at

    @property
    def over_at(self) -> float:
        """When it ends, if nothing cancels it."""
        return self.expires_at if self.expires else self.end_at

    def state(self, now: float) -> tuple[str, float]:
        """Its status and since when."""
        if self.canceled_at is not None:
            return "CANCELED", self.canceled_at
        if now < min(self.start_at, self.expires_at):
            return "QUEUED", self.created_at
        if self.expires:
            return "EXPIRED", self.expires_at
        if now < self.end_at:
            return "IN_PROGRESS", self.start_at
        if self.failure is not None:
            return "FAILED", self.end_at
        if self.webhook_status == "FAILED":
            return "WEBHOOK_FAILED", self.settled_at or self.end_at
        return "SUCCEEDED", self.end_at

    def settle(self, now: float, *, delivered: bool) -> None:
        """Note how its webhook ended."""
        self.settled_at = now
        self.webhook_status = "SUCCEEDED" if delivered else "FAILED"

    def errors(self, now: float) -> list[JSON]:
        status, _ = self.state(now)
        match status:
            case "FAILED" if self.failure is not None:
                return [{"code": self.failure, "message": _FAILURES.get(self.failure, "the model failed")}]
            case "EXPIRED":
                return [{"code": "MODEL_UNAVAILABLE", "message": "the request waited too long in the queue"}]
            case _:
                return []
