"""The key is in no text that anyone could read later: no repr, error, note, log, pickle, URL or foreign request."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback

import pytest

from baseten_sdk import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AsyncClient,
    BasetenError,
    CallEnded,
    CallObserver,
    CallStarted,
    ChatCompletion,
    ConfigurationError,
    Endpoints,
    Observer,
    ResponseValidationError,
    Retry,
    RetryEvent,
    StreamError,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._core.request.options import Options
from baseten_sdk._core.request.request import build
from baseten_sdk.errors.api import KEPT
from tests._async.calling import CHUNK, KEY, client_of, stream_of
from tests.asking import HELLO, MODEL
from tests.faults.scripted import Action, Hold, Read, Reset, ScriptedServer, Send, events, refusing_port, reply

pytestmark = pytest.mark.anyio

HUSH = "-".join(("hush", "hush"))
QUERY = "-".join(("in", "the", "query"))
"""Put together, since a traceback shows the lines of this file."""

ECHO = f'{{"error": {{"message": "Bearer {KEY} is unknown", "headers": ["Bearer {KEY}"]}}}}'.encode()
SCRIPTS: dict[str, list[Action]] = {
    "echoed": [reply(ECHO, "401 Unauthorized", {"X-Echo": f"Bearer {KEY}"})],
    "echoed-page": [reply(f"<pre>authorization: Bearer {KEY}</pre>".encode(), "502 Bad Gateway")],
    "echoed-success": [reply(f"<pre>authorization: Bearer {KEY}</pre>".encode())],
    "echoed-in-disguise": [reply(ECHO)],
    "closed": [Read()],
    "reset": [Read(), Reset()],
    "cut": [Send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")],
    "garbage": [Send(b"garbage\r\n\r\n")],
    "redirected": [reply(b"", "307 Go", {"Location": "http://elsewhere.test/"})],
    "stalled": [Read(), Hold()],
}


def texts(error: BaseException) -> str:
    """All that an error could ever show, and what it is chained to."""
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None:
        links.append(link)
        link = link.__cause__ or link.__context__
    shown = "".join(traceback.format_exception(error))
    return shown + "".join(f"{each!s} {each!r} {vars(each)} {each.args}" for each in links)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
async def test_no_failure_shows_the_key(
    script: list[Action], transport: TransportName, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with ScriptedServer(script) as server:
        async with AsyncClient(
            api_key=KEY,
            base_url=server.url,
            transport=transport,
            retry=Retry(max_retries=1, initial=0.001),
            timeout=0.2,
            default_headers={"x-webhook-token": HUSH},
            default_query={"token": QUERY},
        ) as client:
            with pytest.raises(APIError) as caught:
                await client.chat.completions.create(model=MODEL, messages=HELLO)
            shown = texts(caught.value) + repr(client) + repr(client.with_options(deadline=1))
            for again in (pickle.dumps(caught.value), pickle.dumps(copy.deepcopy(caught.value))):
                assert KEY.encode() not in again
    logs = "\n".join(record.getMessage() + str(record.__dict__) for record in caplog.records)
    for secret in (KEY, HUSH, QUERY):
        assert secret not in shown
        # httpx logs the URLs that it is given and, at DEBUG, the headers that a server answers with.
        if transport == "direct" or secret == HUSH or (secret == KEY and "X-Echo" not in repr(script)):
            assert secret not in logs
    assert "whole wide world" not in logs


class Diary(Observer):
    """Writes down all that an observer is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def started(self, call: CallStarted) -> CallObserver:
        diary = self

        class Watch(CallObserver):
            def retrying(self, event: RetryEvent) -> None:
                diary.told.append(event)

            def ended(self, end: CallEnded) -> None:
                diary.told += [end.meta, end.meta.request_id, dict(end.meta.headers)]

            def failed(self, error: BaseException) -> None:
                diary.told += [error, vars(error)]

        return Watch()


