"""`client.chains(id)`: what one deployment of a chain does."""

from __future__ import annotations

from typing import TypeVar, Unpack, overload

from ..._core.queue.async_predict import InferenceRetryConfig
from ..._core.request.arguments import check_arguments
from ..._core.request.missing import MISSING, Missing
from ..._core.request.routing import DeploymentURLs
from ...config import CallOptions
from ...types.json import JsonValue
from ..calls.service import AsyncService
from ..queue.job import AsyncJob
from ..streams.chain import AsyncChainStream
from .deployment_base import ANY, AsyncDeploymentBase, given_input

T = TypeVar("T")


class AsyncChain(AsyncDeploymentBase):
    """One deployment of a chain: of an environment, by its id, development, or on a regional host.

    Attributes:
        chain_id: the chain's id.
    """

    def __init__(self, service: AsyncService, place: DeploymentURLs) -> None:
        super().__init__(service, place)
        self.chain_id = place.owner

    @overload
    async def run_remote(
        self,
        arguments: bytes | bytearray | memoryview,
        *,
        response_model: None = None,
        **options: Unpack[CallOptions],
    ) -> bytes: ...

    @overload
    async def run_remote(
        self,
        arguments: object | Missing = MISSING,
        *,
        response_model: type[T],
        **options: Unpack[CallOptions],
    ) -> T: ...

    @overload
    async def run_remote(
        self,
        arguments: object | Missing = MISSING,
        *,
        response_model: None = None,
        **options: Unpack[CallOptions],
    ) -> JsonValue | bytes: ...

    async def run_remote(
        self,
        arguments: object | Missing = MISSING,
        *,
        response_model: type[T] | None = None,
        **options: Unpack[CallOptions],
    ) -> T | JsonValue | bytes:
        """Run the chain and wait for its result.

        Example:
            answer = await client.chains("chain123").run_remote({"text": "..."}, response_model=Answer)

        Args:
            arguments: the arguments of the entrypoint's `run_remote` by their names: a mapping, a pydantic model or a
                dataclass; none unless given. Names that it does not have are ignored by the chain. Or bytes, which are
                sent as `application/octet-stream` (a chain takes that for MessagePack and answers in kind).
            response_model: the type of the result, anything that pydantic can validate; `bytes` for the body as it is.
            **options: the options of every call.

        Returns:
            A `response_model`, or bytes where bytes were sent, or the JSON of the result: a string for an entrypoint
            that returns `str`, a list for one that returns a tuple.

        Raises:
            InvalidRequestError: the arguments are no object.
            BadRequestError: an argument is missing or has the wrong type.
            ModelError: a chainlet raised; `remote` holds its exception and its stack.
            APIError: the call failed otherwise.
            ResponseValidationError: the result is not what was asked for.
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
            arguments: as for `run_remote`.
            **options: the options of every call.

        Returns:
            A context manager; the call is made when it is entered.
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
        """Put a run of the chain into the queue; it runs later, for up to an hour.

        All else is as for `async_predict` of a deployment. The arguments are sent wrapped, under `model_input`:
        Baseten's reference shows them bare and its guide for chains wrapped, and bare there is no place for a webhook.

        Example:
            job = await chain.async_run_remote({"text": "..."}, webhook_endpoint="https://example.com/done")
            status = await job.wait(deadline=600)

        Args:
            arguments: as for `run_remote`, but no bytes; the whole body may have 256 KiB.
            webhook_endpoint: https URL that gets the result (http for localhost).
            priority: 0 to 2, lower runs first; 0 unless set.
            max_time_in_queue_seconds: 10 to 259,200 (72 hours); 600 unless set.
            inference_retry_config: how Baseten repeats a failed run.
            **options: the options of every call.

        Returns:
            The handle of the job.

        Raises:
            InvalidRequestError: the arguments are no object, a field is outside its limits, or the body is too large.
            APIError: it was not accepted; unless the connection broke after it was sent, there is no job.
        """
        return await self._submit(
            "async_run_remote",
            check_arguments(arguments, binary=False),
            webhook_endpoint=webhook_endpoint,
            priority=priority,
            max_time_in_queue_seconds=max_time_in_queue_seconds,
            inference_retry_config=inference_retry_config,
            given=options,
        )

    async def wake(self, **options: Unpack[CallOptions]) -> None:
        """Start a deployment that is scaled to zero; it returns at once.

        Raises:
            APIError: the deployment cannot be started.
        """
        await self._wake(options)
