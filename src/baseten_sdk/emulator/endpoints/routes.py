"""The table of routes: which endpoint answers a request. It must not know what a reply goes through on its way out."""

from __future__ import annotations

from collections.abc import Callable

from ..chat.endpoint import chat
from ..chat.models import list_models
from ..faults.error_shapes import error_reply, method_not_allowed, not_found
from ..http.exchange import Exchange
from ..http.routing import Address
from ..http.wire import Reply, json_reply
from ..queue.job import Job
from ..responses.endpoint import responses
from .chains import run_remote
from .completions import completions
from .decisions import decide
from .messages import messages
from .predict import predict
from .service import Service
from .sync_routes import sync

_MODEL_POSTS = {"predict", "async_predict", "wake"}
_CHAIN_POSTS = {"run_remote", "async_run_remote", "wake"}


class Routes:
    """Finds the endpoint of a request.

    Args:
        service: What the endpoints work with.
        deliver: Delivers the webhook of a job, later.
    """

    def __init__(self, service: Service, deliver: Callable[[Job], None]) -> None:
        self._service = service
        self._deliver = deliver

    async def answer(self, exchange: Exchange) -> Reply:
        """Return the reply of the endpoint."""
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
            case ("systemone",), "POST":
                return decide(exchange)
            case ("models",), "GET":
                return list_models(exchange.address, self._service.models)
            case ("chat", "completions") | ("messages",) | ("responses",), "POST":
                return await self._engine(exchange, exchange.address.route) or not_found()
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
            case ("health",), _:
                return not_found()
            case route, _:
                return await self._inside(exchange, route)

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
                return await self.awake(address) or predict(exchange)
            case ("run_remote",), "POST" if not model:
                return await self.awake(address) or run_remote(exchange)
            case ("sync", *route), _ if model:
                return await self.awake(address) or await self._inside(exchange, tuple(route))
            case (name,), _ if name in (_MODEL_POSTS if model else _CHAIN_POSTS):
                return method_not_allowed("POST")
            case _:
                return not_found()

    async def _inside(self, exchange: Exchange, route: tuple[str, ...]) -> Reply:
        """Answer a path of a container: one of its engine, or of its own server."""
        engine = await self._engine(exchange, route[1:]) if route[:1] == ("v1",) and exchange.method == "POST" else None
        return engine or sync(exchange, route)

    async def _engine(self, exchange: Exchange, route: tuple[str, ...]) -> Reply | None:
        """Answer a path that engines and the Model APIs have in common. None for any other path."""
        service = self._service
        models = service.models if service.strict_models else None
        match route:
            case ("chat", "completions") | ("responses",) if service.upstream is not None:
                return await service.upstream.answer(exchange, "/".join(route))
            case ("chat", "completions"):
                return chat(exchange, seed=service.seed, models=models)
            case ("responses",):
                return responses(exchange, seed=service.seed, models=models)
            case ("messages",):
                return messages(exchange, seed=service.seed)
            case ("completions",):
                return completions(exchange, seed=service.seed)
            case _:
                return None

    def _submit(self, exchange: Exchange) -> Reply:
        service = self._service
        reply, job = service.queue.submit(exchange, service.deployments.wake(exchange.address.owner))
        if job is not None and job.webhook is not None:
            self._deliver(job)
        return reply

    async def awake(self, address: Address) -> Reply | None:
        """Wait until the deployment is awake. A sleeping development deployment answers as if it did not exist."""
        deployments = self._service.deployments
        if address.development and deployments.state(address.owner) != "ACTIVE":
            return error_reply(404, "the development deployment is scaled to zero", "1")
        await self._service.clock.sleep_until(deployments.wake(address.owner))
        return None
