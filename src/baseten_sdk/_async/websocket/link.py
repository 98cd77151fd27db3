"""One open WebSocket: messages out, messages in, and its end.

Theory of operation. Whoever receives reads the connection directly: there is no task or thread for each connection, and
what no task takes stays in the kernel, so that the other side is slowed down. A heartbeat serves a connection that no
task reads: it answers pings, sends its own, and notices the end. All of it goes through `_take_in`, where bytes
become messages and replies.

It must not know what messages mean.
"""

from __future__ import annotations

import time
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

from ..._core.websocket.closing import NORMAL, Closing, closing_error, is_clean
from ..._core.websocket.keepalive import Keepalive
from ..._io.duplex import AsyncDuplex
from ..._io.heartbeat import HEARTBEAT, AsyncPulse
from ...errors import BasetenError, WebSocketInterrupted
from ...hooks import CallEnded
from ..calls.upgraded import AsyncUpgraded
from ..transports.base import is_limit, reason_of

if TYPE_CHECKING:
    from ..._core.websocket.protocol import MessageProtocol

CLOSING = 5.0
"""Seconds for the other side to answer a close frame."""

ROOM = 1024 * 1024
"""When this many bytes of messages are waiting, a heartbeat stops reading."""

LOOKS = 16
"""How many pieces a heartbeat reads at most."""


