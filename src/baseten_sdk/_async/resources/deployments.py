"""`client.deployments(id)`: the calls of one dedicated deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import TypeVar, Unpack, overload

from ..._core.queue.async_predict import InferenceRetryConfig, QueueFields
from ..._core.queue.polling import POLL_INTERVALS
from ..._core.queue.wake_probe import PROBE, probe_after
from ..._core.reply.response import WholeResponse
from ..._core.request.missing import MISSING, Missing
from ..._core.request.multipart import FieldInput, Files
from ..._core.request.payload import EMPTY, Payload, choose_payload
from ..._core.request.query import encode_query
from ..._core.request.request import build, check_method
from ..._core.request.service_urls import DeploymentURLs
from ...config import DEPLOYMENT_FIRST_BYTE, CallOptions, Query, WaitOptions, check_seconds
from ...errors import APIError, DeadlineExceeded
from ...types.json import JsonValue
from ...types.meta import Meta
from ...types.response import Response
from ..calls.service import AsyncService
from ..queue.job import AsyncJob
from ..streams.predict import AsyncPredictStream
from .deployment_base import ANY, given_input, whole
from .engine import AsyncEngine
from .speech import AsyncSpeech

T = TypeVar("T")


class AsyncDeployment(AsyncEngine, AsyncSpeech):
    """One deployment of a dedicated model: of an environment, by its ID, development, or regional.

    A container on your own machine is a deployment too, without a queue.

    Attributes:
        model_id: The ID of the model.
    """

    _path = "predict"
    _async_path = "async_predict"

    def __init__(self, service: AsyncService, urls: DeploymentURLs) -> None:
        super().__init__(service, urls)
        self.model_id = urls.owner

    @overload
    async def predict(
        self,
        model_input: bytes | bytearray | memoryview,
        *,
        response_model: Missing | None = MISSING,
        content_type: None = None,
        **options: Unpack[CallOptions],
    ) -> bytes: ...

    @overload
    async def predict(
        self,
        model_input: object | Missing = MISSING,
        *,
        response_model: type[T],
        files: Files | None = None,
        data: Mapping[str, FieldInput] | None = None,
        content_type: str | None = None,
        **options: Unpack[CallOptions],
    ) -> T: ...

    @overload
    async def predict(
        self,
        model_input: object | Missing = MISSING,
        *,
        response_model: Missing | None = MISSING,
        files: Files | None = None,
        data: Mapping[str, FieldInput] | None = None,
        content_type: str | None = None,
        **options: Unpack[CallOptions],
    ) -> JsonValue | bytes: ...

    async def predict(
        self,
        model_input: object | Missing = MISSING,
        *,
        response_model: type[T] | Missing | None = MISSING,
        files: Files | None = None,
        data: Mapping[str, FieldInput] | None = None,
        content_type: str | None = None,
        **options: Unpack[CallOptions],
    ) -> T | JsonValue | bytes:
        """Run the model and wait for its output.

        Example:
            output = await client.deployments("abcd1234").predict({"prompt": "..."})

        Args:
            model_input: Any JSON value, including pydantic models and dataclasses. Or bytes, which are sent as
                `application/octet-stream` (a Python model reads them as MessagePack and replies with MessagePack).
            response_model: The type of the output: anything that pydantic can validate, or `bytes` for the raw body.
                None: a reply without content (204) is fine, and None is returned.
            files: Files of a form, instead of `model_input`.
            data: Other fields of that form.
            content_type: The type of bytes that are not an octet-stream.
            **options: The options of every call.

        Returns:
            A `response_model`, if given. Bytes, if you sent bytes. Otherwise the content type of the reply decides:
            JSON becomes its value, text a string, anything else bytes.

        Raises:
            ModelError: The model's own code failed.
            APIError: The call failed otherwise.
            ResponseValidationError: The reply is not of the type that was asked for.
        """
        payload = given_input(model_input, files, data, content_type)
        return await self._run("predict", payload, response_model, options)

    def stream_predict(
        self,
        model_input: object | Missing = MISSING,
        *,
        files: Files | None = None,
        data: Mapping[str, FieldInput] | None = None,
        content_type: str | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncPredictStream:
        """Run a model that streams its output.

        Example:
            async with deployment.stream_predict({"prompt": "..."}) as stream:
                async for text in stream.text():
                    print(text, end="")

        Args:
            **options: The options of every call. The others are as for `predict`.

        Returns:
            A context manager. The call is made when it is entered.
        """
        request, merged = self._post("predict", options, given_input(model_input, files, data, content_type), ANY)
        return AsyncPredictStream(self._service.caller, request, merged)

    async def sync(
        self,
        path: str,
        *,
        method: str | None = None,
        json: object | Missing = MISSING,
        content: bytes | str | None = None,
        files: Files | None = None,
        data: Mapping[str, FieldInput] | None = None,
        content_type: str | None = None,
        params: Query | None = None,
        **options: Unpack[CallOptions],
    ) -> Response:
        """Call any path of the container, with any HTTP method.

        Example:
            reply = await deployment.sync("items/123")
            print(reply.json())

        Args:
            path: The path, as the container sees it. It is quoted segment by segment and cannot leave the deployment.
            method: The HTTP method. None: GET without a body, POST with one.
            json: A JSON value to send.
            content: Bytes or text to send as they are.
            files: Files of a form to send.
            data: Other fields of that form.
            content_type: The type of `content`.
            params: Query parameters.
            **options: The options of every call.

        Raises:
            APIStatusError: The container or the service replied with 4xx or 5xx.
            InvalidRequestError: The path could leave the deployment, or the request cannot be sent.
        """
        payload = choose_payload(json=json, content=content, files=files, data=data, content_type=content_type)
        return await raw_call(
            self._service,
            method or ("GET" if payload is EMPTY else "POST"),
            self._urls.sync(path),
            payload,
            params,
            options,
        )

    async def async_predict(
        self,
        model_input: object,
        *,
        webhook_endpoint: str | None = None,
        priority: int | None = None,
        max_time_in_queue_seconds: int | None = None,
        inference_retry_config: InferenceRetryConfig | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncJob:
        """Put a request into the queue. The model runs later, for up to an hour.

        The output goes to the webhook only; Baseten does not store it. A submission is retried only if no job can have
        been made (connection refused, 429, 503), so that the model never runs twice.

        Example:
            job = await deployment.async_predict({"url": "..."}, webhook_endpoint="https://example.com/done")
            status = await job.wait(deadline=600)

        Args:
            model_input: Any JSON value. The whole body may have 256 KiB.
            webhook_endpoint: The https URL that receives the output (http for localhost).
            priority: 0 to 2; lower runs first. Default: 0.
            max_time_in_queue_seconds: 10 to 259,200 (72 hours). Default: 600.
            inference_retry_config: How Baseten repeats a failed run.
            **options: The options of every call.

        Returns:
            The handle of the job.

        Raises:
            InvalidRequestError: A field is outside its limits, or the body is too large.
            APIError: The request was not accepted. There is no job, unless the connection broke after it was sent.
        """
        fields = QueueFields(webhook_endpoint, priority, max_time_in_queue_seconds, inference_retry_config)
        return await self._submit("async_predict", model_input, fields, options)

    async def wake(
        self, *, wait: bool = False, deadline: float | None = None, probe: str = PROBE, **options: Unpack[WaitOptions]
    ) -> None:
        """Start a deployment that is scaled to zero. For a container on your machine, only wait for it.

        Args:
            wait: Return once the container replies, instead of at once.
            deadline: Seconds to wait in all. None waits forever.
            probe: The path of the container to probe with GET. Any reply of the container counts.
            **options: The options of every call.

        Raises:
            DeadlineExceeded: The deployment was not awake in time. It continues to start.
            APIError: The deployment cannot be started.
        """
        deadline = check_seconds("deadline", deadline)
        clock = self._service.caller.clock
        end = inf if deadline is None else clock.now() + deadline
        given: CallOptions = {**options, "deadline": deadline}
        if not self._urls.is_container:
            await self._wake(given)
        if not wait:
            return
        path = probe
        for interval in POLL_INTERVALS.waits():
            left = end - clock.now()
            if left <= 0:
                break
            given = {**options, "deadline": left if left < inf else None, "max_retries": 0}
            try:
                await self.sync(path, **given)
                return
            except DeadlineExceeded:
                break
            except APIError as error:
                following = probe_after(path, error)
            if following is None:
                return
            if following != path:
                path = following
                continue
            if clock.now() + interval >= end:
                break
            await clock.sleep(interval)
        limit = deadline or 0.0
        late = f"{self._urls.target} was not awake after {limit:g} s. It is still starting."
        raise DeadlineExceeded(late, phase="idle", limit=limit, advice="Call wake() again with a larger deadline=.")


async def raw_call(
    service: AsyncService, method: str, url: str, payload: Payload, params: Query | None, given: CallOptions
) -> Response:
    """Make a call and return the raw reply."""
    response, meta = await call_url(service, method, url, payload, params, given, whole)
    return Response(response.status, response.headers, response.body, meta, _redactor=response.redactor)


async def call_url(
    service: AsyncService,
    method: str,
    url: str,
    payload: Payload,
    params: Query | None,
    given: CallOptions,
    read: Callable[[WholeResponse], T],
) -> tuple[T, Meta]:
    """Make a call and read its reply."""
    options = service.options.merged(given)
    query = encode_query(params) if params else ""
    request = build(
        check_method(method), url, options, accept=ANY, first_byte=DEPLOYMENT_FIRST_BYTE, payload=payload, query=query
    )
    return await service.caller.fetch(request, options, read)
