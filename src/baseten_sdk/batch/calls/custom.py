"""A call of the caller's own for each row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from .call import Call, Settings

if TYPE_CHECKING:
    from ... import AsyncClient

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Custom(Call[T]):
    function: Callable[[AsyncClient], Awaitable[T]]
    given: Settings

    async def make(self, client: AsyncClient) -> T:
        return await self.function(client)

    def settings(self) -> Settings:
        return {"kind": "custom", **self.given}


def custom(function: Callable[[AsyncClient], Awaitable[T]], *, settings: Mapping[str, object] | None = None) -> Call[T]:
    """Await a function of the client, for calls that have no name here.

    Args:
        function: Makes the call.
        settings: What a resumed batch compares to tell whether it is the same; JSON values.
    """
    return _Custom(function, dict(settings or {}))