class AsyncLink:
    """A connection after its handshake.

    Args:
        upgraded: The connection, and its call.
        protocol: Its protocol, open.
        interval: Seconds of silence until a ping. None: never.
    """

    def __init__(self, upgraded: AsyncUpgraded, protocol: MessageProtocol, interval: float | None) -> None:
        self.upgraded = upgraded
        self._protocol = protocol
        self._duplex = AsyncDuplex(upgraded.socket)
        self._keepalive = Keepalive(interval, time.monotonic())
        self._lost: tuple[str, str] | None = None
        self.over = False
        self._pulse = AsyncPulse(self.beat)
        HEARTBEAT.add(self._pulse)
        if upgraded.early:
            self._take_in(upgraded.early)

    @property
    def closing(self) -> Closing | None:
        """How it ended, if it was closed properly."""
        return self._protocol.closing

    @property
    def clean(self) -> bool:
        """Whether it ended and nothing is missing."""
        return self.over and self._lost is None and (self.closing is None or is_clean(self.closing))

    async def send(self, text: bool, data: bytes) -> None:
        """Send a message, and wait until the kernel has it.

        Raises:
            WebSocketError: The connection has ended.
        """
        protocol, duplex = self._protocol, self._duplex
        with duplex.state:
            usable = protocol.open and not self.over
            if usable:
                duplex.push(protocol.send(text, data))
        if not usable:
            raise self.error()
        try:
            await duplex.flush()
        except OSError as error:
            self._broke(error, "write")
        else:
            return
        raise self.error()

    async def receive(self, seconds: float | None) -> str | bytes:
        """Return the next message.

        Raises:
            TimeoutError: None arrived in time.
            WebSocketError: The connection has ended.
        """
        protocol, duplex = self._protocol, self._duplex
        messages = protocol.messages
        end = None if seconds is None else time.monotonic() + seconds
        while True:
            if messages:
                await duplex.breathe()
                with suppress(IndexError):
                    message = messages.popleft()
                    protocol.taken(message)
                    return message
            if self.over:
                raise self.error()
            await self._read(None if end is None else end - time.monotonic())

    async def _read(self, seconds: float | None) -> None:
        """Wait for bytes, unless another reader has brought messages meanwhile."""
        duplex = self._duplex
        await duplex.acquire(seconds)
        try:
            if not self._protocol.messages and not self.over:
                self._take_in(await duplex.read(seconds))
        except OSError as error:
            if is_limit(error):
                raise
            self._broke(error, "idle")
        finally:
            duplex.release()

    def _take_in(self, data: bytes) -> None:
        """Process received bytes, or their end."""
        duplex, protocol = self._duplex, self._protocol
        with duplex.state:
            replies = protocol.feed(data)
            if replies:
                duplex.push(replies)
                # If this fails, the next read or write reports it.
                with suppress(OSError):
                    duplex.drain()
        self._keepalive.heard(time.monotonic())
        if protocol.closing is not None:
            self._finish()

    @property
    def waiting(self) -> list[str | bytes]:
        """The messages that arrived and were not taken yet."""
        return list(self._protocol.messages)

    def ready(self) -> bool:
        """Whether a message, or the end, is there without waiting."""
        if not self._protocol.messages and not self.over and self._duplex.try_acquire():
            try:
                self._look()
            except OSError as error:
                self._broke(error, "idle")
            finally:
                self._duplex.release()
        return bool(self._protocol.messages) or self.over

    def beat(self) -> None:
        """Serve the connection while no task reads it, without waiting for anything."""
        if self.over:
            return
        try:
            if self._duplex.try_acquire():
                try:
                    self._look()
                finally:
                    self._duplex.release()
            due = self._keepalive.due(time.monotonic())
            with self._duplex.state:
                if due == "ping":
                    self._duplex.push(self._protocol.ping())
                if not self.over:
                    self._duplex.drain()
        except OSError as error:
            self._broke(error, "idle")
            return
        if due == "lost":
            self._lost = f"no answer to a ping within {self._keepalive.interval:g} s", "idle"
            self._finish()

    def _look(self) -> None:
        for _ in range(LOOKS):
            if self.over:
                return
            if self._protocol.held >= ROOM:
                # Messages are waiting unread, so silence of the other side cannot be judged.
                self._keepalive.heard(time.monotonic())
                return
            with self._duplex.state:
                data = self._duplex.take()
            if data is None:
                return
            self._take_in(data)

    async def aclose(self, code: int, reason: str) -> None:
        """Close properly: send a close frame, and wait briefly for the answer.

        Messages that still arrive are dropped.
        """
        if self.over:
            return
        protocol, duplex = self._protocol, self._duplex
        end = time.monotonic() + CLOSING
        try:
            with duplex.state:
                duplex.push(protocol.close(code, reason))
            await duplex.flush(CLOSING)
            while not self.over:
                await self._read(end - time.monotonic())
                protocol.drop()
        except OSError:
            pass
        finally:
            self._finish()

    def _broke(self, error: OSError, phase: str) -> None:
        """Note that the connection broke. The last message of the other side may say why."""
        with suppress(OSError):
            if phase == "write" and self._duplex.try_acquire():
                try:
                    self._look()
                finally:
                    self._duplex.release()
        if not self.over:
            self._lost = reason_of(error), phase
            self._finish()

    def _finish(self) -> None:
        """Give everything back, and notify the observers of the call."""
        if self.over:
            return
        self.over = True
        HEARTBEAT.remove(self._pulse)
        self.upgraded.end()
        observed = self.upgraded.observed
        if observed is None:
            return
        closing = self.closing
        if self._lost is not None or (closing is not None and not is_clean(closing)):
            observed.failed(self.error())
        else:
            observed.ended(CallEnded(None, self.upgraded.meta, complete=closing is not None))

    def error(self) -> BasetenError:
        """Return why it cannot be used any more."""
        if self.closing is None and self._lost is not None:
            reason, phase = self._lost
            return self.upgraded.broken(WebSocketInterrupted(f"The WebSocket broke: {reason}.", phase=phase))
        return self.upgraded.described(closing_error(self.closing or Closing(NORMAL, "", ours=True)))

    def __del__(self) -> None:
        if not getattr(self, "over", True):
            self.over = True
            HEARTBEAT.remove(self._pulse)
            self.upgraded.abandon()
            warnings.warn(
                "A WebSocket was not closed: use `async with`, or call aclose().",
                ResourceWarning,
                stacklevel=1,
                source=self,
            )
