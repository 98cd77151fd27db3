"""What every resource stands on: who makes the calls, where things are, and what holds unless a call says otherwise."""

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
from ..._core.request.routing import BaseURL, Router
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
    """Makes calls: of a client, or of a pool."""

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
        """What goes on with a chat stream that is cut; None where its reader is told instead."""
        ...

    @property
    def plain(self) -> AsyncCalls:
        """What makes single calls: those of a pool are hedged by the pool alone."""
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
        """The settings with the defaults that hold here, for a client of the other flavor.

        Raises:
            ConfigurationError: the client was made with an httpx client, which belongs to this flavor alone.
        """
        if self.settings is None:
            raise not_portable()
        return self.settings.with_options(self.options)

    def with_options(self, options: CallOptions) -> AsyncService:
        """The same with other defaults; connections, limits and budget stay shared."""
        return replace(self, options=self.options.merged(options))

    def without_key(self) -> AsyncService:
        """The same for calls to somebody who is not to see the key."""
        return replace(self, options=self.options.without_key())

    def model_apis(self) -> BaseURL:
        """Where the Model APIs are."""
        return self.router.model_apis()

    async def paced(self, options: Options) -> Options:
        """Wait for the next status call that the limit allows: the options, with what is left of the deadline.

        Raises:
            DeadlineExceeded: the wait does not fit into the deadline; it was not begun.
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
