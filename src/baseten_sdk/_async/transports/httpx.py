"""The transport on httpx: everything that a user may want to configure there, from proxies to mocks.

It uses only what httpx and its successors share. What its connections read and write is watched, so that limits hold
and no reply reaches another call, on all connections that calls of this package opened. Where a call of the user's own
opened one, on the same client, httpx is on its own there; in the sync flavour the limits within a stream are then
rounded up to whole seconds.

The timer starts with "first_byte", since a mock or another transport of the user's may never tell what it is doing;
where httpx traces its steps, each phase begins with its step.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from math import ceil
from weakref import WeakValueDictionary

import httpx

from ..._core.policy.phases import Expired, Phase
from ..._core.policy.transport_choice import LOOPBACK
from ..._core.request.accept import ACCEPTED_ENCODINGS
from ..._core.request.head import BODILESS
from ..._core.request.request import Request
from ..._io.shield import AsyncShield
from ..._io.timer import AsyncTimer
from ..._io.tls import shared_context
from ...config import Limits
from ...errors import APIConnectionError, BasetenError, ClientClosedError, InvalidRequestError
from ...types.meta import Headers
from .httpx_trace import AsyncPatience, AsyncStream, AsyncWatch, cut_off

ONE_DAY = 24 * 60 * 60

MOST_URLS = 256
"""URLs that are remembered parsed."""

LEFTOVERS = 64
"""Pieces that are taken from a closed reply before its iterator is given up."""


def new_client(limits: Limits, tls: ssl.SSLContext | None) -> httpx.AsyncClient:
    """A client of our own, for proxies: it follows no redirects, keeps no cookies, and never lets a call wait for a
    connection."""
    return httpx.AsyncClient(
        verify=tls or shared_context(),
        timeout=None,
        follow_redirects=False,
        limits=_limits(limits),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        mounts={f"all://{f'[{host}]' if ':' in host else host}": None for host in LOOPBACK},
    )


def _limits(limits: Limits) -> httpx.Limits:
    return httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=limits.idle_connection)


class AsyncBareClient:
    """httpx's connections without its client around them: redirects, cookies, authentication and the merging of headers
    are what we do without, and they cost a third of a call."""

    def __init__(self, limits: Limits, tls: ssl.SSLContext | None) -> None:
        self._transport = httpx.AsyncHTTPTransport(verify=tls or shared_context(), limits=_limits(limits))
        self._urls: dict[str, httpx.URL] = {}
        self.is_closed = False

    def build_request(
        self,
        method: str,
        url: str,
        *,
        headers: list[tuple[str, str]],
        content: bytes | None,
        extensions: dict[str, object],
    ) -> httpx.Request:
        """A request, with what HTTP itself asks for."""
        place = self._urls.get(url)
        if place is None:
            if len(self._urls) >= MOST_URLS:
                self._urls.clear()
            place = self._urls[url] = httpx.URL(url)
        lines = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers]
        if not any(name == b"host" for name, _ in lines):
            lines.insert(0, (b"host", place.netloc))
        if content or method not in BODILESS:
            lines.append((b"content-length", b"%d" % len(content or b"")))
        stream = httpx.ByteStream(content or b"")
        return httpx.Request(method, place, headers=lines, stream=stream, extensions=extensions)

    async def send(self, request: httpx.Request, *, stream: bool, auth: None, follow_redirects: bool) -> httpx.Response:
        """Send it; the arguments are those of httpx's own client, which has more to choose from."""
        if self.is_closed:
            raise RuntimeError("the client is closed")
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        self.is_closed = True
        await self._transport.aclose()


class AsyncHttpxTransport:
    """Carries requests over an httpx client.

    Args:
        client: the client to use.
        owned: whether it is closed with the transport; a user's own never is.
    """

    def __init__(self, client: httpx.AsyncClient | AsyncBareClient, *, owned: bool) -> None:
        self._client = client
        self._owned = owned
        self._closed = False
        self._process = os.getpid()
        self._streams: WeakValueDictionary[int, AsyncStream] | None = WeakValueDictionary() if owned else None

    @property
    def closed(self) -> bool:
        """Whether it, or its client, was closed."""
        return self._closed or self._client.is_closed

    async def send(self, request: Request, timer: AsyncTimer) -> AsyncHttpxExchange:
        timer.begin()
        if self._closed:
            raise ClientClosedError("The client was closed.")
        timer.enter("first_byte")
        watch = AsyncWatch(timer, self._streams)
        failure: BasetenError | Expired
        try:
            message = self._client.build_request(
                request.method,
                request.url,
                headers=[*request.with_header("accept-encoding", ACCEPTED_ENCODINGS).headers.pairs],
                content=request.body or None,
                extensions={"timeout": (left := _Left(timer, watch)), "trace": watch},
            )
            reply = await self._client.send(message, stream=True, auth=None, follow_redirects=False)
            left.replied = True
            return AsyncHttpxExchange(self, reply, timer)
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError, OSError) as error:
            failure = _translated(error, timer, "first_byte", self.closed)
        except BaseException:
            with AsyncShield.briefly():
                await watch.give_up()
            raise
        raise failure

    async def aclose(self) -> None:
        self.abandon()
        if self._owned:
            await self._client.aclose()

    def abandon(self) -> None:
        """End the calls in flight. httpx's connections are closed by the loop that they belong to, or not at all."""
        self._closed = True
        if self._streams is not None and self._process == os.getpid():  # a fork has the sockets of its parent
            cut_off(self._streams)