async def test_what_a_server_echoes_is_taken_out_before_a_retry_is_told_of(
    transport: TransportName, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "baseten_sdk")
    echoes = {"X-Request-Id": f"r-{KEY}", "X-Echo": HUSH}
    busy = reply(b"{}", "503 Service Unavailable", echoes)
    events_told: list[RetryEvent] = []
    diary = Diary()
    with ScriptedServer([busy, reply(b'{"data": []}', headers=echoes)]) as server:
        async with AsyncClient(
            api_key=KEY,
            base_url=server.url,
            transport=transport,
            retry=Retry(initial=0.001),
            default_headers={"x-gateway-key": HUSH},
            hooks=[events_told.append, diary],
        ) as client:
            await client.models.list()
    (event,) = events_told
    assert event.request_id == "r-[the API key]"
    logged = [record.getMessage() for record in caplog.records if record.name == "baseten_sdk"]
    assert any("r-[the API key]" in line for line in logged)
    shown = f"{events_told} {logged} {diary.told}"
    for secret in (KEY, HUSH):
        assert secret not in shown
    assert "r-[the API key]" in diary.told


async def test_an_echo_that_was_cut_is_taken_out_too(transport: TransportName) -> None:
    page = b"x" * (KEPT - 10) + f"Bearer {KEY} and so on".encode()
    with ScriptedServer([reply(page, "500 No"), Hold()]) as server:
        async with AsyncClient(api_key=KEY, base_url=server.url, transport=transport, max_retries=0) as client:
            with pytest.raises(APIStatusError) as caught:
                await client.models.list()
    assert KEY[:8].encode() not in caught.value.raw
    assert KEY[:8] not in texts(caught.value)


async def test_what_arrived_of_a_stream_is_kept_without_the_key(transport: TransportName) -> None:
    chunk = f'{{"id": "{KEY}", "choices": [{{"index": 0, "delta": {{"content": "It is {KEY} indeed"}}}}]}}'
    with ScriptedServer([events(chunk)]) as server:
        async with client_of(transport, server) as client:
            stream = await stream_of(client)
            assert (await anext(stream)).id == KEY
            with pytest.raises(StreamError) as caught:
                await anext(stream)
    assert KEY.encode() not in pickle.dumps(caught.value)
    partial = caught.value.partial
    assert isinstance(partial, ChatCompletion)
    assert partial.text == "It is [the API key] indeed"


async def test_no_stream_shows_the_key(transport: TransportName) -> None:
    echo = f'{{"error": "Bearer {KEY} is unknown"}}'
    with ScriptedServer([events(CHUNK, echo)]) as server:
        async with client_of(transport, server) as client:
            stream = await stream_of(client)
            await anext(stream)
            with pytest.raises(StreamError, match="is unknown") as caught:
                await anext(stream)
    assert KEY not in texts(caught.value)


async def test_a_refused_connection_shows_nothing(transport: TransportName) -> None:
    async with AsyncClient(
        api_key=KEY, base_url=f"http://127.0.0.1:{refusing_port()}/v1", transport=transport, max_retries=0
    ) as client:
        with pytest.raises(APIConnectionError) as caught:
            await client.models.list(extra_query={"token": HUSH})
    assert KEY not in texts(caught.value)
    assert HUSH not in texts(caught.value)


@pytest.mark.parametrize(
    "bad", [f"{KEY}\n", f"{KEY}\r\nX: y", f" {KEY}", f"{KEY}\0", f"{KEY}\u2028", f"{KEY}é", f"{KEY}\ud800"]
)
async def test_a_key_that_cannot_be_sent_is_refused_when_the_client_is_made_and_not_shown(bad: str) -> None:
    with pytest.raises(ConfigurationError, match="API key") as caught:
        AsyncClient(api_key=bad)
    assert KEY not in texts(caught.value)


async def test_a_key_of_a_function_is_checked_too(transport: TransportName) -> None:
    with ScriptedServer([Hold()]) as server:
        async with AsyncClient(api_key=lambda: f"{KEY}\r\n", base_url=server.url, transport=transport) as client:
            with pytest.raises(ConfigurationError, match="line break") as caught:
                await client.models.list()
        assert server.connections == 0
    assert KEY not in texts(caught.value)


