"""`WebhookReceiver`: the ASGI application that receives deliveries.

Theory of operation. Baseten keeps no outputs, so the answer decides what becomes of one. After 200 Baseten forgets it,
after 503 it tries again, and after anything else the output is lost. So the receiver answers 200 only when the
delivery is stored, 503 if it could not be stored, and other errors only to requests that Baseten did not send. The
request ID comes from the body, which is signed, and not from the header. It must not know who waits for a result.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Self, TypeAlias

import anyio
import anyio.to_thread

from .._numbers import as_number
from .._repr import safe_repr
from .._runs.group_commit import GroupCommit
from ..config import check_seconds
from ..errors import ConfigurationError, ResponseValidationError, WebhookSignatureError
from ..webhooks import SIGNATURE_HEADER, TOLERANCE, verify
from .asgi import (
    BodyMemory,
    BodyTooLarge,
    Disconnected,
    RawHeaders,
    Receive,
    Scope,
    Send,
    TooManyBodies,
    answer,
    path_below,
    query_value,
    raw_headers,
    read_body,
    refuse,
    text_of,
)
from .delivery import StoredDelivery
from .store import WebhookStore, open_store

logger = logging.getLogger("baseten_sdk.receiver")

Listener: TypeAlias = Callable[[Sequence[StoredDelivery]], object]
"""Called with the deliveries that were stored, in a worker thread. It must not block. One delivery may come twice."""

MAX_BODY = 64 * 1024 * 1024

BODIES = 4
"""Bodies of the largest size that fit into memory at once."""

BODY_SECONDS = 30.0
"""Seconds that a body may take. Baseten gives 10 to a whole attempt."""

STORE_TIMEOUT = 8.0
"""Seconds for a write of the store. Baseten waits 10 for an answer: one that comes later is of no use."""

TAG = "baseten_tag"
"""The query parameter of a webhook's URL that is stored with each delivery."""

SIGNATURE = re.compile(rb"(?:^|,)\s*v1\s*=\s*[0-9a-f]{64}\s*(?:,|$)", re.IGNORECASE)
"""What a signature looks like, among those of other versions."""

LARGE = 256 * 1024
"""Bytes from which a body is checked in a thread, so that other requests do not wait."""


