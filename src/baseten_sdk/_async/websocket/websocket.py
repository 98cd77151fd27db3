"""The WebSocket that a program uses: messages, JSON, iterating, and closing."""

from __future__ import annotations

from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar, overload

from ..._core.reply.reading import SWITCHING
from ..._core.reply.response import WholeResponse
from ..._core.reply.validate import check_kind, unreadable
from ..._core.request.options import Options
from ..._core.request.request import Request, build
from ..._core.websocket.closing import INTERNAL, NORMAL, check_close
from ..._core.websocket.message import decode_message, encode_message
from ..._loading import load
from ...config import DEPLOYMENT_FIRST_BYTE, CallOptions, check_seconds
from ...errors import APIError, ConfigurationError, IdleTimeout, ResponseValidationError, WebSocketClosedError
from ...types.meta import Meta
from ..calls.service import AsyncService

if TYPE_CHECKING:
    from .link import AsyncLink

E = TypeVar("E", bound=APIError)
T = TypeVar("T")

ANY = "*/*"

PING_INTERVAL = 20.0
"""Seconds of silence before a ping is sent. The client waits as long again for a reply."""


class AsyncWebSocket:
    """A WebSocket of `connect()`. Enter it, then send and receive. Tasks may do both at once.

    A text message is `str`, a binary message is `bytes`. Iterating ends when the other side closes cleanly. If it
    closes with an error code, or the connection breaks, iterating raises a `WebSocketError`.

    Example:
        async with deployment.connect() as websocket:
            await websocket.send({"text": "Hello"})
            async for message in websocket:
                print(message)
    """

    def __init__(self, service: AsyncService, request: Request, options: Options, interval: float | None) -> None:
        self._service = service
        self._request = request
        self._options = options
        self._interval = interval
        self._opened: AsyncLink | None = None

    @property
    def meta(self) -> Meta:
        """Request ID, headers and attempts of the handshake. `elapsed` is the time it took."""
        return self._link.upgraded.meta

    @property
    def closed(self) -> bool:
        """Whether the WebSocket is known to have ended. You can still receive messages that arrived before."""
        return self._link.over

    @property
    def close_code(self) -> int | None:
        """The code of the close frame. None while the WebSocket is open, or if the connection broke."""
        closing = self._link.closing
        return None if closing is None else closing.code

    @property
    def _link(self) -> AsyncLink:
        if self._opened is None:
            raise ConfigurationError("Enter the WebSocket first: async with deployment.connect() as websocket.")
        return self._opened

    async def send(self, message: object) -> None:
        """Send a message. Waits if the other side does not keep up.

        Args:
            message: Text, bytes, or any other value, which is sent as JSON in a text message.

        Raises:
            InvalidRequestError: The value has no JSON form, or the message is larger than `Limits(message=...)`.
            WebSocketClosedError: The WebSocket was closed.
            WebSocketInterrupted: The connection broke.
        """
        link = self._link
        await link.send(*encode_message(message, self._service.caller.limits.message))

    @overload
    async def receive(self, *, response_model: type[T], timeout: float | None = None) -> T: ...

    @overload
    async def receive(self, *, response_model: None = None, timeout: float | None = None) -> str | bytes: ...

    async def receive(self, *, response_model: type[T] | None = None, timeout: float | None = None) -> T | str | bytes:
        """Wait for the next message.

        If the wait is canceled or times out, no message is lost. The next call receives it.

        Args:
            response_model: The type to read the message as: any type that pydantic can validate from JSON, `str` for
                a text message, or `bytes` for a binary one. None: return `str` or `bytes`.
            timeout: Seconds to wait. None: wait as long as the connection lives.

        Raises:
            IdleTimeout: No message came within `timeout`. The WebSocket stays open.
            ResponseValidationError: The message is not of that type. The WebSocket stays open.
            WebSocketClosedError: The WebSocket was closed, and all messages have been received.
            WebSocketInterrupted: The connection broke.
            WebSocketProtocolError: The other side broke the rules, or its message is too large.
        """
        if response_model is not None:
            check_kind(response_model)
        check_seconds("timeout", timeout)
        link = self._link
        try:
            message = await link.receive(timeout)
        except TimeoutError:
            limit = timeout or 0.0
        else:
            if link.upgraded.observed is not None:
                link.upgraded.observed.chunk(link.upgraded.redactor.value(message))
            return message if response_model is None else self.decoded(response_model, message)
        late = f"No message within {limit:g} s."
        raise link.upgraded.described(IdleTimeout(late, phase="idle", limit=limit, advice="Raise timeout=."))

    @property
    def clean(self) -> bool:
        """Whether it ended cleanly: you closed it, or the other side closed it with 1000 or without a code."""
        return self._link.clean

    def ready(self) -> bool:
        """Whether a message has arrived, or the WebSocket has ended. Does not wait."""
        return self._link.ready()

    @property
    def waiting(self) -> list[str | bytes]:
        """The messages that arrived and were not received yet."""
        return self._link.waiting

    def described(self, error: E) -> E:
        """Add the facts of this call to an error."""
        return self._link.upgraded.described(error)

    def decoded(self, kind: type[T], message: str | bytes) -> T:
        """Read a message as a type.

        Raises:
            ResponseValidationError: It is not of that type.
        """
        try:
            return decode_message(kind, message)
        except ResponseValidationError as error:
            # The message may echo the key. It is in this frame and in those below, which a traceback would show.
            del message
            failure = error.with_traceback(None)
        raise self.described(failure) from None

    def items(self, response_model: type[T]) -> AsyncWebSocketItems[T]:
        """Iterate over messages of one type, as `receive(response_model=...)` reads them."""
        check_kind(response_model)
        return AsyncWebSocketItems(self, response_model)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str | bytes:
        try:
            return await self.receive()
        except WebSocketClosedError:
            if not self._link.clean:
                raise
        raise StopAsyncIteration

    async def aclose(self, code: int = NORMAL, reason: str = "") -> None:
        """Close cleanly. Waits up to 5 seconds for the other side's answer. Closing twice is fine.

        Raises:
            InvalidRequestError: The code or the reason cannot be sent.
        """
        check_close(code, reason)
        if self._opened is not None:
            await self._opened.aclose(code, reason)

    async def __aenter__(self) -> Self:
        self._opened = await _opened(self._service, self._request, self._options, self._interval)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose(NORMAL if kind is None else INTERNAL)