class AsyncHttpxExchange:
    """A reply of httpx.

    Attributes:
        give_back: called once, when the exchange is over.
    """

    __slots__ = ("_pieces", "_reply", "_timer", "_transport", "_whole", "give_back", "headers", "status")

    def __init__(self, transport: AsyncHttpxTransport, reply: httpx.Response, timer: AsyncTimer) -> None:
        self._transport = transport
        self._reply = reply
        self._timer = timer
        self._pieces: AsyncIterator[bytes] | None = None
        self.give_back: Callable[[], None] | None = None
        self.status = reply.status_code
        lines = reply.headers.raw
        # A mock, or a hook of the user's, may have read the reply; then httpx has decoded it too.
        self._whole = reply.content if reply.is_stream_consumed else None
        if self._whole is not None:
            lines = [(name, value) for name, value in lines if name.lower() != b"content-encoding"]
        self.headers = Headers.of(lines)

    @property
    def ready(self) -> bool:
        """httpx does not tell."""
        return False

    def whole(self) -> bytes | None:
        return None

    async def receive(self) -> bytes:
        if self._whole is not None:
            piece, self._whole = self._whole, b""
            return piece
        if self._pieces is None:
            self._pieces = self._reply.aiter_raw()
        failure: BasetenError | Expired
        try:
            while True:
                self._timer.remaining()
                piece = await anext(self._pieces)
                if piece:
                    return piece
        except StopAsyncIteration:
            return b""
        except (httpx.HTTPError, httpx.StreamError, RuntimeError, OSError) as error:
            failure = _translated(error, self._timer, "idle", self._transport.closed, self.status)
        raise failure

    def abandon(self) -> None:
        """Nothing can be done without waiting; the connection goes when httpx's client does."""
        self._over()

    def _over(self) -> None:
        give_back, self.give_back = self.give_back, None
        if give_back is not None:
            give_back()

    async def aclose(self) -> None:
        self._timer.release()
        try:
            with AsyncShield.briefly():
                await self._reply.aclose()
                await self._exhaust()
        except (httpx.HTTPError, httpx.StreamError, RuntimeError, OSError, APIConnectionError, Expired):
            return
        finally:
            self._over()

    async def _exhaust(self) -> None:
        """End the iterators inside httpx, which would otherwise be left to the garbage collector half way through."""
        if self._pieces is not None:
            for _ in range(LEFTOVERS):
                if await anext(self._pieces, None) is None:
                    return


class _Left(dict[str, object]):
    """httpx's timeouts, asked for when a step begins: what is left then, not what was left when the call began."""

    def __init__(self, timer: AsyncTimer, watch: AsyncWatch) -> None:
        super().__init__()
        self._timer = timer
        self._watch = watch
        self.replied = False

    def get(self, step: str, default: object = None) -> object:
        left = self._timer.remaining()
        match step:
            case "pool":
                return left
            case "read" if self._watch.seen or not self.replied:
                return AsyncPatience.of(self._watch, left)
            case "read" if left is None or self._timer.phase == "idle":
                return left
            case "read":
                return _Seconds(self._timer)
            case "connect":
                bound = self._timer.limits.of("connect")
                return bound if left is None else min(left, bound)
            case _:
                bound = self._timer.limits.of("write")
                return AsyncPatience.of(self._watch, bound if left is None else min(left, bound))


class _Seconds:
    """The timeout of each read of a stream that is not watched. httpx keeps the one that it got at the first read, and
    the limit changes with every event; so the socket asks an integer for its value, each time anew."""

    __slots__ = ("_timer",)

    def __init__(self, timer: AsyncTimer) -> None:
        self._timer = timer

    def __index__(self) -> int:
        try:
            left = self._timer.remaining()
        except Expired:
            raise TimeoutError from None
        return ONE_DAY if left is None else max(ceil(left), 1)


def _translated(
    error: Exception, timer: AsyncTimer, phase: Phase, closed: bool, status: int | None = None
) -> BasetenError | Expired:
    """The public error for what httpx raised; never chained to it, since it holds the request and so the key."""
    text = _text(error)
    match error:
        case _ if closed:
            return ClientClosedError("The client was closed.")
        case httpx.TimeoutException() if _gave_up(error):
            return APIConnectionError(
                f"The connection broke: {_gave_up(error)}.", phase=timer.phase, status_code=status
            )
        case httpx.ConnectTimeout():
            return timer.expired("connect")
        case httpx.WriteTimeout():
            return timer.expired("write")
        case httpx.PoolTimeout():
            return timer.expired("queue")
        case httpx.TimeoutException():
            return timer.expired(timer.phase)
        case httpx.UnsupportedProtocol() | httpx.InvalidURL() | httpx.LocalProtocolError():
            return InvalidRequestError(f"The request cannot be sent: {text}.")
        case httpx.ConnectError() | httpx.ProxyError():
            bad_certificate = "CERTIFICATE_VERIFY_FAILED" in text
            return APIConnectionError(f"Cannot connect: {text}.", phase="connect", permanent=bad_certificate)
        case httpx.WriteError():
            return APIConnectionError(f"The connection broke while sending: {text}.", phase="write")
        case _:
            where = "while waiting for the reply" if phase == "first_byte" else "in the middle of the reply"
            return APIConnectionError(f"The connection broke {where}: {text}.", phase=phase, status_code=status)


def _gave_up(error: Exception) -> str:
    """What the kernel says where it was the kernel that gave a connection up; "" where a limit was reached."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, TimeoutError) and cause.errno is not None:
            return str(cause.strerror).lower()
        cause = cause.__cause__
    return ""


def _text(error: Exception) -> str:
    """What the error says, or else what it is or was caused by."""
    cause: BaseException | None = error
    while cause is not None:
        if text := str(cause).rstrip("."):
            return text
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__
