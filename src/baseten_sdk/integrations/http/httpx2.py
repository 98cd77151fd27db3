"""Transports for httpx2: its clients send by the connections of a `Client`, an `AsyncClient` or a pool."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from ... import APIError, AsyncClient, AsyncHttpExchange, AsyncPool, Client, HttpExchange, HttpTimeout, Pool
from ..extras import extra
from .failures import name_of, seconds

with extra("httpx2", "httpx2"):
    import httpx2

__all__ = ["AsyncHttpx2Connections", "Httpx2Connections"]


class Httpx2Connections(httpx2.BaseTransport):
    """A transport for `httpx2.Client`.

    Each request is a call of the client: it obeys its limits, gates and deadline, is retried and observed as any other.
    The timeouts of the request hold beside the client's, and the shorter one counts. An error status comes back as the
    reply that it is. Event streams that end before their message is complete raise `httpx2.RemoteProtocolError`.

    Example:
        client = Client()
        http = httpx2.Client(transport=Httpx2Connections(client), base_url=client.exchanges.base_url)

    Args:
        client: a client or a pool. Close it yourself: closing the transport does not.
    """

    def __init__(self, client: Client | Pool) -> None:
        self._exchanges = client.exchanges

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; see `Exchanges.send` for what it may raise besides the errors of httpx2."""
        try:
            exchange = self._exchanges.send(
                request.method, str(request.url), request.headers.multi_items(), request.read(), _timeout(request)
            )
        except APIError as error:
            raise _failure(error, request) from error
        status, headers = exchange.status_code, exchange.headers
        if exchange.content is not None:
            return httpx2.Response(status, headers=headers, content=exchange.content, request=request)
        return httpx2.Response(status, headers=headers, stream=_Httpx2Body(exchange, request), request=request)


class AsyncHttpx2Connections(httpx2.AsyncBaseTransport):
    """A transport for `httpx2.AsyncClient`; see `Httpx2Connections`.

    Example:
        client = AsyncClient()
        http = httpx2.AsyncClient(transport=AsyncHttpx2Connections(client), base_url=client.exchanges.base_url)

    Args:
        client: an async client or pool. Close it yourself: closing the transport does not.
    """

    def __init__(self, client: AsyncClient | AsyncPool) -> None:
        self._exchanges = client.exchanges

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; see `AsyncExchanges.send` for what it may raise besides the errors of httpx2."""
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
            return httpx2.Response(status, headers=headers, content=exchange.content, request=request)
        return httpx2.Response(status, headers=headers, stream=_AsyncHttpx2Body(exchange, request), request=request)


class _Httpx2Body(httpx2.SyncByteStream):
    def __init__(self, exchange: HttpExchange, request: httpx2.Request) -> None:
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


class _AsyncHttpx2Body(httpx2.AsyncByteStream):
    def __init__(self, exchange: AsyncHttpExchange, request: httpx2.Request) -> None:
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


def _timeout(request: httpx2.Request) -> HttpTimeout | None:
    given: object = request.extensions.get("timeout")
    if given is None:
        return None
    return HttpTimeout(seconds(given, "connect"), seconds(given, "read"), seconds(given, "write"))


def _failure(error: APIError, request: httpx2.Request) -> httpx2.RequestError:
    kinds = {
        "ConnectError": httpx2.ConnectError,
        "ConnectTimeout": httpx2.ConnectTimeout,
        "PoolTimeout": httpx2.PoolTimeout,
        "ReadError": httpx2.ReadError,
        "ReadTimeout": httpx2.ReadTimeout,
        "RemoteProtocolError": httpx2.RemoteProtocolError,
        "WriteError": httpx2.WriteError,
        "WriteTimeout": httpx2.WriteTimeout,
    }
    return kinds[name_of(error)](str(error), request=request)
