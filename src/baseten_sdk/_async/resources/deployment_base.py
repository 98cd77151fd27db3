"""What deployments of models and of chains have in common: the async queue, waking, and how a call is made.

It must not know which routes there are: those are given by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TypeVar, Unpack

from ..._core.queue.async_predict import QueueFields, async_predict_body
from ..._core.reply.response import WholeResponse
from ..._core.reply.validate import NO_CONTENT, check_kind, check_no_page, read_as, read_model, read_value
from ..._core.request.accept import ACCEPT_JSON
from ..._core.request.missing import MISSING, Missing
from ..._core.request.multipart import FieldInput, Files
from ..._core.request.options import Options
from ..._core.request.payload import EMPTY, OCTETS, Payload, choose_payload
from ..._core.request.request import Request, build
from ..._core.request.service_urls import DeploymentURLs
from ..._repr import safe_repr
from ...config import DEPLOYMENT_FIRST_BYTE, CallOptions
from ...types.async_requests import AsyncAccepted, QueueStatus
from ...types.json import JsonValue
from ...types.reply import attach_meta
from ..calls.service import AsyncService
from ..queue.job import AsyncJob
from ..websocket.websocket import PING_INTERVAL, AsyncWebSocket, websocket_at

T = TypeVar("T")

ANY = "*/*"
"""The `Accept` header where the model chooses the type. For JSON input, only `application/json` is accepted: Baseten's
runtime then collects the output of a generator, and an error halfway becomes an error status, not a short reply."""


class AsyncDeploymentBase:
    """One deployment of a model or of a chain."""

    def __init__(self, service: AsyncService, urls: DeploymentURLs) -> None:
        self._service = service.without_key() if urls.is_container else service
        self._urls = urls

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._urls.target!r})"

    @property
    def name(self) -> str:
        """A name such as "model abcd1234, environments/production". It does not depend on the host."""
        return self._urls.name

    def connect(self, *, ping_interval: float | None = PING_INTERVAL, **options: Unpack[CallOptions]) -> AsyncWebSocket:
        """Connect to the deployment's WebSocket.

        The handshake is a call like any other: it waits for a deployment that starts, and is retried if that may help.
        With a `deadline`, a deployment that replies 502 or 503 because it has not started is asked again until then.
        A connection that breaks later is not retried. The WebSocket counts toward `Limits(concurrency=...)` until it
        ends.

        Example:
            async with deployment.connect() as websocket:
                await websocket.send({"text": "Hello"})
                reply = await websocket.receive()

        Args:
            ping_interval: Seconds of silence before a ping is sent. If nothing arrives for as many seconds after it,
                the connection counts as broken. None: no pings.
            **options: The options of every call. `deadline` and `timeout` limit only the handshake. `extra_body` does
                not apply.

        Returns:
            A context manager. The connection is made when it is entered.

        Raises:
            ConfigurationError: The extra `websocket` is not installed, or the client was made with `http_client=`.
            APIStatusError: The handshake was refused.
        """
        return websocket_at(self._service, self._urls.at("websocket"), ping_interval, options)

    def job(self, request_id: str) -> AsyncJob:
        """Get the handle of an async request that was submitted before."""
        return AsyncJob(self._service, self._urls, request_id)

    async def queue_status(self, **options: Unpack[CallOptions]) -> QueueStatus:
        """Get the numbers of async requests that are waiting and running."""
        merged = self._service.options.merged(options)
        url = self._urls.at("async_queue_status")
        request = build("GET", url, merged, accept=ACCEPT_JSON, first_byte=DEPLOYMENT_FIRST_BYTE)
        merged = await self._service.paced(merged)
        status, meta = await self._service.caller.fetch(request, merged, partial(read_model, QueueStatus))
        return attach_meta(status, meta)

    async def _run(
        self, path: str, payload: Payload, response_model: type[T] | Missing | None, given: CallOptions
    ) -> T | JsonValue | bytes:
        check_kind(None if response_model is MISSING else response_model)
        request, merged = self._post(path, given, payload, accepted_type(payload, response_model))

        def read(response: WholeResponse) -> T | JsonValue | bytes:
            if response_model is None and (response.status == NO_CONTENT or not response.body):
                return None
            if response_model is not None and response_model is not MISSING:
                return read_as(response_model, response)
            if payload.content_type != OCTETS:
                return read_value(response)
            check_no_page(response)
            return response.body

        output, _ = await self._service.caller.fetch(request, merged, read)
        return output

    async def _submit(self, path: str, model_input: object, fields: QueueFields, given: CallOptions) -> AsyncJob:
        merged = self._service.options.merged(given)
        largest = self._service.caller.limits.async_payload
        body = async_predict_body(model_input, fields, extra=merged.extra_body, largest=largest)
        request = build(
            "POST",
            self._urls.at(path),
            merged.without_body(),
            accept=ACCEPT_JSON,
            first_byte=DEPLOYMENT_FIRST_BYTE,
            payload=Payload(content=body, content_type=ACCEPT_JSON),
            safety="once",
        )
        accepted, _ = await self._service.caller.fetch(request, merged, partial(read_model, AsyncAccepted))
        return self.job(accepted.request_id)

    async def _wake(self, given: CallOptions) -> None:
        request, merged = self._post("wake", given, EMPTY, ANY)
        await self._service.caller.fetch(request, merged, _nothing)

    def _post(self, path: str, given: CallOptions, payload: Payload, accept: str) -> tuple[Request, Options]:
        options = self._service.options.merged(given) if given else self._service.options
        url = self._urls.at(path)
        request = build("POST", url, options, accept=accept, first_byte=DEPLOYMENT_FIRST_BYTE, payload=payload)
        return request, options


def given_input(
    value: object,
    files: Files | None = None,
    data: Mapping[str, FieldInput] | None = None,
    content_type: str | None = None,
) -> Payload:
    """Return the payload of an input: bytes as they are, a form, or any other value as JSON."""
    if isinstance(value, bytes | bytearray | memoryview):
        return choose_payload(content=value, files=files, data=data, content_type=content_type)
    return choose_payload(json=value, files=files, data=data, content_type=content_type)


def accepted_type(payload: Payload, response_model: object) -> str:
    """Return the `Accept` header of a call whose reply is read as a whole."""
    return ACCEPT_JSON if payload.json is not MISSING and response_model is not bytes else ANY


def whole(response: WholeResponse) -> WholeResponse:
    """Return the raw response, unread."""
    return response


def _nothing(response: WholeResponse) -> None:
    return None
