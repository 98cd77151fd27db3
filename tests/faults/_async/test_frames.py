"""The key is in no variable of the package's frames, so whoever prints tracebacks with variables does not print it.

Pytest's `-l`, rich's tracebacks and collectors of errors show what a frame holds, and look into containers.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from traceback import walk_tb
from types import FrameType

import pytest
from pydantic import BaseModel, field_validator

import baseten_sdk
from baseten_sdk import AsyncClient, CallObserver, CallStarted, Endpoints, Observer, Retry, Timeout
from baseten_sdk._core.policy.transport_choice import TransportName
from tests._async.calling import CHUNK, KEY
from tests.asking import HELLO, MODEL
from tests.faults.scripted import Action, Hold, Read, Reset, ScriptedServer, Send, events, refusing_port, reply
from tests.patience import growing

pytestmark = pytest.mark.anyio

PACKAGE = str(Path(baseten_sdk.__file__).parent)
DEPTH = 6

HUSH = "-".join(("gateway", "secret", "value"))

SCRIPTS: dict[str, list[Action]] = {
    "error": [reply(b'{"error": "no"}', "401 Unauthorized")] * 2,
    "overloaded": [reply(b"{}", "503 Service Unavailable")] * 2,
    "unreadable": [reply(b"<p>no</p>")],
    "echoed": [reply(f'{{"choices": "{KEY}"}}'.encode())],
    "echoed in a page": [reply(f"<p>{KEY}</p>".encode(), headers={"Content-Type": "text/html", "X-Echo": KEY})],
    "echoed as an error": [reply(f'{{"error": {{"message": "{KEY}"}}}}'.encode())],
    "closed": [Read()] * 2,
    "reset": [Read(), Reset()] * 2,
    "cut": [Send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")] * 2,
    "cut after an echo": [Send(f"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{KEY}".encode())] * 2,
    "cut error after an echo": [Send(f"HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\n{KEY}".encode())] * 2,
    "garbage": [Send(b"garbage\r\n\r\n")] * 2,
    "stalled": [Read(), Hold()],
}


def shown(value: object, depth: int = DEPTH) -> Iterator[str]:
    """All that a printer of variables could show of a value."""
    with suppress(AttributeError):  # a client that is being made has no repr yet
        yield repr(value)
    if depth == 0:
        return
    match value:
        case Mapping():
            for name, each in list(value.items()):
                yield from shown(name, depth - 1)
                yield from shown(each, depth - 1)
        case list() | tuple() | set() | frozenset():
            for each in list(value):
                yield from shown(each, depth - 1)
        case bytes() | bytearray() | memoryview():
            yield bytes(value).decode("latin-1")
        case _ if hasattr(value, "__dict__") and type(value).__module__.startswith("baseten_sdk"):
            yield from shown(vars(value), depth - 1)
        case _:
            return


def frames_of(error: BaseException) -> Iterator[FrameType]:
    """The package's frames in the traceback of an error, and of what it is chained to."""
    link: BaseException | None = error
    while link is not None:
        yield from (frame for frame, _ in walk_tb(link.__traceback__) if frame.f_code.co_filename.startswith(PACKAGE))
        link = link.__cause__ or link.__context__


def check(error: BaseException) -> None:
    """No frame shows a secret."""
    frames = list(frames_of(error))
    assert frames
    for frame in frames:
        for name, value in frame.f_locals.items():
            for text in shown(value):
                assert KEY not in text, f"{name} in {frame.f_code.co_qualname}"


def client_of(
    url: str, transport: TransportName, observers: tuple[Observer, ...] = (), timeout: float | Timeout = 0.2
) -> AsyncClient:
    return AsyncClient(
        api_key=KEY,
        base_url=url,
        transport=transport,
        retry=Retry(max_retries=1, initial=0.001),
        timeout=timeout,
        default_headers={"x-gateway-token": HUSH},
        hooks=observers,
    )


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
async def test_no_frame_of_a_failed_call_holds_the_key(script: list[Action], transport: TransportName) -> None:
    with ScriptedServer(script) as server:
        async with client_of(server.url, transport) as client:
            with pytest.raises(baseten_sdk.APIError) as caught:
                await client.chat.completions.create(model=MODEL, messages=HELLO)
    check(caught.value)


