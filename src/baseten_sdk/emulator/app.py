"""The ASGI application: one request from its bytes to its answer.

Theory of operation: read the whole body; record the request; find its address; check the key; make its plan;
count it against the limits of the fleet's member; wake the deployment if it sleeps; let the endpoint make a
reply; dress the reply as the plan wants and play it. All of it after the body runs beside a watch on the
connection, so that a caller who goes away ends it at once. It owns this order and the table of routes, and no
endpoint.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import anyio
from anyio.abc import TaskGroup
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from .behaviours.parse import BehaviourError
from .behaviours.plan import Plan
from .chat.endpoint import chat
from .chat.models import list_models
from .endpoints.auth import refusal
from .endpoints.chains import run_remote
from .endpoints.completions import completions
from .endpoints.decisions import decide
from .endpoints.messages import messages
from .endpoints.predict import predict
from .endpoints.sync_routes import sync
from .endpoints.websocket import converse
from .faults.dress import dress
from .faults.error_shapes import error_reply, method_not_allowed, not_found, planned_error
from .faults.planning import model_of, plan_for
from .faults.schedule import Faults
from .fleet.fleet import Fleet
from .http.exchange import Exchange
from .http.platform_headers import platform_headers
from .http.routing import Address, resolve
from .http.websocket_session import SWITCHING, WebSocketLeft, WebSocketSession
from .http.wire import Ending, Reply, json_reply, play
from .queue.clock import Clock
from .queue.deployments import Deployments
from .queue.jobs import Queue
from .queue.records import Record, RecordedRequest
from .queue.webhooks import WebhookSender
from .responses.endpoint import responses

if TYPE_CHECKING:
    from .cassette.cassette import Cassette
    from .chat.upstream import Upstream

LOG = logging.getLogger("baseten_sdk.emulator")
LARGEST = 100 * 1024 * 1024
_MODEL_POSTS = {"predict", "async_predict", "wake"}
_CHAIN_POSTS = {"run_remote", "async_run_remote", "wake"}


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that outlives one request."""

    api_key: str
    seed: int
    models: Sequence[str]
    strict_models: bool
    new_id: Callable[[int], str]
    clock: Clock
    faults: Faults
    fleet: Fleet
    deployments: Deployments
    queue: Queue
    webhook_sender: WebhookSender
    requests: Record[RecordedRequest]
    upstream: Upstream | None
    cassette: Cassette | None


