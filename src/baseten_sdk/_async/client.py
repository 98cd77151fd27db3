"""The client: what a user makes, configures and closes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal, Self, TypeVar, Unpack, overload

from .._core.request.auth import AsyncKeyFunction, Key
from .._core.request.missing import MISSING, Missing
from .._core.request.options import Options
from .._repr import safe_repr
from .._settings import Settings, check_kinds
from ..config import AuthScheme, CallOptions, Endpoints, HttpxTimeout, Limits, Query, Retry, Timeout
from ..hooks import Hook
from .apis import AsyncAPIs
from .setup import AsyncSetup

if TYPE_CHECKING:
    import ssl

    import httpx
    import httpx2

    from .._bridge import SyncClient
    from .._core.request.multipart import FieldInput, Files
    from ..types.pool import Hedge
    from ..types.response import Response
    from .calls.service import AsyncService
    from .resources.batch import AsyncBatch

T = TypeVar("T")


class AsyncClient(AsyncAPIs):
    """Client for Baseten: Model APIs, dedicated deployments, chains and async requests.

    One client serves a whole program and may be used from many tasks at once. Close it with `async with` or `aclose()`.

    Example:
        async with AsyncClient() as client:
            completion = await client.chat.completions.create(
                model="openai/gpt-oss-120b", messages=[{"role": "user", "content": "Hi"}]
            )
            print(completion.text)

    Args:
        api_key: The key, or a function that returns it and is called for each attempt. None: `BASETEN_API_KEY`, read
            at the first call.
        base_url: The Model APIs, or a gateway with the same API. With a `base_url`, calls are not routed by the model's
            name. None: the one of `endpoints` if given, else `BASETEN_BASE_URL` at the first call, else the service.
        route_by_name: Whether a `model=` that looks like the ID of a dedicated model, such as "abcd1234", goes to that
            deployment. False: every name goes to the Model APIs as it is.
        auth_scheme: How the key is sent: "bearer", or "api-key", which the keys of a Frontier Gateway need. None: the
            one in `BASETEN_AUTH_SCHEME` at the first call, else "bearer".
        endpoints: URL templates of all endpoints, for the emulator and private gateways. None: those below the origin
            in `BASETEN_EMULATOR` at the first call, else the service.
        timeout: Limits on each attempt. A number of seconds bounds the whole attempt. An `httpx.Timeout` works too.
        deadline: Seconds for each whole call, retries included. None: no limit.
        max_retries: Attempts after the first. Default: 2.
        retry: When and how to retry, in full.
        limits: How many calls at once, and how large.
        default_headers: Headers of every request.
        default_query: Query parameters of every request.
        http_client: Your own httpx or httpx2 client. It is used as it is and never closed.
        transport: "direct", "httpx", or "auto" to use what fits.
        ssl_context: The TLS settings of https connections that the client opens. None: `SSL_CERT_FILE`, else
            `SSL_CERT_DIR`, else certifi's list.
        hooks: Functions that are called at each retry, and observers of whole calls.
        hedge: When to send a second request beside one that is slow, to the same model. The first answer wins. Async
            requests and others that must not be sent twice are not hedged.

    Raises:
        ConfigurationError: An argument is invalid. A missing key raises at the first call.
    """

    _parts: AsyncService | None = None

    def __init__(
        self,
        *,
        api_key: str | AsyncKeyFunction | None = None,
        auth_scheme: AuthScheme | None = None,
        base_url: str | None = None,
        route_by_name: bool = True,
        endpoints: Endpoints | None = None,
        timeout: Timeout | HttpxTimeout | float | None = None,
        deadline: float | None = None,
        max_retries: int | None = None,
        retry: Retry | None = None,
        limits: Limits | None = None,
        default_headers: Mapping[str, str] | None = None,
        default_query: Query | None = None,
        http_client: httpx.AsyncClient | httpx2.AsyncClient | None = None,
        transport: Literal["auto", "direct", "httpx"] = "auto",
        ssl_context: ssl.SSLContext | None = None,
        hooks: Sequence[Hook] = (),
        hedge: Hedge | None = None,
    ) -> None:
        key = Key(api_key, auth_scheme)
        del api_key  # what is raised from here on shows no frame that holds it
        key.check()
        check_kinds(retry=retry, limits=limits, endpoints=endpoints, hooks=hooks, hedge=hedge, ssl_context=ssl_context)
        options = Options(retry=retry or Retry()).merged(
            {
                "timeout": timeout,
                "deadline": deadline,
                "max_retries": max_retries,
                "extra_headers": default_headers,
                "extra_query": default_query,
            },
            whose="default",
        )
        settings = Settings(
            key,
            base_url,
            endpoints,
            limits or Limits(),
            transport,
            tuple(hooks),
            options,
            ssl_context,
            hedge,
            route_by_name=route_by_name,
        )
        self._setup = AsyncSetup(settings, http_client)

    @property
    def _service(self) -> AsyncService:
        """The parts, made when they are first needed, so that a program that makes no call imports less. If two threads
        make them at once, one result is thrown away; nothing is open yet."""
        if self._parts is None:
            self.__dict__.setdefault("_parts", self._setup.service())
        assert self._parts is not None
        return self._parts

    @cached_property
    def batch(self) -> AsyncBatch:
        """Batches: many calls, from a file to a file or from rows to outcomes."""
        from .resources.batch import AsyncBatch

        return AsyncBatch(self)

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
        """Call an endpoint that this package has no method for.

        Args:
            method: The HTTP method.
            url: A path below the Model APIs' base URL, such as "messages", or an absolute URL on one of the configured
                hosts. The key is sent nowhere else.
            response_model: The type of the reply. None: the raw reply.
            json: A JSON value to send.
            content: Bytes or text to send as they are.
            files: Files of a form to send.
            data: Other fields of that form.
            content_type: The type of `content`.
            params: Query parameters.
            **options: The options of every call.

        Raises:
            InvalidRequestError: The URL is on none of the client's hosts, or the request cannot be sent.
            APIError: The call failed.
        """
        from .._core.reply.validate import check_kind, read_as
        from .._core.request.payload import choose_payload
        from .resources.deployments import call_url, raw_call

        check_kind(response_model)
        service = self._service
        payload = choose_payload(json=json, content=content, files=files, data=data, content_type=content_type)
        target = service.router.resolve(url)
        if response_model is None:
            return await raw_call(service, method, target, payload, params, options)
        value, _ = await call_url(service, method, target, payload, params, options, partial(read_as, response_model))
        return value

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """Copy the client with other defaults. Both share connections and limits, and closing either closes both."""
        clone = type(self).__new__(type(self))
        clone._setup = self._setup
        clone._parts = self._service.with_options(options)
        return clone

    def copy(self, **options: Unpack[CallOptions]) -> Self:
        """The same as `with_options`, under its other name in OpenAI's client."""
        return self.with_options(**options)

    def detached(self) -> Self:
        """Copy the client into one with its own connections that need not be closed.

        They are closed when the copy is garbage-collected, without the warning that it was not closed. This is for
        objects that hold a client and are never closed themselves.
        """
        clone = type(self).__new__(type(self))
        clone._setup = self._setup.detached(self._service.options)
        return clone

    def to_sync(self) -> SyncClient:
        """Make a client of the other kind with the same settings. It has its own connections, so close it too.

        Raises:
            ConfigurationError: This client has an `http_client=`, which serves one kind of client only.
        """
        from .._bridge import to_sync

        return to_sync(self._service.portable())

    @property
    def limits(self) -> Limits:
        """The limits that the client was made with."""
        return self._setup.settings.limits

    async def aclose(self) -> None:
        """Close the connections. Closing twice is fine. Later calls raise `ClientClosedError`."""
        await self._service.connections.aclose()

    def is_closed(self) -> bool:
        """Whether the client was closed."""
        return self._service.connections.closed

    # unasync: remove
    async def close(self) -> None:
        """The same as `aclose`, under its name in OpenAI's client."""
        await self.aclose()

    # unasync: end
    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}(api_key={self._setup.settings.key!r}, {self._service.connections!r})"

    def __copy__(self) -> Self:
        return self.with_options()

    def __deepcopy__(self, memo: object) -> Self:
        return self.with_options()

    def __getstate__(self) -> Settings:
        return self._setup.picklable(self._service.options)

    def __setstate__(self, settings: Settings) -> None:
        self._setup = AsyncSetup(settings)
