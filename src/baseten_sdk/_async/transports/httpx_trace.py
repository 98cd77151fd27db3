"""What httpx does for one call, watched from outside: its steps, and the bytes that it reads and writes.

httpx tells its steps to whoever asks (its "trace" extension), and with a new connection it hands out the stream that it
reads and writes. From then on the reads and writes of each call pass by here. So the phases of the timer are told as
they begin; a read has the time that is left then, in the sync flavour too; the head of a reply is bounded, with what
comes before it; and a connection on which bytes came behind a reply says that it is dead, which keeps httpx from using
it again.

It must not know httpx's classes: a stream is anything with `read`, `write` and `get_extra_info`. What it was not shown,
such as a connection that calls of the user's own opened, works as httpx has it.
"""

from __future__ import annotations

import socket
import weakref
from collections.abc import Mapping
from contextlib import suppress
from math import inf
from typing import Protocol, runtime_checkable
from weakref import WeakValueDictionary

from ..._io.http1 import LimitExceeded, ProtocolError, ReplyParser
from ..._io.sockets import Tunable, tune
from ..._io.timer import AsyncTimer
from ...errors import APIConnectionError

PIECE = 64 * 1024
"""Bytes that are written at once, within the time that is left then."""


@runtime_checkable
class AsyncStream(Protocol):
    """A connection, as httpx's network backends have it."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes; b"" at the end."""
        ...

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        ...

    async def aclose(self) -> None:
        """Close it. Closing twice is fine."""
        ...

    def get_extra_info(self, info: str) -> object:
        """What it knows of itself."""
        ...


class AsyncWatch:
    """One call.

    Args:
        timer: the call's.
        streams: gathers the connections that are opened for it, where they are ours to tune and to end.

    Attributes:
        seen: whether what it reads passes by here.
    """

    __slots__ = ("_handshaking", "_parser", "_streams", "_timer", "seen")

    def __init__(self, timer: AsyncTimer, streams: WeakValueDictionary[int, AsyncStream] | None = None) -> None:
        self._timer = timer
        self._streams = streams
        self._parser: ReplyParser | None = None
        self._handshaking: AsyncStream | None = None
        self.seen = False

    async def __call__(self, step: str, info: Mapping[str, object]) -> None:
        """httpx begins a step, or has ended one."""
        kind, _, name = step.partition(".")
        match name:
            case "connect_tcp.started":
                self._timer.enter("connect")
            case "start_tls.started" if kind == "proxy":
                self._timer.enter("connect")
            case "connect_tcp.complete" | "start_tls.complete":
                stream = info.get("return_value")
                if isinstance(stream, AsyncStream):
                    _attach(stream)
                    self._handshaking = stream
                    self._own(stream)
            case "send_request_headers.started":
                self._handshaking = None
                self._timer.enter("write")
                self._begin(getattr(info.get("request"), "method", b"") if kind == "http11" else None)
            case "receive_response_headers.started":
                self._timer.enter("first_byte")
            case _:
                pass

    def _begin(self, method: bytes | None) -> None:
        """A request is about to be sent, in another protocol than HTTP/1.1 if it has no method here."""
        self._parser = None
        if method is not None:
            self._parser = ReplyParser()
            self._parser.begin(method.decode("latin-1"))

    def _own(self, stream: AsyncStream) -> None:
        if self._streams is None:
            return
        raw = stream.get_extra_info("socket")
        if isinstance(raw, Tunable):
            tune(raw)
            self._streams[id(stream)] = stream

    async def give_up(self) -> None:
        """The call has failed: close a connection that is half made, which httpx forgets where it is cancelled."""
        stream, self._handshaking = self._handshaking, None
        if stream is not None:
            await stream.aclose()

    def left(self) -> float | None:
        """Seconds for the next operation; None where a scope bounds it.

        Raises:
            Expired: there are none left.
        """
        self.seen = True
        return self._timer.remaining()

    def saw(self, data: bytes) -> bool:
        """Bytes were read. Whether their connection is not to be used again.

        Raises:
            APIConnectionError: there is no end of what comes before the body.
        """
        parser = self._parser
        if parser is None:
            return False
        try:
            parser.feed(data)
        except LimitExceeded as error:
            reason = str(error)
        except ProtocolError:
            # httpx takes some of what this parser does not; then it alone reads on.
            self._parser = None
            return True
        else:
            parser.body.clear()
            return parser.broken is not None or (parser.complete and not parser.reusable)
        raise APIConnectionError(f"The connection broke while waiting for the reply: {reason}.", phase="first_byte")


def cut_off(streams: WeakValueDictionary[int, AsyncStream]) -> None:
    """End connections from wherever, so that whoever reads there, in a thread or an event loop, wakes up. They stay to
    be closed by whom they belong to; closing them here would wake nobody."""
    for reference in streams.valuerefs():  # safe while others come and go
        stream = reference()
        raw = None if stream is None else stream.get_extra_info("socket")
        if isinstance(raw, Tunable):
            # By a socket of our own, since those that loops hand out do not all allow it.
            with suppress(OSError), socket.fromfd(raw.fileno(), socket.AF_INET, socket.SOCK_STREAM) as own:
                own.shutdown(socket.SHUT_RDWR)


class AsyncPatience(float):
    """The timeout of a call's reads or writes: a number for who knows no better, else what the watch says."""

    __slots__ = ("watch",)

    watch: AsyncWatch

    @classmethod
    def of(cls, watch: AsyncWatch, seconds: float | None) -> AsyncPatience:
        """A timeout of so many seconds; None is no bound."""
        patience = cls(inf if seconds is None else seconds)
        patience.watch = watch
        return patience


def _attach(stream: AsyncStream) -> None:
    """Let what is read and written pass by the watch of whoever reads and writes."""
    kind = type(stream)
    spoiled = False

    async def watched_read(max_bytes: int, timeout: float | None = None) -> bytes:
        nonlocal spoiled
        if not isinstance(timeout, AsyncPatience):
            return await kind.read(itself(), max_bytes, timeout)
        data = await kind.read(itself(), max_bytes, timeout.watch.left())
        spoiled = timeout.watch.saw(data)
        return data

    async def watched_write(buffer: bytes, timeout: float | None = None) -> None:
        if not isinstance(timeout, AsyncPatience):
            await kind.write(itself(), buffer, timeout)
            return
        for start in range(0, len(buffer), PIECE):
            await kind.write(itself(), buffer[start : start + PIECE], timeout.watch.left())

    def known(info: str) -> object:
        return True if spoiled and info == "is_readable" else kind.get_extra_info(itself(), info)

    try:
        # A stream that held itself would be left to the garbage collector.
        reference = weakref.ref(stream)
        vars(stream).update(read=watched_read, write=watched_write, get_extra_info=known)
    except TypeError:
        return  # a stream that cannot be watched

    def itself() -> AsyncStream:
        found = reference()
        assert found is not None, "it is at work"
        return found