class Application:
    """Answers requests. Its tasks live as long as the lifespan of the app around it."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._tasks: TaskGroup | None = None

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
        """What is answered instead of the handshake, if anything."""
        if (planned := self._silence(exchange.plan)) is not None:
            return planned
        if (status := exchange.plan.number("status")) is not None:
            reply = planned_error(status, exchange.plan, exchange.address.surface)
        elif exchange.address.surface == "container" and exchange.address.route == ("v1", "websocket"):
            return None
        elif exchange.address.surface in ("model-apis", "container") or exchange.address.route != ("websocket",):
            reply = not_found()
        else:
            awake = await self._awake(exchange.address)
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
            await self._routed(exchange)
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
        except BehaviourError as error:
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

    async def _routed(self, exchange: Exchange) -> Reply:
        if self._service.cassette is not None:
            return await self._service.cassette.answer(exchange)
        match exchange.address.surface:
            case "model-apis":
                return await self._model_apis(exchange)
            case "container":
                return await self._container(exchange)
            case _:
                return await self._dedicated(exchange)

    async def _model_apis(self, exchange: Exchange) -> Reply:
        match exchange.address.route, exchange.method:
            case ("chat", "completions"), "POST":
                return await self._chat(exchange)
            case ("systemone",), "POST":
                return decide(exchange)
            case ("messages",), "POST":
                return messages(exchange, seed=self._service.seed)
            case ("models",), "GET":
                return list_models(exchange.address, self._service.models)
            case ("responses",), "POST":
                return await self._responses(exchange)
            case ("chat", "completions") | ("systemone",) | ("messages",) | ("responses",), _:
                return method_not_allowed("POST")
            case ("models",), _:
                return method_not_allowed("GET")
            case _:
                return not_found()

    async def _container(self, exchange: Exchange) -> Reply:
        match exchange.address.route, exchange.method:
            case ("v1", "models", "model:predict"), "POST" | "GET":
                return predict(exchange)
            case ("v1", "models", "model") | ("v1", "models", "model", "loaded"), "GET":
                return json_reply({})
            case ("v1", "chat", "completions"), "POST":
                return await self._chat(exchange)
            case ("v1", "completions"), "POST":
                return completions(exchange, seed=self._service.seed)
            case ("v1", "responses"), "POST":
                return await self._responses(exchange)
            case ("v1", "messages"), "POST":
                return messages(exchange, seed=self._service.seed)
            case ("health",), _:
                return not_found()
            case route, _:
                return sync(exchange, route)

    async def _dedicated(self, exchange: Exchange) -> Reply:
        service, address = self._service, exchange.address
        model = address.surface == "model"
        match address.route, exchange.method:
            case ("async_request", request_id), "GET" if address.bare:
                return service.queue.status(exchange, request_id)
            case ("async_request", request_id), "DELETE" if address.bare:
                return service.queue.cancel(exchange, request_id)
            case ("async_queue_status",), "GET":
                return service.queue.depth(exchange)
            case ("wake",), "POST":
                service.deployments.wake(address.owner)
                return Reply(202)
            case ("async_predict",), "POST" if model:
                return self._submit(exchange)
            case ("async_run_remote",), "POST" if not model:
                return self._submit(exchange)
            case ("predict",), "POST" | "GET" if model:
                return await self._awake(address) or predict(exchange)
            case ("run_remote",), "POST" if not model:
                return await self._awake(address) or run_remote(exchange)
            case ("sync", "v1", "chat", "completions"), "POST" if model:
                return await self._awake(address) or await self._chat(exchange)
            case ("sync", "v1", "responses"), "POST" if model:
                return await self._awake(address) or await self._responses(exchange)
            case ("sync", "v1", "completions"), "POST" if model:
                return await self._awake(address) or completions(exchange, seed=service.seed)
            case ("sync", "v1", "messages"), "POST" if model:
                return await self._awake(address) or messages(exchange, seed=service.seed)
            case ("sync", *route), _ if model:
                return await self._awake(address) or sync(exchange, tuple(route))
            case (name,), _ if name in (_MODEL_POSTS if model else _CHAIN_POSTS):
                return method_not_allowed("POST")
            case _:
                return not_found()

    async def _chat(self, exchange: Exchange) -> Reply:
        service = self._service
        if service.upstream is not None:
            return await service.upstream.answer(exchange, "chat/completions")
        return chat(exchange, seed=service.seed, models=service.models if service.strict_models else None)

    async def _responses(self, exchange: Exchange) -> Reply:
        service = self._service
        if service.upstream is not None:
            return await service.upstream.answer(exchange, "responses")
        return responses(exchange, seed=service.seed, models=service.models if service.strict_models else None)

    def _submit(self, exchange: Exchange) -> Reply:
        service = self._service
        reply, job = service.queue.submit(exchange, service.deployments.wake(exchange.address.owner))
        if job is not None and job.webhook is not None and self._tasks is not None:
            self._tasks.start_soon(service.webhook_sender.carry, job)
        return reply

    async def _awake(self, address: Address) -> Reply | None:
        """Wait until the deployment is awake. A sleeping development deployment answers as if it did not exist."""
        deployments = self._service.deployments
        if address.development and deployments.state(address.owner) != "ACTIVE":
            return error_reply(404, "the development deployment is scaled to zero", "1")
        await self._service.clock.sleep_until(deployments.wake(address.owner))
        return None


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or None when the caller went away before it was complete."""
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
