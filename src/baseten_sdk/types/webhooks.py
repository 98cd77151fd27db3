"""What Baseten posts to a webhook when an async request has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

from .async_requests import AsyncErrorDetail

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AsyncPredictResult(Generic[T]):
    """The end of an async request.

    Attributes:
        request_id: The ID that `async_predict` returned. A delivery may come twice: keep one for each ID.
        data: The model's output; None if it failed.
        errors: What went wrong; empty on success.
        time: When it was sent.
        type: "async_request_completed", for failures too.
        model_id: The model; None for a chain.
        chain_id: The chain; None for a model.
        deployment_id: The deployment that ran it.
    """

    request_id: str
    data: T | None
    errors: tuple[AsyncErrorDetail, ...]
    time: datetime | None
    type: Literal["async_request_completed"] | str
    model_id: str | None = None
    chain_id: str | None = None
    deployment_id: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the model succeeded."""
        return not self.errors
