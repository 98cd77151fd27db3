"""Transports for httpx: its clients send by the connections of a `Client`, an `AsyncClient` or a pool."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from ... import APIError, AsyncClient, AsyncHttpExchange, AsyncPool, Client, HttpExchange, HttpTimeout, Pool
from ..extras import extra
from .failures import name_of, seconds

with extra("httpx", "httpx"):
    import httpx


class HttpxConnections(httpx.BaseTransport):
    """A transport for `httpx.Client`.

    Each request is a call of the client: it obeys its limits, gates and deadline, is retried and observed as any other.
    The timeouts of the request hold beside the client's, and the shorter one counts. An error status comes back as the
    reply that it is. Event streams that end before their message is complete raise `httpx.RemoteProtocolError`.

    Example:
        client = Client()
        http = httpx.Client(transport=HttpxConnections(client), base_url=client.exchanges.base_url)

    Args:
        client: A client or a pool. Close it yourself: closing the transport does not.
    """

    def __init__(self, client: Client | Pool) -> None:
        self._exchanges = client.exchanges

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; see `Exchanges.send` for what it may raise besides the errors of httpx."""
        try:
            exchange = self._exchanges.send(
                request.method, str(request.url), request.headers.multi_items(), request.read(), _timeout(request)
            )
        except APIError as error:
            raise _failure(error, request) from error
        status, headers = exchange.status_code, exchange.headers
        if exchange.content is not None:
            return httpx.Response(status, headers=headers, content=exchange.content, request=request)
        return httpx.Response(status, headers=headers, stream=_HttpxBody(exchange, request), request=request)


class AsyncHttpxConnections(httpx.AsyncBaseTransport):
    """A transport for `httpx.AsyncClient`; see `HttpxConnections`.

    Example:
        client = AsyncClient()
        http = httpx.AsyncClient(transport=AsyncHttpxConnections(client), base_url=client.exchanges.base_url)

    Args:
        client: An async client or pool. Close it yourself: closing the transport does not.
    """

    def __init__(self, client: AsyncClient | AsyncPool) -> None:
        self._exchanges = client.exchanges

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; see `AsyncExchanges.send` for what it may raise besides the errors of httpx."""
        try:
            exchange = await self._exchanges.send(
                request.method,
                str(request.url),
                request.headers.multi_items(),
                await request.aread(),
                _timeout(request),
            )
        except APIError as error:
            raise _failure(error, request) from error
        status, headers = exchange.status_code, exchange.headers
        if exchange.content is not None:
            return httpx.Response(status, headers=headers, content=exchange.content, request=request)
        return httpx.Response(status, headers=headers, stream=_AsyncHttpxBody(exchange, request), request=request)


class _HttpxBody(httpx.SyncByteStream):
    def __init__(self, exchange: HttpExchange, request: httpx.Request) -> None:
        self._exchange = exchange
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        try:
            while piece := self._exchange.receive():
                yield piece
        except APIError as error:
            raise _failure(error, self._request) from error

    def close(self) -> None:
        self._exchange.close()


class _AsyncHttpxBody(httpx.AsyncByteStream):
    def __init__(self, exchange: AsyncHttpExchange, request: httpx.Request) -> None:
        self._exchange = exchange
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while piece := await self._exchange.receive():
                yield piece
        except APIError as error:
            raise _failure(error, self._request) from error

    async def aclose(self) -> None:
        await self._exchange.aclose()


def _timeout(request: httpx.Request) -> HttpTimeout | None:
    given: object = request.extensions.get("timeout")
    if given is None:
        return None
    return HttpTimeout(seconds(given, "connect"), seconds(given, "read"), seconds(given, "write"))


def _failure(error: APIError, request: httpx.Request) -> httpx.RequestError:
    kinds = {
        "ConnectError": httpx.ConnectError,
        "ConnectTimeout": httpx.ConnectTimeout,
        "PoolTimeout": httpx.PoolTimeout,
        "ReadError": httpx.ReadError,
        "ReadTimeout": httpx.ReadTimeout,
        "RemoteProtocolError": httpx.RemoteProtocolError,
        "WriteError": httpx.WriteError,
        "WriteTimeout": httpx.WriteTimeout,
    }
    return kinds[name_of(error)](str(error), request=request)