class WebhookReceiver:
    """Receives deliveries: checks them, stores them, and only then answers.

    It is an ASGI application without a framework: run it under any server, or mount it in Starlette or FastAPI. Its
    lifespan is supported and optional. It answers:

    - 200: the delivery is stored, now or by an earlier attempt.
    - 503: it could not be stored, or too many others are being read. Baseten tries once or twice more.
    - 401: it is not signed by one of the secrets, or is too old. 400: it is signed, but is not a delivery. 408, 413:
      its body took too long, or is larger than `max_body`. 405: it is not a POST. 404: its path is not `path`. After
      these Baseten gives up.

    A delivery that is signed but cannot be parsed (a number of thousands of digits, deep nesting) is stored too.

    Example:
        app = WebhookReceiver(secrets=[os.environ["BASETEN_WEBHOOK_SECRET"]], store="jobs.sqlite")

    Args:
        secrets: The webhook secret, `whsec_` included; during a rotation, all that are valid.
        store: Keeps the deliveries: a `.sqlite` or `.jsonl` file, or any `WebhookStore`.
        path: The only path to accept, below where the receiver is mounted. Any path unless set.
        tolerance: How many seconds old a delivery may be, or ahead of this machine's clock. None turns the check off.
        max_body: Maximum bytes of a body. All bodies that are being read may have four times as many together.
        allow_unsigned: Accept deliveries without a signature, as a workspace without a secret sends them. Then anybody
            who finds the URL can post results.

    Raises:
        ConfigurationError: There are no secrets, or the store cannot be opened.
    """

    def __init__(
        self,
        *,
        secrets: str | Sequence[str],
        store: WebhookStore | str | os.PathLike[str],
        path: str | None = None,
        tolerance: float | None = TOLERANCE,
        max_body: int = MAX_BODY,
        allow_unsigned: bool = False,
    ) -> None:
        self._secrets = (secrets,) if isinstance(secrets, str) else tuple(secrets)
        if not (self._secrets or allow_unsigned) or not all(isinstance(s, str) and s.strip() for s in self._secrets):
            raise ConfigurationError(
                "secrets must be one or more non-empty strings, as Baseten shows them (whsec_...)."
            )
        most = as_number(max_body)
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise ConfigurationError(f"max_body must be an integer of at least 1, not {max_body!r}.")
        tolerance = check_seconds("tolerance", tolerance)
        self._path = None if path is None else f"/{path.strip('/')}"
        self._tolerance = tolerance
        self._max_body = most
        self._memory = BodyMemory(BODIES * most)
        self._allow_unsigned = allow_unsigned
        self._owns_store = isinstance(store, str | os.PathLike)
        self.store: WebhookStore = open_store(store) if isinstance(store, str | os.PathLike) else store
        self._commits = GroupCommit(self._keep, timeout=STORE_TIMEOUT)
        self._listeners: tuple[Listener, ...] = ()

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}(store={self.store!r}, path={self._path!r})"

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call a function with each list of deliveries stored from now on. Returns a function that ends this."""
        # A new tuple each time, so that a thread that calls the listeners never sees half a change.
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(each for each in self._listeners if each is not listener)

        return unsubscribe

    def close(self) -> None:
        """Close the store, if it was given as a path."""
        if self._owns_store:
            self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        match text_of(scope, "type"):
            case "http":
                await self._serve(scope, receive, send)
            case "lifespan":
                await self._live(receive, send)
            case "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1000})
            case kind:
                raise RuntimeError(f"the receiver does not serve {kind!r}")

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._path is not None and path_below(scope) != self._path:
            return await refuse(scope, send, 404, "not found")
        if text_of(scope, "method") != "POST":
            return await refuse(scope, send, 405, "method not allowed", (b"allow", b"POST"))
        headers = raw_headers(scope)
        if not self._allow_unsigned and not _is_signed(headers):
            # Before its body is read, so that an unsigned request costs nothing.
            logger.warning("refused a webhook request: it is not signed")
            return await refuse(scope, send, 401, "unauthorized")
        with self._memory.share() as take:
            try:
                with anyio.fail_after(BODY_SECONDS):
                    body = await read_body(headers, receive, self._max_body, take)
            except BodyTooLarge:
                logger.error("refused a webhook request: its body is larger than max_body=%d", self._max_body)
                return await refuse(scope, send, 413, "content too large")
            except TooManyBodies:
                logger.error("put off a webhook request: too many are being read; answered 503")
                return await refuse(scope, send, 503, "busy")
            except TimeoutError:
                return await refuse(scope, send, 408, "request timeout")
            except Disconnected:
                return
            status, text = await self._take(body, headers, query_value(scope, TAG))
        await answer(send, status, text)

    async def _take(self, body: bytes, headers: RawHeaders, tag: str | None) -> tuple[int, str]:
        """Check and store a delivery. Returns the status and the text of the answer."""
        try:
            request_id = await self._verified(body, headers)
        except WebhookSignatureError as error:
            logger.warning("refused a webhook request: %s", error)
            # The log says which check failed. The sender is not told.
            return (400, "bad request") if error.check == "body" else (401, "unauthorized")
        try:
            await self._commits.add(StoredDelivery(request_id, body, time.time(), tag))
        except Exception:
            # A write that took too long may still succeed later, and so may one whose task was canceled.
            logger.exception("could not store the delivery of %s; answered 503", request_id)
            return 503, "could not be stored"
        return 200, "stored"

    async def _verified(self, body: bytes, headers: RawHeaders) -> str:
        check = partial(verify, body, headers, self._secrets, self._tolerance, allow_unsigned=self._allow_unsigned)
        try:
            result = check() if len(body) < LARGE else await anyio.to_thread.run_sync(check)
        except ResponseValidationError as error:
            # The delivery is genuine but cannot be parsed. Its reader finds that out.
            return error.request_id or ""
        return result.request_id

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            match text_of(await receive(), "type"):
                case "lifespan.startup":
                    await send({"type": "lifespan.startup.complete"})
                case "lifespan.shutdown":
                    await anyio.to_thread.run_sync(self.close)
                    await send({"type": "lifespan.shutdown.complete"})
                    return
                case _:
                    pass

    def _keep(self, deliveries: Sequence[StoredDelivery]) -> None:
        """Store deliveries, and call the listeners, in a worker thread."""
        self.store.add(deliveries)
        self._notify(deliveries)

    def _notify(self, deliveries: Sequence[StoredDelivery]) -> None:
        for listener in self._listeners:
            try:
                listener(deliveries)
            except Exception:
                logger.exception("a listener of the receiver failed; the deliveries are stored")


def _is_signed(headers: RawHeaders) -> bool:
    """Whether a request has something in the form of a signature. Checking it takes the body."""
    name = SIGNATURE_HEADER.encode()
    return any(each == name and SIGNATURE.search(value) for each, value in headers)
