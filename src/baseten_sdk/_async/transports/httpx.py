"""The transport on httpx, or on its successor httpx2: for everything that a user may want to configure there.

It adapts a client by its public API alone: `build_request`, `send`, and the request extensions "timeout" and "trace".
So it promises what httpx promises; `docs/reliability.md` has the table.

The timer starts with "first_byte", since a mock or another transport of the user's may never report what it is doing;
where httpx traces its steps, each phase begins with its step. The async flavor is bounded by its timer. The sync flavor
hands httpx what is left of the limits whenever a phase begins.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, runtime_checkable

import httpx

from ..._core.policy.phases import Expired, Phase
from ..._core.request.accept import ACCEPTED_ENCODINGS
from ..._core.request.header_lines import HeaderLines
from ..._core.request.proxies import Proxy
from ..._core.request.request import Request
from ..._io.shield import AsyncShield
from ..._io.timer import AsyncTimer
from ...errors import APIConnectionError, BasetenError, ClientClosedError
from ...types.meta import Headers
from .base import AsyncTransport

# unasync: remove
from .cancellation import cancellation_of
from .httpx_body import put_body

# unasync: end
from .httpx_errors import translated

if TYPE_CHECKING:
    import httpx2

PHASES: dict[str, Phase | None] = {
    "connect_tcp.started": "connect",
    "start_tls.started": "connect",
    "send_request_headers.started": "write",
    "receive_response_headers.started": "first_byte",
    "receive_response_body.started": None,
}
"""What begins httpx's steps with a limit, and the phases that begin with them.

