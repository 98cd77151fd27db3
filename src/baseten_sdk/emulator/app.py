"""The ASGI application: one request from its bytes to its answer.

Theory of operation: read the whole body; record the request; find its address; check the key; make its plan; count it
against the limits of the fleet's member; wake the deployment if it sleeps; let the endpoint make a reply; dress the
reply as the plan wants and play it. Meanwhile, a task notices a caller who goes away, and ends all of it at once. It
owns this order, and no endpoint.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
from anyio.abc import TaskGroup
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from .behaviors.parse import BehaviorError
from .behaviors.plan import Plan
from .endpoints.auth import refusal
from .endpoints.routes import Routes
from .endpoints.service import Service
from .endpoints.websocket import converse
from .faults.dress import dress
from .faults.error_shapes import error_reply, not_found, planned_error
from .faults.planning import model_of, plan_for
from .http.exchange import Exchange
from .http.platform_headers import platform_headers
from .http.routing import resolve
from .http.websocket_session import SWITCHING, WebSocketLeft, WebSocketSession
from .http.wire import Ending, Reply, play
from .queue.job import Job
from .queue.records import RecordedRequest

LOG = logging.getLogger("baseten_sdk.emulator")
LARGEST = 100 * 1024 * 1024


class Application:
    """Answers requests. Its tasks live as long as the lifespan of the app around it."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._routes = Routes(service, self._deliver)
        self._tasks: TaskGroup | None = None

    def _deliver(self, job: Job) -> None:
        if self._tasks is not None:
            self._tasks.start_soon(self._service.webhook_sender.carry, job)

    def asgi(self) -> Starlette:
        return Starlette(routes=[Mount("/", app=self)], lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncGenerator[None]:
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            try:
                yield
            finally:
                self._tasks = None
                tasks.cancel_scope.cancel()
                for other in (self._service.upstream, self._service.cassette):
                    if other is not None:
                        await other.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            return await self._websocket(scope, receive, send)
        body = await _body(receive)
        if body is None:
            return
        record = self._recorded(scope, scope["method"], body)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_until_disconnected, receive, record, tasks)
            reply = await self._reply(record)
            record.status = None if reply.silent else reply.status
            await play(reply, scope, send)
            record.finished = True
            tasks.cancel_scope.cancel()
        self._service.requests.touch()
        _log(record)

    def _recorded(self, scope: Scope, method: str, body: bytes) -> RecordedRequest:
        client: tuple[str, int] | None = scope.get("client")
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        path = raw_path.partition(b"?")[0].decode("latin-1")
        query: str = scope["query_string"].decode("latin-1")
        record = RecordedRequest(method, path, query, Headers(scope=scope), body, client)
        self._service.requests.append(record)
        return record

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        record = self._recorded(scope, "GET", b"")
        exchange = self._read(record)
        refused = exchange if isinstance(exchange, Reply) else await self._websocket_refusal(exchange)
        session = WebSocketSession(scope, receive, send)
        try:
            if refused is not None or isinstance(exchange, Reply):
                record.status = None if refused is None or refused.silent else refused.status
                await session.refuse(refused or not_found())
            else:
                record.status = SWITCHING
                await session.accept(platform_headers(exchange))
                await converse(session, exchange.plan)
        except WebSocketLeft:
            record.disconnected = True
        finally:
            record.finished = True
            self._service.requests.touch()
            _log(record)

    async def _websocket_refusal(self, exchange: Exchange) -> Reply | None:
        """Return what is answered instead of the handshake, if anything."""
        if (planned := self._silence(exchange.plan)) is not None:
            return planned
        if (status := exchange.plan.number("status")) is not None:
            reply = planned_error(status, exchange.plan, exchange.address.surface)
        elif exchange.address.surface == "container" and exchange.address.route == ("v1", "websocket"):
            return None
        elif exchange.address.surface in ("model-apis", "container") or exchange.address.route != ("websocket",):
            reply = not_found()
        else:
            awake = await self._routes.awake(exchange.address)
            if awake is None:
                return None
            reply = awake
        return dress(replace(reply, headers=platform_headers(exchange) | reply.headers), exchange.plan)

    async def _reply(self, record: RecordedRequest) -> Reply:
        exchange = self._read(record)
        if isinstance(exchange, Reply):
            return exchange
        plan, fleet, address = exchange.plan, self._service.fleet, exchange.address
        if (planned := self._silence(plan)) is not None:
            return planned
        if (refused := fleet.take(exchange.member, address)) is not None:
            refused = fleet.settle(exchange.member, refused)
            return replace(refused, headers=platform_headers(exchange) | refused.headers)
        status = plan.number("status")
        reply = (
            await self._routes.answer(exchange)
            if status is None
            else planned_error(status, plan, address.surface, messages=address.route[-1:] == ("messages",))
        )
        reply = fleet.settle(exchange.member, reply)
        headers = platform_headers(exchange) if self._service.cassette is None else {}
        return dress(replace(reply, headers=headers | reply.headers), plan)

    @staticmethod
    def _silence(plan: Plan) -> Reply | None:
        """Wait forever if the plan wants no answer."""
        if plan.on("drop") or plan.on("hang"):
            ending = Ending.SILENCE if plan.on("hang") else Ending.RESET if plan.on("reset") else Ending.CUT
            return Reply(silent=True, ending=ending, delay=plan.seconds("delay"))
        return None

    def _read(self, record: RecordedRequest) -> Exchange | Reply:
        """Return the request, read and authenticated, or the answer to a bad one."""
        service = self._service
        address = resolve(record.headers.get("host", ""), record.path)
        if address is None:
            return error_reply(404, f"nothing lives at {record.path}", "1")
        refused = None if service.cassette is not None else refusal(record.headers, service.api_key, address)
        if refused is not None:
            return refused
        if len(record.body) > LARGEST:
            return error_reply(413, "Request Entity Too Large", "8")
        fleet = service.fleet
        member = fleet.name_of(address, model_of(record.body)) if fleet and record.method == "POST" else None
        try:
            plan = plan_for(address, record.path, record.headers, record.body, service.faults, fleet.plan(member))
        except BehaviorError as error:
            return error_reply(400, f"emulator: {error}", "1")
        moment = service.clock.now()
        return Exchange(
            record.method,
            record.path,
            record.query,
            address,
            record.headers,
            record.body,
            plan,
            service.new_id(37),
            moment,
            member,
        )


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body, or None when the caller went away before it was complete."""
    pieces: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


async def _until_disconnected(receive: Receive, record: RecordedRequest, tasks: TaskGroup) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    record.disconnected = not record.finished
    tasks.cancel_scope.cancel()


def _log(record: RecordedRequest) -> None:
    """Log the request and its answer, but never a header or a body."""
    path = record.path.encode("ascii", "backslashreplace").decode()
    answer = "no answer" if record.status is None else str(record.status)
    LOG.info("%s %s: %s%s", record.method, path, answer, ", the caller left" if record.disconnected else "")