class Struck(BaseException):
    """An interrupt, as far as the package can tell."""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("source", ["environment", "function"])
async def test_nor_does_one_of_a_call_that_is_struck_as_any_function_begins(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASETEN_API_KEY", KEY)

    def key() -> str:
        return KEY

    async def call(server: ScriptedServer, strike_at: int) -> int:
        """Make the first call of a client. Return how many functions of the package began."""
        begun = 0

        def profile(frame: FrameType, event: str, argument: object) -> None:
            nonlocal begun
            if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
                begun += 1
                if begun == strike_at:
                    raise Struck

        async with AsyncClient(
            api_key=key if source == "function" else None, base_url=server.url, transport="direct"
        ) as client:
            sys.setprofile(profile)
            try:
                await client.chat.completions.create(model=MODEL, messages=HELLO)
            finally:
                sys.setprofile(None)
        return begun

    well = reply(b'{"choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}]}')
    with ScriptedServer([well]) as server:
        await call(server, 0)
        count = await call(server, 0)
        for strike_at in range(1, count + 1):
            with suppress(Struck, baseten_sdk.APIError), struck_frames_checked():
                await call(server, strike_at)
    gc.collect()  # What was just being made warns here, and not in a later test.


@contextmanager
def struck_frames_checked() -> Generator[None]:
    try:
        yield
    except BaseException as error:
        check(error)
        raise


async def test_nor_does_one_of_a_connection_that_was_refused(transport: TransportName) -> None:
    async with client_of(f"http://127.0.0.1:{refusing_port()}/v1", transport) as client:
        with pytest.raises(baseten_sdk.APIConnectionError) as caught:
            await client.models.list()
    check(caught.value)


async def test_nor_does_one_of_a_stream_that_broke(transport: TransportName) -> None:
    for limit in growing(0.2):  # httpx without await waits for an event as long as for the first byte
        with ScriptedServer([events(CHUNK), Hold()]) as server:
            async with client_of(server.url, transport, timeout=Timeout(idle=limit, first_byte=limit)) as client:
                with pytest.raises(baseten_sdk.APIError) as caught:
                    await read_stream(client)
        check(caught.value)
        if not isinstance(caught.value, baseten_sdk.FirstByteTimeout):
            return


async def read_stream(client: AsyncClient) -> None:
    async for _ in await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True):
        pass


async def test_nor_does_one_of_a_stream_whose_headers_echo_it(transport: TransportName) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Echo: {KEY}\r\nContent-Length: 999\r\n\r\n"
    with ScriptedServer([Send(f"{head}data: {CHUNK}\n\n".encode())]) as server:
        async with client_of(server.url, transport, timeout=30) as client:
            stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
            with pytest.raises(baseten_sdk.APIError) as caught:
                async for _ in stream:
                    pass
    check(caught.value)


class Strict(BaseModel):
    """A type whose validator fails in its own way."""

    name: str

    @field_validator("name")
    @classmethod
    def refuse(cls, name: str) -> str:
        raise LookupError("no such name")


@pytest.mark.parametrize("broken", [f'{{"name": "{KEY}"}}', f'{{"name": "{KEY}'], ids=["validator", "not JSON"])
async def test_nor_does_one_of_a_reply_that_a_type_refuses(broken: str, transport: TransportName) -> None:
    with ScriptedServer([reply(broken.encode(), headers={"X-Echo": KEY})] * 2) as server:
        async with AsyncClient(
            api_key=KEY, endpoints=Endpoints.below(server.url.removesuffix("/v1")), transport=transport
        ) as client:
            deployment = client.deployments("abcd1234")
            with pytest.raises((LookupError, baseten_sdk.APIError)) as caught:
                await deployment.predict({}, response_model=Strict)
            check(caught.value)
            with pytest.raises((LookupError, baseten_sdk.APIError)):
                (await deployment.sync("any")).parse(Strict)


