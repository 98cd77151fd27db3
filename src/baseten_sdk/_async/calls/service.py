"""What every resource needs: what makes the calls, where the URLs are, and the default options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Protocol, TypeVar

from ..._core.policy.phases import late
from ..._core.policy.retry_budget import RetryBudget
from ..._core.reply.response import WholeResponse
from ..._core.request.options import Options
from ..._core.request.request import Request
from ..._core.request.routing import Router
from ..._core.request.service_urls import BaseURL
from ..._io.clock import AsyncClock
from ..._io.pacing import AsyncPacing
from ..._settings import Settings, not_portable
from ...config import CallOptions, Limits
from ...types.meta import Meta
from .body import AsyncResponseStream
from .connections import AsyncConnections

if TYPE_CHECKING:
    from .continued import AsyncContinuation
    from .upgraded import AsyncUpgraded

T = TypeVar("T")


class AsyncCalls(Protocol):
    """Makes calls, for a client or a pool."""

    limits: Limits
    clock: AsyncClock
    budget: RetryBudget

    async def fetch(self, request: Request, options: Options, read: Callable[[WholeResponse], T]) -> tuple[T, Meta]:
        """Make a call and read its whole reply."""
        ...

    async def open(self, request: Request, options: Options) -> AsyncResponseStream:
        """Make a call whose reply is a stream."""
        ...

    def continuation(self, request: Request, options: Options) -> AsyncContinuation | None:
        """Return what continues a cut chat stream. None: its reader gets the error."""
        ...

    @property
    def plain(self) -> AsyncCalls:
        """What makes single calls, without a client's hedges: a pool hedges by itself."""
        ...

    async def connect(self, request: Request, options: Options) -> AsyncUpgraded:
        """Make a call that asks for another protocol."""
        ...


@dataclass(frozen=True, slots=True)
class AsyncService:
    """The parts that a client shares with its resources."""

    caller: AsyncCalls
    connections: AsyncConnections
    router: Router
    pacing: AsyncPacing
    options: Options
    settings: Settings | None

    def portable(self) -> Settings:
        """Return the settings with the defaults of this service, for a client of the other flavor.

        Raises:
            ConfigurationError: The client was made with an httpx client, which serves only this flavor.
        """
        if self.settings is None:
            raise not_portable()
        return self.settings.with_options(self.options)

    def with_options(self, options: CallOptions) -> AsyncService:
        """Return a copy with other defaults. Connections, limits and budget stay shared."""
        return replace(self, options=self.options.merged(options))

    def without_key(self) -> AsyncService:
        """Return a copy for calls to a host that must not see the key."""
        return replace(self, options=self.options.without_key())

    def model_apis(self) -> BaseURL:
        return self.router.model_apis()

    async def paced(self, options: Options) -> Options:
        """Wait until the limit allows the next status call. Return the options with what is left of the deadline.

        Raises:
            DeadlineExceeded: The wait does not fit into the deadline, so it did not begin.
        """
        clock = self.caller.clock
        deadline = inf if options.deadline is None else options.deadline
        wait = self.pacing.reserve(clock.now(), deadline)
        if wait >= deadline:
            raise late("pace", wait, deadline)
        if wait > 0:
            await clock.sleep(wait)
            options = options if deadline == inf else options.left_of_deadline(deadline - wait)
        return options