async def test_a_request_shows_neither_headers_nor_body() -> None:
    options = Options().merged({"extra_headers": {"x-token": HUSH}, "extra_query": {"token": HUSH}})
    request = build("POST", "https://some.test/v1", options, accept="*/*", first_byte=1)
    headers = request.headers.with_header("authorization", f"Bearer {KEY}")
    assert KEY not in f"{headers!r} {request._replace(headers=headers)!r}"
    assert HUSH not in f"{options!r} {request.url_without_query}"


PASSWORDS: dict[str, tuple[str | None, Endpoints | None]] = {
    "base_url": (f"https://me:{HUSH}@some.test/v1", None),
    "model_apis": (None, Endpoints(model_apis=f"https://me:{HUSH}@some.test")),
    "model": (None, Endpoints(model=f"https://me:{HUSH}@{{model_id}}.some.test")),
    "chain": (None, Endpoints(chain=f"https://me:{HUSH}@{{chain_id}}.some.test")),
}


@pytest.mark.parametrize(("base_url", "endpoints"), PASSWORDS.values(), ids=PASSWORDS)
async def test_a_password_in_an_endpoint_is_refused_and_not_shown(
    base_url: str | None, endpoints: Endpoints | None
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        AsyncClient(api_key=KEY, base_url=base_url, endpoints=endpoints)
    assert HUSH not in texts(caught.value)


async def test_a_client_that_is_pickled_leaves_its_key_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BASETEN_API_KEY", raising=False)
    client = AsyncClient(api_key=KEY, base_url="http://some.test/v1", deadline=7)
    data = pickle.dumps(client)
    assert KEY.encode() not in data
    again = pickle.loads(data)
    with pytest.raises(ConfigurationError, match="a pickle never holds a literal API key"):
        await again.models.list()


async def test_a_client_that_is_pickled_leaves_secret_headers_and_parameters_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BASETEN_API_KEY", KEY)
    with ScriptedServer([reply(b'{"data": []}')]) as server:
        client = AsyncClient(
            api_key="k",
            base_url=server.url,
            default_headers={"x-gateway-key": HUSH, "x-team": "blue"},
            default_query={"token": QUERY, "version": "2"},
        )
        data = pickle.dumps(client)
        assert HUSH.encode() not in data
        assert QUERY.encode() not in data
        async with pickle.loads(pickle.dumps(pickle.loads(data))) as again:
            with pytest.raises(ConfigurationError, match="here the values of token, x-gateway-key"):
                await again.models.list()
            with pytest.raises(ConfigurationError, match="here the values of token"):
                await again.models.list(extra_headers={"X-Gateway-Key": "new"})
            given = again.with_options(extra_headers={"X-Gateway-Key": "new"}, extra_query={"token": "t"})
            await given.models.list()
        (request,) = server.requests
    assert b"x-gateway-key: new" in request
    assert b"x-team: blue" in request
    assert b"version=2&token=t" in request


async def test_what_a_pickle_cannot_hold_is_named() -> None:
    with pytest.raises(ConfigurationError, match="cannot be pickled"):
        pickle.dumps(AsyncClient(api_key=lambda: KEY))


async def test_errors_name_themselves(transport: TransportName) -> None:
    with ScriptedServer([reply(b"{}", "404 Not Found"), reply(b"no"), Hold()]) as server:
        async with client_of(transport, server) as client:
            errors: list[BasetenError] = []
            for kind in (APIStatusError, ResponseValidationError):
                with pytest.raises(kind) as caught:
                    await client.models.list(request_id="mine", extra_query={"token": HUSH})
                errors.append(caught.value)
            for error in errors:
                text = str(error)
                assert f"GET {server.url}/models" in text
                assert "1 attempt in 0." in text
                assert "request id mine" in text
                assert type(error).advice in text
                assert HUSH not in text
