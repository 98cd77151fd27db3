"""Gets the answers to chat and responses from another OpenAI-compatible server, such as llama.cpp or vLLM.

Theory of operation. The request is passed on unchanged, except for the key and, if one was chosen, the model. The reply
is returned unchanged. Without a behavior to carry out, a stream is relayed as it arrives. With one, the whole reply is
read first, event by event, because each fault works on a list of pieces (see `wire`).

It must not know what a chat is. Anthropic's messages and all else of the service do not go through it. httpx is
imported here and nowhere else in the emulator.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import suppress
from urllib.parse import unquote, unquote_to_bytes

import httpx

from ..._secrets import HIDDEN
from ...errors import ConfigurationError
from ..faults.error_shapes import error_reply
from ..http.exchange import Exchange
from ..http.jsonvalue import JSON, as_object, dump
from ..http.wire import Reply

TIMEOUT = httpx.Timeout(connect=5.0, read=1200.0, write=60.0, pool=None)
"""Timeouts in seconds. A model on a laptop may think for a long time."""

KEPT = ("content-type", "cache-control")
"""What of the other server's head is passed on."""


class Upstream:
    """The other server.

    Args:
        url: Its OpenAI base URL, such as "http://127.0.0.1:8080/v1". A user name and password in it are sent as Basic
            authorization.
        api_key: Its key, if it wants one.
        model: The model to ask it for, whatever the caller names; None passes the caller's on.

    Raises:
        ConfigurationError: The URL or the key is invalid.
    """

    def __init__(self, url: str, api_key: str | None = None, model: str | None = None) -> None:
        address = _address(url)
        self._url = str(address.copy_with(userinfo=b""))
        self._headers = {} if api_key is None else {"authorization": f"Bearer {_checked(api_key)}"}
        self._secrets = [api_key, unquote(address.password), address.password]
        if api_key is None and address.userinfo:
            basic = b64encode(unquote_to_bytes(address.userinfo)).decode()
            self._headers = {"authorization": f"Basic {basic}"}
            self._secrets.append(basic)
        self._model = model
        self._client: httpx.AsyncClient | None = None

    async def answer(self, exchange: Exchange, route: str) -> Reply:
        """Answer a request with the other server's reply, or with 502 if it sends none."""
        client = self._connected()
        url = f"{self._url}/{route}"
        request = client.build_request("POST", url, content=self._body(exchange), headers=self._headers)
        request.headers["content-type"] = "application/json"
        request.headers["accept"] = exchange.headers.get("accept", "*/*")
        try:
            response = await client.send(request, stream=True)
        except httpx.HTTPError as error:
            return self._unreachable(url, f"{type(error).__name__}: {error}")
        headers = {name: self._redacted(response.headers[name]) for name in KEPT if name in response.headers}
        streamed = headers.get("content-type", "").startswith("text/event-stream")
        if streamed and not exchange.plan and response.is_success:
            return Reply(response.status_code, headers, live=_relayed(response), chunked=True)
        try:
            body = [piece async for piece in _relayed(response)]
        except ConnectionError as error:
            return self._unreachable(url, str(error))
        whole = b"".join(body)
        if not response.is_success:  # it may quote the key that it refuses
            whole = self._redacted(whole.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        pieces = tuple(_events(whole)) if streamed else (whole,)
        return Reply(response.status_code, headers, pieces, chunked=streamed)

    async def aclose(self) -> None:
        """Close the connections to it."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _unreachable(self, url: str, reason: str) -> Reply:
        return error_reply(502, f"upstream {url}: {self._redacted(reason)}", "3")

    def _redacted(self, text: str) -> str:
        for secret in filter(None, self._secrets):
            text = text.replace(secret, HIDDEN)
        return text

    def _connected(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False)
        return self._client

    def _body(self, exchange: Exchange) -> bytes:
        if self._model is None:
            return exchange.body
        try:
            request: JSON = as_object(exchange.json()) | {"model": self._model}
        except ValueError:
            return exchange.body
        return dump(request)


def _address(url: str) -> httpx.URL:
    """Below which chat and responses are answered.

    Raises:
        ConfigurationError: The URL is not one. It is not quoted, since it may hold a password.
    """
    with suppress(httpx.InvalidURL):
        address = httpx.URL(url.rstrip("/"))
        if address.scheme in ("http", "https") and address.host:
            return address
    raise ConfigurationError("upstream= must be an http:// or https:// URL, such as http://127.0.0.1:8080/v1.")


def _checked(key: str) -> str:
    if key and key.isascii() and key.isprintable() and " " not in key:
        return key
    raise ConfigurationError("upstream_key= must be printable ASCII without blanks.")


async def _relayed(response: httpx.Response) -> AsyncGenerator[bytes]:
    """The body as it comes.

    Raises:
        ConnectionError: It broke off.
    """
    try:
        async for piece in response.aiter_bytes():
            yield piece
    except httpx.HTTPError as error:
        raise ConnectionError(f"{type(error).__name__}: {error}") from error
    finally:
        await response.aclose()


def _events(body: bytes) -> list[bytes]:
    """Return the events of a stream, each with the blank line that ends it."""
    blank = b"\r\n\r\n" if b"\r\n\r\n" in body else b"\n\n"
    *events, rest = body.split(blank)
    return [event + blank for event in events] + ([rest] if rest else [])