async def test_nor_does_one_of_a_line_that_is_no_json(transport: TransportName) -> None:
    with ScriptedServer([reply(f"{{{KEY}\n".encode())]) as server:
        async with (
            AsyncClient(
                api_key=KEY, endpoints=Endpoints.below(server.url.removesuffix("/v1")), transport=transport
            ) as client,
            client.deployments("abcd1234").stream_predict({}) as stream,
        ):
            with pytest.raises(baseten_sdk.StreamDecodeError) as caught:
                await anext(stream.json_lines())
    check(caught.value)


class Strike(BaseException):
    """What a signal handler raises."""


@pytest.mark.parametrize("place", ["request.header_lines.HeaderLines.__init__", "request.head._encoded"])
async def test_nor_does_one_of_an_interrupt(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def strike(*_: object) -> None:
        raise Strike

    with ScriptedServer([reply(b'{"data": []}')]) as server:
        async with client_of(server.url, "direct", timeout=30) as client:
            monkeypatch.setattr(f"baseten_sdk._core.{place}", strike)
            with pytest.raises(Strike) as caught:
                await client.models.list()
            monkeypatch.undo()
            check(caught.value)
            await client.models.list()


class Smuggler(Observer):
    """Adds what would be a second request, if it were written."""

    def started(self, call: CallStarted) -> CallObserver:
        class Watch(CallObserver):
            def headers(self) -> Mapping[str, str]:
                return {
                    "x-trace": "1\r\ncontent-length: 0\r\n\r\nGET /other HTTP/1.1",
                    "x-umlaut": "ä",
                    "Host": "other",
                }

        return Watch()


async def test_what_an_observer_adds_cannot_be_another_request(transport: TransportName) -> None:
    with ScriptedServer([reply(b'{"data": []}')] * 2) as server:
        async with client_of(server.url, transport, (Smuggler(),), timeout=30) as client:
            await client.models.list()
        (request,) = server.requests
    assert b"x-trace" not in request
    assert b"x-umlaut" not in request
    assert b"other" not in request
    assert f"authorization: Bearer {KEY}".encode() in request.lower().replace(b"bearer", b"Bearer")


@pytest.mark.parametrize("bad", [f"{KEY}\n", f"{KEY} {KEY}", f"{KEY}é"])
async def test_a_key_that_is_refused_is_in_no_frame_either(bad: str, transport: TransportName) -> None:
    with pytest.raises(baseten_sdk.ConfigurationError) as caught:
        AsyncClient(api_key=bad, transport=transport)
    check(caught.value)
    client = AsyncClient(api_key=lambda: bad, base_url="http://h.test/v1", transport=transport)
    with pytest.raises(baseten_sdk.ConfigurationError) as caught:
        await client.models.list()
    check(caught.value)


async def test_nor_is_one_of_the_environment(monkeypatch: pytest.MonkeyPatch, transport: TransportName) -> None:
    monkeypatch.setenv("BASETEN_API_KEY", f"{KEY}\n")
    client = AsyncClient(base_url="http://h.test/v1", transport=transport)
    with pytest.raises(baseten_sdk.ConfigurationError) as caught:
        await client.models.list()
    check(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [{"base_url": "nonsense"}, {"timeout": -1}, {"default_headers": {"a": "\n"}}, {"transport": "carrier pigeon"}],
)
async def test_nor_is_a_good_key_of_a_client_that_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(baseten_sdk.ConfigurationError) as caught:
        AsyncClient(api_key=KEY, **wrong)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    check(caught.value)