Other steps are left alone, because httpx cleans up in some of them.
"""

CONNECTED = "connect_tcp.complete"

LEFTOVERS = 64
"""How many pieces to take from a closed reply before giving up its iterator."""

Q = TypeVar("Q")


class RawHeaders(Protocol):
    """The headers of a reply."""

    @property
    def raw(self) -> list[tuple[bytes, bytes]]: ...


class AsyncLibraryResponse(Protocol):
    """A reply, as httpx and httpx2 define it."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> RawHeaders: ...

    @property
    def is_stream_consumed(self) -> bool: ...

    @property
    def content(self) -> bytes: ...

    @property
    def num_bytes_downloaded(self) -> int: ...

    def aiter_raw(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


class AsyncLibraryClient(Protocol[Q]):
    """A client with requests of type `Q`, as httpx and httpx2 define it."""

    @property
    def is_closed(self) -> bool: ...

    def build_request(
        self,
        method: str,
        url: str,
        *,
        headers: list[tuple[str, str]],
        content: bytes | None,
        extensions: dict[str, object],
    ) -> Q: ...

    async def send(self, request: Q, *, stream: bool, auth: None, follow_redirects: bool) -> AsyncLibraryResponse: ...

    async def aclose(self) -> None: ...


class AsyncHttpxTransport(Generic[Q]):
    """Sends requests over an httpx client, which it never closes.

    Args:
        proxy: The client's proxy, if known.
    """

    def __init__(self, client: AsyncLibraryClient[Q], proxy: Proxy | None = None) -> None:
        self.client = client
        self.proxy = proxy
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether it, or its client, was closed."""
        return self._closed or self.client.is_closed

    async def send(self, request: Request, headers: HeaderLines, timer: AsyncTimer) -> AsyncHttpxResponse:
        timer.begin()
        if self._closed:
            raise ClientClosedError("The client was closed.")
        if self.proxy is not None:
            timer.through = self.proxy.address
        timer.enter("first_byte")
        steps = AsyncSteps(timer)
        failure: BasetenError | Expired | None
        try:
            message = self._message(request, headers, {"timeout": steps.left, "trace": steps})
            # unasync: remove
            if request.body:
                put_body(message, request.body)
            # unasync: end
            reply = await self.client.send(message, stream=True, auth=None, follow_redirects=False)
            return AsyncHttpxResponse(self, reply, timer)
        except Exception as error:
            failure = translated(error, timer, "first_byte", closed=self.closed)
            if failure is None:
                raise
        # unasync: remove
        except BaseExceptionGroup as group:  # trio raises this for a connection that was still being made.
            with AsyncShield.briefly():
                await steps.give_up()
            raise cancellation_of(group) from None
        # unasync: end
        except BaseException:
            with AsyncShield.briefly():
                await steps.give_up()
            raise
        raise failure

    def _message(self, request: Request, headers: HeaderLines, extensions: dict[str, object]) -> Q:
        try:
            return self.client.build_request(
                request.method,
                request.url,
                headers=[*headers.with_header("accept-encoding", ACCEPTED_ENCODINGS).pairs],
                content=request.body or None,
                extensions=extensions,
            )
        except BaseException as error:
            # The frames below hold the headers.
            raise error.with_traceback(None) from None

    async def aclose(self) -> None:
        self._closed = True

    def abandon(self) -> None:
        self._closed = True


@runtime_checkable
class AsyncClosable(Protocol):
    """A connection, as httpx's trace shows it."""

    async def aclose(self) -> None: ...


class AsyncSteps:
    """Follows the steps of httpx: it begins the phases, and sets what is left of their limits.

    Attributes:
        left: httpx's timeouts in seconds. None if only the timer limits the step.
    """

    __slots__ = ("_connecting", "_timer", "left")

    def __init__(self, timer: AsyncTimer) -> None:
        self._timer = timer
        self._connecting: AsyncClosable | None = None
        left = timer.remaining()
        connect = timer.limits.of("connect")
        self.left: dict[str, float | None] = {
            "connect": left if left is None else min(left, connect),
            "read": left,
            "write": left,
            "pool": left,
        }

    async def __call__(self, step: str, info: Mapping[str, object]) -> None:
        """Note that a step begins or has ended."""
        name = step.partition(".")[2]  # httpx puts its layer before it, such as "http11".
        if name == CONNECTED:
            stream = info.get("return_value")
            self._connecting = stream if isinstance(stream, AsyncClosable) else None
        if name not in PHASES:
            return
        phase = PHASES[name]
        if getattr(info.get("request"), "method", None) == b"CONNECT":
            phase = None  # The request for a tunnel is a part of connecting.
        elif phase != "connect":
            self._connecting = None
        if phase is not None:
            self._timer.enter(phase)
        left = self._timer.remaining()
        for limit in self.left:
            self.left[limit] = left

    async def give_up(self) -> None:
        """Close a half-made connection after a cancellation, because httpx forgets it."""
        stream, self._connecting = self._connecting, None
        if stream is not None:
            await stream.aclose()


class AsyncHttpxResponse:
    """A reply from httpx.

    Attributes:
        over: Whether its end was read. httpx has closed it then, and closing it again does nothing.
    """

    __slots__ = ("_length", "_pieces", "_reply", "_timer", "_transport", "_whole", "headers", "over", "status")

    def __init__(self, transport: AsyncHttpxTransport[Q], reply: AsyncLibraryResponse, timer: AsyncTimer) -> None:
        self._transport = transport
        self._reply = reply
        self._timer = timer
        self._pieces: AsyncIterator[bytes] | None = None
        self.over = False
        self.status = reply.status_code
        lines = reply.headers.raw
        # A mock or a user's hook may have read the reply. Then httpx has decoded it too.
        self._whole = reply.content if reply.is_stream_consumed else None
        if self._whole is not None:
            lines = [(name, value) for name, value in lines if name.lower() != b"content-encoding"]
        self._length = next((value for name, value in lines if name.lower() == b"content-length"), None)
        self.headers = Headers.of(lines)

    @property
    def ready(self) -> bool:
        """Return False, because httpx does not say."""
        return False

    def whole(self) -> bytes | None:
        return None

    async def receive(self) -> bytes:
        if self._whole is not None:
            piece, self._whole = self._whole, b""
            return piece
        if self._pieces is None:
            self._pieces = self._reply.aiter_raw()
        failure: BasetenError | Expired | None
        try:
            while True:
                self._timer.remaining()
                piece = await anext(self._pieces)
                if piece:
                    return piece
        except StopAsyncIteration:
            self.over = True
            return b""
        except Exception as error:
            failure = translated(error, self._timer, "idle", closed=self._transport.closed, status=self.status)
            if failure is None:
                raise
        raise failure

    async def receive_with_end(self) -> bytes:
        """Return the next piece. If the headers say that it is the last one, read the end too, without waiting.

        Only for HTTP/1.1: HTTP/2 announces the end of a body in a frame of its own.
        """
        piece = await self.receive()
        try:
            if piece and self._length == b"%d" % self._reply.num_bytes_downloaded:
                with suppress(BasetenError, Expired):  # Nothing of the body is missing.
                    await self.receive()
            return piece
        finally:
            piece = b""  # The body may echo the key, and a traceback would show it.

    def abandon(self) -> None:
        """Do nothing: without waiting, nothing can be done. The client closes the connection later."""

    async def aclose(self) -> None:
        self._timer.release()
        try:
            with AsyncShield.briefly():
                await self._reply.aclose()
                await self._exhaust()
        except (APIConnectionError, Expired):
            return
        except Exception as error:
            if translated(error, self._timer, "idle", closed=False) is None:
                raise

    async def _exhaust(self) -> None:
        """End the iterators inside httpx, which would otherwise reach the garbage collector half finished."""
        if self._pieces is not None:
            for _ in range(LEFTOVERS):
                if await anext(self._pieces, None) is None:
                    return


def open_given(client: httpx.AsyncClient | httpx2.AsyncClient) -> AsyncTransport:
    """Return a transport over a user's client."""
    if isinstance(client, httpx.AsyncClient):
        return AsyncHttpxTransport(client)
    return AsyncHttpxTransport(client)
