"""`client.chains(id)`: the calls of one deployment of a chain."""

from __future__ import annotations

from typing import TypeVar, Unpack, overload

from ..._core.queue.async_predict import InferenceRetryConfig, QueueFields
from ..._core.request.arguments import check_arguments
from ..._core.request.missing import MISSING, Missing
from ..._core.request.service_urls import DeploymentURLs
from ...config import CallOptions
from ...types.json import JsonValue
from ..calls.service import AsyncService
from ..queue.job import AsyncJob
from ..streams.chain import AsyncChainStream
from .deployment_base import ANY, given_input
from .speech import AsyncSpeech

T = TypeVar("T")


class AsyncChain(AsyncSpeech):
    """One deployment of a chain: of an environment, by its ID, development, or regional.

    Attributes:
        chain_id: The ID of the chain.
    """

    _path = "run_remote"
    _async_path = "async_run_remote"

    def __init__(self, service: AsyncService, urls: DeploymentURLs) -> None:
        super().__init__(service, urls)
        self.chain_id = urls.owner

    @overload
    async def run_remote(
        self,
        arguments: bytes | bytearray | memoryview,
        *,
        response_model: Missing | None = MISSING,
        **options: Unpack[CallOptions],
    ) -> bytes: ...

    @overload
    async def run_remote(
        self, arguments: object | Missing = MISSING, *, response_model: type[T], **options: Unpack[CallOptions]
    ) -> T: ...

    @overload
    async def run_remote(
        self,
        arguments: object | Missing = MISSING,
        *,
        response_model: Missing | None = MISSING,
        **options: Unpack[CallOptions],
    ) -> JsonValue | bytes: ...

    async def run_remote(
        self,
        arguments: object | Missing = MISSING,
        *,
        response_model: type[T] | Missing | None = MISSING,
        **options: Unpack[CallOptions],
    ) -> T | JsonValue | bytes:
        """Run the chain and wait for its result.

        Example:
            answer = await client.chains("chain123").run_remote({"text": "..."}, response_model=Answer)

        Args:
            arguments: The arguments of the entrypoint's `run_remote` by name: a mapping, a pydantic model or a
                dataclass. Left out: none. The chain ignores names that it does not know. Or bytes, which are sent as
                `application/octet-stream` (a chain reads them as MessagePack and replies with MessagePack).
            response_model: The type of the result: anything that pydantic can validate, or `bytes` for the raw body.
                None: a reply without content (204) is fine, and None is returned.
            **options: The options of every call.

        Returns:
            A `response_model`, if given. Bytes, if you sent bytes. Otherwise the JSON value of the result: a string for
            an entrypoint that returns `str`, a list for one that returns a tuple.

        Raises:
            InvalidRequestError: The arguments are not an object.
            BadRequestError: An argument is missing or has the wrong type.
            ModelError: A chainlet raised. `remote` holds its exception and its stack.
            APIError: The call failed otherwise.
            ResponseValidationError: The result is not of the type that was asked for.
        """
        return await self._run("run_remote", given_input(check_arguments(arguments)), response_model, options)

    def stream_run_remote(
        self, arguments: object | Missing = MISSING, **options: Unpack[CallOptions]
    ) -> AsyncChainStream:
        """Run a chain that streams its result.

        Example:
            async with chain.stream_run_remote({"text": "..."}) as stream:
                async for item in stream.items(Sentence):
                    print(item)

        Args:
            arguments: As for `run_remote`.
            **options: The options of every call.

        Returns:
            A context manager. The call is made when it is entered.
        """
        request, merged = self._post("run_remote", options, given_input(check_arguments(arguments)), ANY)
        return AsyncChainStream(self._service.caller, request, merged)

    async def async_run_remote(
        self,
        arguments: object | Missing = MISSING,
        *,
        webhook_endpoint: str | None = None,
        priority: int | None = None,
        max_time_in_queue_seconds: int | None = None,
        inference_retry_config: InferenceRetryConfig | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncJob:
        """Put a run of the chain into the queue. It runs later, for up to an hour.

        Otherwise it works like `async_predict` of a deployment. The arguments are sent under `model_input`, as in
        Baseten's guide for chains. Baseten's API reference shows them at the top level instead, but that form has no
        field for a webhook.

        Example:
            job = await chain.async_run_remote({"text": "..."}, webhook_endpoint="https://example.com/done")
            status = await job.wait(deadline=600)

        Args:
            arguments: As for `run_remote`, but not bytes. The whole body may have 256 KiB.
            webhook_endpoint: The https URL that receives the result (http for localhost).
            priority: 0 to 2; lower runs first. Default: 0.
            max_time_in_queue_seconds: 10 to 259,200 (72 hours). Default: 600.
            inference_retry_config: How Baseten repeats a failed run.
            **options: The options of every call.

        Returns:
            The handle of the job.

        Raises:
            InvalidRequestError: The arguments are not an object, a field is outside its limits, or the body is too
                large.
            APIError: The request was not accepted. There is no job, unless the connection broke after it was sent.
        """
        fields = QueueFields(webhook_endpoint, priority, max_time_in_queue_seconds, inference_retry_config)
        return await self._submit("async_run_remote", check_arguments(arguments, binary=False), fields, options)

    async def wake(self, **options: Unpack[CallOptions]) -> None:
        """Start a deployment that is scaled to zero. Returns at once.

        Raises:
            APIError: The deployment cannot be started.
        """
        await self._wake(options)