class AsyncWebSocketItems(Generic[T]):
    """The messages of a WebSocket, each read as one type."""

    def __init__(self, websocket: AsyncWebSocket, kind: type[T]) -> None:
        self._websocket = websocket
        self._kind = kind

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        return self._websocket.decoded(self._kind, await anext(self._websocket))


def websocket_at(service: AsyncService, url: str, interval: float | None, given: CallOptions) -> AsyncWebSocket:
    """Make a WebSocket for a URL, without opening it yet.

    Raises:
        ConfigurationError: The extra is not installed, or an option is invalid.
        InvalidRequestError: An option cannot be sent.
    """
    if find_spec("websockets") is None:
        raise ConfigurationError(
            "A WebSocket needs websockets, which is not installed: pip install 'baseten-sdk[websocket]'."
        )
    load(__name__.rpartition(".")[0], "link")
    load(encode_message.__module__.rpartition(".")[0], "protocol")
    check_seconds("ping_interval", interval)
    options = service.options.merged(given)
    if given.get("extra_body"):
        raise ConfigurationError("A WebSocket has no body: extra_body= cannot be used.")
    request = build("GET", url, options.without_body(), accept=ANY, first_byte=DEPLOYMENT_FIRST_BYTE)
    return AsyncWebSocket(service, request, options, interval)


async def _opened(service: AsyncService, request: Request, options: Options, interval: float | None) -> AsyncLink:
    """Make the handshake.

    Raises:
        ResponseValidationError: The server's answer is not a valid WebSocket handshake.
    """
    from ..._core.websocket.protocol import Handshake, MessageProtocol
    from .link import AsyncLink

    handshake = Handshake()
    upgraded = await service.caller.connect(request._replace(upgrade=handshake.headers), options)
    problem = handshake.problem(upgraded.headers)
    if problem is None:
        return AsyncLink(upgraded, MessageProtocol(service.caller.limits.message), interval)
    upgraded.end()
    response = WholeResponse(SWITCHING, upgraded.headers, b"")
    raise upgraded.described(unreadable(response, f"{problem}."))
