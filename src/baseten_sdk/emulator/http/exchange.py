"""One request as endpoints see it: its address, headers, body and plan.

It owns reading. It must not know the endpoints.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import Headers

from ..behaviors.plan import Plan
from .jsonvalue import JSON, load
from .routing import Address


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request after authentication.

    Attributes:
        request_id: The ID that this exchange is known by, whether or not the reply carries it.
        moment: When it was accepted, by the emulator's clock.
        member: The member of a fleet that it is for.
    """

    method: str
    path: str
    query_string: str
    address: Address
    headers: Headers
    body: bytes
    plan: Plan
    request_id: str
    moment: float
    member: str | None = None

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def query(self) -> dict[str, JSON]:
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    def json(self) -> JSON:
        """Return the body as JSON. Raises ValueError."""
        return load(self.body)

    @property
    def gathers(self) -> bool:
        """The caller would get a stream as one JSON string, as the model runtime does it."""
        return (
            self.headers.get("accept", "*/*").strip().lower() == "application/json"
            and "openai" not in self.headers.get("user-agent", "").lower()
        )
