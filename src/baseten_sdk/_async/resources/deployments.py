"""`client.deployments(id)`: everything that one dedicated deployment does."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import TypeVar, Unpack, overload

from ..._core.queue.async_predict import InferenceRetryConfig
from ..._core.queue.polling import intervals
from ..._core.queue.wake_probe import PROBE, probe_after
from ..._core.reply.response import WholeResponse
from ..._core.request.missing import MISSING, Missing
from ..._core.request.multipart import FieldInput, Files
from ..._core.request.payload import EMPTY, Payload, choose_payload
from ..._core.request.request import build, check_method
from ..._core.request.routing import DeploymentURLs
from ..._core.request.urls import encode_query
from ...config import DEPLOYMENT_FIRST_BYTE, CallOptions, Query, WaitOptions, check_seconds
from ...errors import APIError, DeadlineExceeded
from ...types.json import JsonValue
from ...types.response import Response
from ..calls.service import AsyncService
from ..queue.job import AsyncJob
from ..streams.predict import AsyncPredictStream
from .deployment_base import ANY, given_input
from .engine import AsyncEngine

T = TypeVar("T")


class AsyncDeployment(AsyncEngine):
    """One deployment of a dedicated model: of an environment, by its id, development, or on a regional host.

    Attributes:
        model_id: the model's id.
    """

    def __init__(self, service: AsyncService, place: DeploymentURLs) -> None:
        super().__init__(service, place)
        self.model_id = place.owner

    @overload
    async def predict(
        self,
        model_input: bytes | bytearray | memoryview,
        *,
        response_model: None = None,
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
        response_model: None = None,
        files: Files | None = None,
        data: Mapping[str, FieldInput] | None = None,
        content_type: str | None = None,
        **options: Unpack[CallOptions],
    ) -> JsonValue | bytes: ...

    async def predict(
        self,
        model_input: object | Missing = MISSING,
        *,
        response_model: type[T] | None = None,
        files: Files | None = None,
        data: Mapping[str, FieldInput] | None = None,
        content_type: str | None = None,
        **options: Unpack[CallOptions],
    ) -> T | JsonValue | bytes:
        """Run the model and wait for its output.

        Example:
            output = await client.deployments("abcd1234").predict({"prompt": "..."})

        Args:
            model_input: any JSON value, pydantic models and dataclasses included; or bytes, which are sent as
                `application/octet-stream` (a Python model takes that for MessagePack and answers in kind).
            response_model: the type of the output, anything that pydantic can validate; `bytes` for the body as it is.
            files: files of a form, instead of `model_input`.
            data: other fields of that form.
            content_type: the type of bytes that are no octet-stream.
            **options: the options of every call.

        Returns:
            A `response_model`, or bytes where bytes were sent, or what the reply's content type says: the value of
            JSON, text as a string, anything else as bytes.

        Raises:
            ModelError: the model's own code failed.
            APIError: the call failed otherwise.
            ResponseValidationError: the reply is not what was asked for.
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
            model_input: as for `predict`.
            files: as for `predict`.
            data: as for `predict`.
            content_type: as for `predict`.
            **options: the options of every call.

        Returns:
            A context manager; the call is made when it is entered.
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
        """Call any path of the container, with any verb.

        Example:
            reply = await deployment.sync("items/123")
            print(reply.json())

        Args:
            path: the path, as the container sees it; it is quoted segment by segment and cannot leave the deployment.
            method: the verb. None: GET without a body, POST with one.
            json: a JSON value to send.
            content: bytes or text to send as they are.
            files: files of a form to send.
            data: other fields of that form.
            content_type: the type of `content`.
            params: query parameters.
            **options: the options of every call.

        Raises:
            APIStatusError: the container, or the service, answered with 4xx or 5xx.
            InvalidRequestError: the path could leave the deployment, or the request cannot be sent.
        """
        payload = choose_payload(json=json, content=content, files=files, data=data, content_type=content_type)
        return await raw_call(
            self._service,
            method or ("GET" if payload is EMPTY else "POST"),
            self._place.sync(path),
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
        """Put a request into the queue; the model runs later, for up to an hour.

        The output goes to the webhook and nowhere else: Baseten does not store it. A submission is tried again only
        where no job can have been made (connection refused, 429, 503), so that the model never runs twice.

        Example:
            job = await deployment.async_predict({"url": "..."}, webhook_endpoint="https://example.com/done")
            status = await job.wait(deadline=600)

        Args:
            model_input: any JSON value; the whole body may have 256 KiB.
            webhook_endpoint: https URL that gets the output (http for localhost).
            priority: 0 to 2, lower runs first; 0 unless set.
            max_time_in_queue_seconds: 10 to 259,200 (72 hours); 600 unless set.
            inference_retry_config: how Baseten repeats a failed run.
            **options: the options of every call.

        Returns:
            The handle of the job.

        Raises:
            InvalidRequestError: a field is outside its limits, or the body is too large.
            APIError: it was not accepted; unless the connection broke after it was sent, there is no job.
        """
        return await self._submit(
            "async_predict",
            model_input,
            webhook_endpoint=webhook_endpoint,
            priority=priority,
            max_time_in_queue_seconds=max_time_in_queue_seconds,
            inference_retry_config=inference_retry_config,
            given=options,
        )

    async def wake(
        self,
        *,
        wait: bool = False,
        deadline: float | None = None,
        probe: str = PROBE,
        **options: Unpack[WaitOptions],
    ) -> None:
        """Start a deployment that is scaled to zero.

        Args:
            wait: return when its container answers, instead of at once.
            deadline: seconds to wait in all; None waits for ever.
            probe: path of the container that is asked with GET; any answer of the container will do.
            **options: the options of every call.

        Raises:
            DeadlineExceeded: it was not awake in time; it goes on starting.
            APIError: the deployment cannot be started.
        """
        check_seconds("deadline", deadline)
        clock = self._service.caller.clock
        end = inf if deadline is None else clock.now() + deadline
        given: CallOptions = {**options, "deadline": deadline}
        await self._wake(given)
        if not wait:
            return
        path = probe
        for interval in intervals():
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
        late = f"{self._place.target} was not awake after {limit:g} s; it goes on starting."
        raise DeadlineExceeded(late, phase="idle", limit=limit, advice="Call wake() again with a larger deadline=.")


async def raw_call(
    service: AsyncService,
    method: str,
    url: str,
    payload: Payload,
    params: Query | None,
    given: CallOptions,
) -> Response:
    """Make a call and hand its reply on as it is."""
    options = service.options.merged(given)
    query = encode_query(params) if params else ""
    request = build(
        check_method(method),
        url,
        options,
        accept=ANY,
        first_byte=DEPLOYMENT_FIRST_BYTE,
        payload=payload,
        query=query,
    )
    answer, meta = await service.caller.fetch(request, options, _whole)
    return Response(answer.status, answer.headers, answer.body, meta)


def _whole(answer: WholeResponse) -> WholeResponse:
    return answer
