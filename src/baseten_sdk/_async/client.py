"""The client: what a user makes, configures and closes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, TypeVar, Unpack, overload

from .._core.request.auth import AsyncKeyFunction, Key
from .._core.request.missing import MISSING, Missing
from .._core.request.options import Options
from .._settings import Settings
from ..config import CallOptions, Endpoints, HttpxTimeout, Limits, Query, Retry, Timeout
from ..hooks import Hook
from .setup import AsyncSetup

if TYPE_CHECKING:
    import ssl

    import httpx

    from .._bridge import SyncClient
    from .._core.request.multipart import FieldInput, Files
    from ..types.response import Response
    from .calls.service import AsyncService
    from .resources.async_requests import AsyncRequests
    from .resources.batch import AsyncBatch
    from .resources.beta import AsyncBeta
    from .resources.chains import AsyncChain
    from .resources.chat import AsyncChat
    from .resources.decisions import AsyncDecisions
    from .resources.deployments import AsyncDeployment
    from .resources.embeddings import AsyncEmbeddings
    from .resources.jobs import AsyncJobs
    from .resources.models import AsyncModels
    from .resources.webhooks import AsyncWebhooks

T = TypeVar("T")


class AsyncClient:
    """Reaches Baseten: Model APIs, dedicated deployments, chains and async requests.

    One client serves a whole program; it may be used from many tasks at once. Close it with `async with` or `aclose()`.

    Example:
        async with AsyncClient() as client:
            completion = await client.chat.completions.create(
                model="openai/gpt-oss-120b", messages=[{"role": "user", "content": "Hi"}]
            )
            print(completion.text)

    Args:
        api_key: the key, or a function that gives it and is asked for each attempt. None: `BASETEN_API_KEY`, read at
            the first call.
        base_url: the Model APIs or any gateway that speaks like them; then nothing is routed by the model's name.
            None: where `endpoints` has them if that was said, else `BASETEN_BASE_URL` at the first call, else the
            service.
        endpoints: URL templates of everything, for the emulator and private gateways. None: below the origin that
            `BASETEN_EMULATOR` names at the first call, else the service.
        timeout: limits on each attempt; a number of seconds bounds the whole attempt. An `httpx.Timeout` will do.
        deadline: seconds for each whole call; None is no bound.
        max_retries: attempts after the first; 2 unless set.
        retry: when and how to try again, in full.
        limits: how much at once, and how large.
        default_headers: headers of every request.
        default_query: query parameters of every request.
        http_client: an httpx client of yours; it is used as it is and never closed.
        transport: "direct", "httpx", or "auto" to choose what fits.
        ssl_context: whom to trust, and what to show, on https connections that the client opens. None:
            `SSL_CERT_FILE`, else `SSL_CERT_DIR`, else certifi's list.
        hooks: functions that are told of retries, and observers of whole calls.

    Raises:
        ConfigurationError: an argument cannot be. A missing key is noticed at the first call.
    """

    _parts: AsyncService | None = None

    def __init__(
        self,
        *,
        api_key: str | AsyncKeyFunction | None = None,
        base_url: str | None = None,
        endpoints: Endpoints | None = None,
        timeout: Timeout | HttpxTimeout | float | None = None,
        deadline: float | None = None,
        max_retries: int | None = None,
        retry: Retry | None = None,
        limits: Limits | None = None,
        default_headers: Mapping[str, str] | None = None,
        default_query: Query | None = None,
        http_client: httpx.AsyncClient | None = None,
        transport: Literal["auto", "direct", "httpx"] = "auto",
        ssl_context: ssl.SSLContext | None = None,
        hooks: Sequence[Hook] = (),
    ) -> None:
        key = Key(api_key)
        del api_key  # what is raised from here on shows no frame that holds it
        key.check()
        options = Options(retry=retry or Retry()).merged(
            {
                "timeout": timeout,
                "deadline": deadline,
                "max_retries": max_retries,
                "extra_headers": default_headers,
                "extra_query": default_query,
            }
        )
        settings = Settings(key, base_url, endpoints, limits or Limits(), transport, tuple(hooks), options, ssl_context)
        self._setup = AsyncSetup(settings, http_client)

    @property
    def _service(self) -> AsyncService:
        """The parts, made when they are first needed: it takes imports that a program which makes no call can do
        without. Where two threads make them, one of the two is thrown away; nothing is open yet."""
        if self._parts is None:
            self.__dict__.setdefault("_parts", self._setup.service())
        assert self._parts is not None
        return self._parts

    @cached_property
    def chat(self) -> AsyncChat:
        """Chat completions."""
        from .resources.chat import AsyncChat

        return AsyncChat(self._service)

    @cached_property
    def beta(self) -> AsyncBeta:
        """The same chat under the name that it once had at OpenAI: `client.beta.chat.completions.parse`."""
        from .resources.beta import AsyncBeta

        return AsyncBeta(self.chat)

    @cached_property
    def embeddings(self) -> AsyncEmbeddings:
        """Embeddings, by dedicated models or behind a gateway."""
        from .resources.embeddings import AsyncEmbeddings

        return AsyncEmbeddings(self._service)

    @cached_property
    def decisions(self) -> AsyncDecisions:
        """Decision models: a state and typed questions in, probabilities out."""
        from .resources.decisions import AsyncDecisions

        return AsyncDecisions(self._service)

    @cached_property
    def batch(self) -> AsyncBatch:
        """Batches: a great many calls, from a file to a file or from rows to outcomes."""
        from .resources.batch import AsyncBatch

        return AsyncBatch(self)

    @cached_property
    def models(self) -> AsyncModels:
        """The models of the Model APIs."""
        from .resources.models import AsyncModels

        return AsyncModels(self._service)

    @cached_property
    def async_requests(self) -> AsyncRequests:
        """Async requests, by their ids."""
        from .resources.async_requests import AsyncRequests

        return AsyncRequests(self._service)

    @cached_property
    def webhooks(self) -> AsyncWebhooks:
        """Inboxes, for the outputs of async requests."""
        from .resources.webhooks import AsyncWebhooks

        return AsyncWebhooks()

    @cached_property
    def jobs(self) -> AsyncJobs:
        """Many async requests, with a ledger that survives the end of the process."""
        from .resources.jobs import AsyncJobs

        return AsyncJobs()

    def deployments(
        self,
        model_id: str,
        *,
        environment: str | None = None,
        deployment_id: str | None = None,
        regional: str | None = None,
    ) -> AsyncDeployment:
        """A deployment of a dedicated model; nothing is sent.

        Args:
            model_id: the model's id.
            environment: an environment's name, or "development"; production unless set.
            deployment_id: one deployment by its id.
            regional: the environment of a regional host.

        Raises:
            ConfigurationError: an id cannot be, or there are two targets.
        """
        from .resources.deployments import AsyncDeployment

        place = self._service.router.deployment(
            model_id, environment=environment, deployment_id=deployment_id, regional=regional
        )
        return AsyncDeployment(self._service, place)

    def chains(
        self,
        chain_id: str,
        *,
        environment: str | None = None,
        deployment_id: str | None = None,
        regional: str | None = None,
    ) -> AsyncChain:
        """A deployment of a chain; nothing is sent.

        Args:
            chain_id: the chain's id.
            environment: an environment's name, or "development"; production unless set.
            deployment_id: one deployment by its id.
            regional: the environment of a regional host.

        Raises:
            ConfigurationError: an id cannot be, or there are two targets.
        """
        from .resources.chains import AsyncChain

        place = self._service.router.chain(
            chain_id, environment=environment, deployment_id=deployment_id, regional=regional
        )
        return AsyncChain(self._service, place)

    @overload
    async def request(
        self,
        method: str,
        url: str,
        *,
        response_model: type[T],
        json: object | Missing = MISSING,
        content: bytes | str | None = None,
        files: Files | None = None,
        data: Mapping[str, FieldInput] | None = None,
        content_type: str | None = None,
        params: Query | None = None,
        **options: Unpack[CallOptions],
    ) -> T: ...

    @overload
    async def request(
        self,
        method: str,
        url: str,
        *,
        response_model: None = None,
        json: object | Missing = MISSING,
        content: bytes | str | None = None,
        files: Files | None = None,
        data: Mapping[str, FieldInput] | None = None,
        content_type: str | None = None,
        params: Query | None = None,
        **options: Unpack[CallOptions],
    ) -> Response: ...

    async def request(
        self,
        method: str,
        url: str,
        *,
        response_model: type[T] | None = None,
        json: object | Missing = MISSING,
        content: bytes | str | None = None,
        files: Files | None = None,
        data: Mapping[str, FieldInput] | None = None,
        content_type: str | None = None,
        params: Query | None = None,
        **options: Unpack[CallOptions],
    ) -> T | Response:
        """Call anything that the service has and this package has no name for.

        Args:
            method: the verb.
            url: a path below the Model APIs' base URL, such as "messages", or an absolute URL on one of the configured
                hosts: the key goes nowhere else.
            response_model: the type of the reply; without it the reply comes as it is.
            json: a JSON value to send.
            content: bytes or text to send as they are.
            files: files of a form to send.
            data: other fields of that form.
            content_type: the type of `content`.
            params: query parameters.
            **options: the options of every call.

        Raises:
            InvalidRequestError: the URL is on no host of the client's, or the request cannot be sent.
            APIError: the call failed.
        """
        from .._core.reply.validate import check_kind
        from .._core.request.payload import choose_payload
        from .resources.deployments import raw_call

        check_kind(response_model)
        service = self._service
        payload = choose_payload(json=json, content=content, files=files, data=data, content_type=content_type)
        place = service.router.resolve(url)
        reply = await raw_call(service, method, place, payload, params, options)
        return reply if response_model is None else reply.parse(response_model)

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """The same client with other defaults. It shares connections and limits: closing either closes both."""
        clone = type(self).__new__(type(self))
        clone._setup = self._setup
        clone._parts = self._service.with_options(options)
        return clone

    def copy(self, **options: Unpack[CallOptions]) -> Self:
        """The same as `with_options`, under the other name that it has at OpenAI."""
        return self.with_options(**options)

    def detached(self) -> Self:
        """A client like this one, with connections of its own, that nobody needs to close.

        They are closed when the client is collected, without the warning that it was not closed. For objects that hold
        a client and have no end of their own.
        """
        clone = type(self).__new__(type(self))
        clone._setup = self._setup.detached(self._service.options)
        return clone

    def to_sync(self) -> SyncClient:
        """A client of the other flavour with the same settings. It has its own connections: close it too.

        Raises:
            ConfigurationError: this client was made with `http_client=`, which serves one flavour only.
        """
        from .._bridge import to_sync

        return to_sync(self._setup.portable(self._service.options))

    @property
    def limits(self) -> Limits:
        """What the client was made with."""
        return self._setup.settings.limits

    async def aclose(self) -> None:
        """Close the connections. Closing twice is fine; calls after it raise `ClientClosedError`."""
        await self._service.caller.connections.aclose()

    # unasync: remove
    async def close(self) -> None:
        """The same as `aclose`, under the name that it has at OpenAI."""
        await self.aclose()

    # unasync: end
    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        caller = self._service.caller
        return f"{type(self).__name__}(api_key={caller.key_source.key!r}, {caller.connections!r})"

    def __copy__(self) -> Self:
        return self.with_options()

    def __deepcopy__(self, memo: object) -> Self:
        return self.with_options()

    def __getstate__(self) -> Settings:
        return self._setup.picklable(self._service.options)

    def __setstate__(self, settings: Settings) -> None:
        self._setup = AsyncSetup(settings)
