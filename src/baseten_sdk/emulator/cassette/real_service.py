"""Asks the real service on behalf of a cassette, and records the reply.

Requests go where they were meant to go, with the caller's own key, which is in nothing that is kept. httpx is imported
here. It must not know what a cassette keeps.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import suppress
from urllib.parse import unquote

import httpx

from ..._secrets import looks_secret
from ...config import Endpoints
from ..faults.error_shapes import error_reply
from ..http.exchange import Exchange
from ..http.wire import Reply
from .interaction import ReceivedReply, ReplyEnding, TimedPiece
from .replay import replayed
from .secrets import bytes_without, secrets_of, without

TIMEOUT = httpx.Timeout(connect=30.0, read=1200.0, write=60.0, pool=None)
"""Seconds."""

LEFT_OUT = frozenset(
    {"host", "content-length", "connection", "transfer-encoding", "accept-encoding", "x-emulator", "expect"}
)
"""Headers of a request that are not passed on."""

KEPT = frozenset(
    {
        "content-type",
        "content-encoding",
        "cache-control",
        "retry-after",
        "retry-after-ms",
        "x-request-id",
        "x-baseten-request-id",
        "x-baseten-model-id",
        "x-baseten-model-version-id",
        "x-baseten-error-code",
        "x-baseten-error-source",
    }
)
KEPT_BEGINNINGS = ("x-ratelimit-", "ratelimit")
"""Headers of a reply that are kept."""


class RealService:
    """Asks the service."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints
        self._client: httpx.AsyncClient | None = None

    async def ask(self, exchange: Exchange, keep: Callable[[ReceivedReply], None]) -> Reply:
        """Answer with the service's reply, and pass it to `keep` once it has ended. Answer 502 if there was none."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=True, follow_redirects=False)
        client = self._client
        secrets = secrets_of(exchange)
        began = time.monotonic()
        try:
            url = self._url(exchange)
            headers = [(name, value) for name, value in exchange.headers.items() if name not in LEFT_OUT]
            request = client.build_request(
                exchange.method, url, content=exchange.body or None, headers=[*headers, ("accept-encoding", "identity")]
            )
            response = await client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return error_reply(502, f"recording: {without(f'{type(error).__name__}: {error}', secrets)}", "3")
        arriving = _Arriving(response, time.monotonic() - began, secrets, keep)
        if arriving.streamed and not exchange.plan:
            return Reply(response.status_code, arriving.headers, chunked=True, live=arriving.relayed())
        with suppress(ConnectionError):  # the reply says how it ended
            async for _ in arriving.relayed():
                pass
        return replayed(arriving.reply())

    async def aclose(self) -> None:
        """Close the connections to it."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _url(self, exchange: Exchange) -> str:
        """Return where the request would have gone without a cassette."""
        endpoints = self._endpoints
        segments = exchange.path.lstrip("/").split("/")
        query = f"?{exchange.query_string}" if exchange.query_string else ""
        match segments:
            case ("model" | "chain" as kind, owner, *rest):
                template = endpoints.model if kind == "model" else endpoints.chain
                origin = template.replace(f"{{{kind}_id}}", unquote(owner))
            case ("regional" | "regional-chain" as kind, owner, environment, *rest):
                template = endpoints.model_regional if kind == "regional" else endpoints.chain_regional
                name = "model_id" if kind == "regional" else "chain_id"
                origin = template.replace(f"{{{name}}}", unquote(owner)).replace("{environment}", unquote(environment))
            case _:
                origin, rest = endpoints.model_apis, segments[1:]
        return f"{origin.rstrip('/')}/{'/'.join(rest)}{query}"


class _Arriving:
    """A reply while it comes."""

    def __init__(
        self, response: httpx.Response, seconds: float, secrets: Sequence[str], keep: Callable[[ReceivedReply], None]
    ) -> None:
        self.headers = {
            name: without(value, secrets)
            for name, value in response.headers.items()
            if (name in KEPT or name.startswith(KEPT_BEGINNINGS)) and not looks_secret(name)
        }
        self.streamed = "content-length" not in response.headers and response.status_code not in (204, 304)
        self._response = response
        self._seconds = seconds
        self._secrets = secrets
        self._keep = keep
        self._pieces: list[TimedPiece] = []
        self._ending: ReplyEnding = "left"

    async def relayed(self) -> AsyncGenerator[bytes]:
        """Yield the body as it arrives. At its end, the reply is kept.

        Raises:
            ConnectionError: It broke off.
        """
        before = time.monotonic()
        try:
            async for data in self._response.aiter_raw():
                now = time.monotonic()
                self._pieces.append(TimedPiece(now - before, data))
                before = now
                yield data
            self._ending = "complete"
        except httpx.HTTPError as error:
            self._ending = "cut"
            raise ConnectionError("the service broke off") from error
        finally:
            self._keep(self.reply())
            await self._response.aclose()

    def reply(self) -> ReceivedReply:
        """Return what has come, without secrets."""
        headers = dict(self.headers)
        if self._ending != "complete" and not self.streamed:
            headers["content-length"] = self._response.headers["content-length"]
        pieces = tuple(_clean(self._pieces, self._secrets))
        return ReceivedReply(self._response.status_code, headers, self._seconds, pieces, self.streamed, self._ending)


def _clean(pieces: list[TimedPiece], secrets: Sequence[str]) -> Iterable[TimedPiece]:
    """Remove secrets from the pieces. Pieces that share a secret become one."""
    whole = b"".join(piece.data for piece in pieces)
    clean = bytes_without(whole, secrets)
    if clean == whole:
        return pieces
    found = [TimedPiece(piece.after, bytes_without(piece.data, secrets)) for piece in pieces]
    if b"".join(piece.data for piece in found) == clean:
        return found
    return [TimedPiece(sum(piece.after for piece in pieces), clean)]
