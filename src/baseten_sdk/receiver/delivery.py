"""A delivery in a store: verified, with its bytes unchanged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, overload

from ..types.json import JsonValue
from ..types.webhooks import AsyncPredictResult
from ..webhooks import parse

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """One delivery.

    Attributes:
        request_id: The ID of the async request, from the signed body.
        body: The body of the webhook request, byte for byte.
        received_at: When it came, in seconds since the epoch.
        tag: The value of `baseten_tag` in the query of the URL that it was posted to; None if there is none. It says
            what a delivery belongs to before its request ID is known. It is not signed: trust it only if the ID is new.
    """

    request_id: str
    body: bytes = field(repr=False)
    received_at: float
    tag: str | None = None

    @overload
    def result(self, *, response_model: type[T]) -> AsyncPredictResult[T]: ...

    @overload
    def result(self, *, response_model: None = None) -> AsyncPredictResult[JsonValue]: ...

    def result(self, *, response_model: type[T] | None = None) -> AsyncPredictResult[T] | AsyncPredictResult[JsonValue]:
        """Read the delivery.

        Args:
            response_model: The type of the output, anything that pydantic can validate.

        Raises:
            ResponseValidationError: The body cannot be parsed, or the output is not a `response_model`.
        """
        return parse(self.body) if response_model is None else parse(self.body, response_model=response_model)
