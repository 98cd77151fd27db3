"""The client itself: its key, its URLs, its options, its end, and what it leaves behind in pickles and reprs."""

from __future__ import annotations

import copy
import gc
import logging
import pickle

import anyio
import httpx
import pytest

from baseten_sdk import (
    AsyncClient,
    ClientClosedError,
    ConfigurationError,
    DeadlineExceeded,
    Endpoints,
    InvalidRequestError,
    Limits,
    Retry,
    RetryEvent,
    ServiceUnavailableError,
    Timeout,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, MODEL, behaving, only
from tests.faults.scripted import Hold, ScriptedServer, reply

pytestmark = pytest.mark.anyio

KEY = "abcd1234.0123456789abcdef"
REPLY = reply(b'{"data": []}')


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BASETEN_API_KEY", raising=False)
    monkeypatch.delenv("BASETEN_BASE_URL", raising=False)
    monkeypatch.delenv("BASETEN_EMULATOR", raising=False)


async def test_the_key_may_come_from_the_environment_at_the_first_call(
    emu: Emulator, monkeypatch: pytest.MonkeyPatch, transport: TransportName
) -> None:
    async with AsyncClient(transport=transport, endpoints=emu.endpoints) as client:
        assert "<unset>" in repr(client)
        monkeypatch.setenv("BASETEN_API_KEY", emu.api_key)
        await client.models.list()
        monkeypatch.setenv("BASETEN_API_KEY", "another.key")
        await client.models.list()
    assert {request.headers["authorization"] for request in emu.requests} == {f"Bearer {emu.api_key}"}


async def test_an_argument_wins_over_the_environment(
    emu: Emulator, monkeypatch: pytest.MonkeyPatch, transport: TransportName
) -> None:
    monkeypatch.setenv("BASETEN_API_KEY", "another.key")
    async with AsyncClient(transport=transport, api_key=emu.api_key, endpoints=emu.endpoints) as client:
        await client.models.list()
    assert only(emu).headers["authorization"] == f"Bearer {emu.api_key}"


async def test_a_missing_key_says_where_to_get_one(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(transport=transport, endpoints=emu.endpoints) as client:
        with pytest.raises(ConfigurationError, match=r"BASETEN_API_KEY.*api_key=.*https://app\.baseten\.co"):
            await client.models.list()
    assert len(emu.requests) == 0


async def test_the_key_may_come_from_a_function(emu: Emulator, transport: TransportName) -> None:
    asked: list[int] = []

    def key() -> str:
        asked.append(1)
        return emu.api_key

    async with AsyncClient(transport=transport, api_key=key, endpoints=emu.endpoints) as client:
        assert "<from a function>" in repr(client)
        await client.models.list()
        await client.models.list()
    assert len(asked) == 2


# unasync: remove
async def test_the_key_may_come_from_a_function_that_is_awaited(emu: Emulator, transport: TransportName) -> None:
    async def key() -> str:
        await anyio.lowlevel.checkpoint()
        return emu.api_key

    async with AsyncClient(transport=transport, api_key=key, endpoints=emu.endpoints) as client:
        await client.models.list()
    assert only(emu).status == 200


async def test_a_key_that_does_not_come_is_waited_for_no_longer_than_the_deadline(
    emu: Emulator, transport: TransportName
) -> None:
    async def key() -> str:
        await anyio.sleep_forever()
        raise AssertionError

    async with AsyncClient(transport=transport, api_key=key, endpoints=emu.endpoints, deadline=0.05) as client:
        with pytest.raises(DeadlineExceeded, match="waiting for the API key") as caught:
            await client.models.list()
    assert (caught.value.phase, caught.value.attempts) == ("key", 1)
    assert not emu.requests


# unasync: end
@pytest.mark.parametrize("key", ["", "two words", "k1\r\nx: y", "snow\u2603", "k1\x00"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        AsyncClient(api_key=key)
    assert key == "" or key not in str(caught.value)


async def test_a_function_that_gives_no_key_is_told_so(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(transport=transport, api_key=lambda: "", endpoints=emu.endpoints) as client:
        with pytest.raises(ConfigurationError, match="empty"):
            await client.models.list()


async def test_the_repr_shows_nothing_of_the_key() -> None:
    assert repr(AsyncClient(api_key=KEY)) == "AsyncClient(api_key=<hidden>, <not connected>)"
    client = AsyncClient(api_key=KEY)
    await client.aclose()
    assert repr(client) == "AsyncClient(api_key=<hidden>, <closed>)"


@pytest.mark.parametrize("slash", ["", "/"])
async def test_the_base_url_may_come_from_the_environment(
    emu: Emulator, monkeypatch: pytest.MonkeyPatch, slash: str, transport: TransportName
) -> None:
    async with AsyncClient(transport=transport, api_key=emu.api_key) as client:
        monkeypatch.setenv("BASETEN_BASE_URL", emu.base_url + slash)
        await client.chat.completions.create(model="abcd1234", messages=HELLO)
    assert only(emu).path == "/v1/chat/completions"


async def test_the_emulator_may_come_from_the_environment(
    emu: Emulator, monkeypatch: pytest.MonkeyPatch, transport: TransportName
) -> None:
    monkeypatch.setenv("BASETEN_BASE_URL", "http://127.0.0.1:1/elsewhere")
    async with AsyncClient(transport=transport, api_key=emu.api_key) as client:
        monkeypatch.setenv("BASETEN_EMULATOR", emu.url)
        assert await client.deployments("abcd1234").predict({"n": 1}) == {"n": 1}
        assert await client.chains("chain123").run_remote({"text": "Hello"})
        await client.chat.completions.create(model="abcd1234", messages=HELLO)
        await client.models.list()
    assert [request.path for request in emu.requests] == [
        "/model/abcd1234/environments/production/predict",
        "/chain/chain123/environments/production/run_remote",
        "/model/abcd1234/environments/production/sync/v1/chat/completions",
        "/v1/models",
    ]


async def test_endpoints_win_over_the_environment(
    emu: Emulator, monkeypatch: pytest.MonkeyPatch, transport: TransportName
) -> None:
    monkeypatch.setenv("BASETEN_BASE_URL", "http://127.0.0.1:1/elsewhere")
    monkeypatch.setenv("BASETEN_EMULATOR", "http://127.0.0.1:1")
    async with AsyncClient(transport=transport, api_key=emu.api_key, endpoints=emu.endpoints) as client:
        await client.models.list()
    assert only(emu).path == "/v1/models"


@pytest.mark.parametrize(
    "url", ["inference.baseten.co/v1", "ftp://x/v1", "http://user:pw@x/v1", "http://x/v1?a=1", "http://x/../v1", ""]
)
def test_a_base_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url") as caught:
        AsyncClient(base_url=url)
    assert "user:pw" not in str(caught.value)


@pytest.mark.parametrize("field", ["model_regional", "chain", "chain_regional"])
def test_endpoints_need_their_placeholders(field: str) -> None:
    with pytest.raises(ConfigurationError, match=field):
        Endpoints(**{field: "https://example.com"})


async def test_options_are_laid_over_and_everything_else_is_shared(client: AsyncClient, emu: Emulator) -> None:
    other = client.with_options(
        session="s-1",
        extra_headers={"X-Test": "a", "x-more": "b"},
        extra_query={"q": 1},
        extra_body={"seed": 7},
    )
    again = other.with_options(session="s-2", extra_headers={"x-TEST": "c"})
    assert type(other) is AsyncClient
    for each in (client, other, again):
        await each.chat.completions.create(model=MODEL, messages=HELLO)
    seen = [
        (r.headers.get("x-session-affinity"), r.headers.get("x-test"), r.headers.get("x-more"), r.query)
        for r in emu.requests
    ]
    assert seen == [(None, None, None, ""), ("s-1", "a", "b", "q=1"), ("s-2", "c", "b", "q=1")]
    assert b'"seed":7' in emu.requests[2].body
    assert b"seed" not in emu.requests[0].body
    assert len({request.client for request in emu.requests}) == 1
    assert repr(other) == repr(client)
    await again.aclose()
    with pytest.raises(ClientClosedError):
        await client.models.list()


async def test_an_option_that_does_not_exist_is_refused(client: AsyncClient) -> None:
    with pytest.raises(ConfigurationError, match="'retries'"):
        client.with_options(retries=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # what is tested


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), True, "5"])
async def test_a_time_that_is_none_is_refused(client: AsyncClient, seconds: float) -> None:
    with pytest.raises(ConfigurationError, match="timeout"):
        await client.models.list(timeout=seconds)
    with pytest.raises(ConfigurationError, match="deadline"):
        await client.models.list(deadline=seconds)
    with pytest.raises(ConfigurationError, match="idle"):
        Timeout(idle=seconds)


@pytest.mark.parametrize("width", [0, -1, True, 1.5])
def test_a_width_that_is_none_is_refused(width: int) -> None:
    with pytest.raises(ConfigurationError, match="concurrency"):
        Limits(concurrency=width)


@pytest.mark.parametrize("name", ["retry", "limits", "endpoints", "hedge", "hooks", "ssl_context", "http_client"])
@pytest.mark.parametrize("wrong", [5, "x", {"a": 1}, Limits, False])
def test_an_argument_of_another_kind_is_refused_when_the_client_is_made(name: str, wrong: object) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} (must|of an?) "):
        AsyncClient(**{"api_key": KEY, name: wrong})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_hooks_are_functions_and_observers() -> None:
    for hooks in ([5], [None], [Limits], print):
        with pytest.raises(ConfigurationError, match=r"^hooks must"):
            AsyncClient(api_key=KEY, hooks=hooks)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_client_of_httpx_of_the_other_flavor_is_refused() -> None:
    # unasync: remove
    with httpx.Client() as other, pytest.raises(ConfigurationError, match=r"must be an httpx\.AsyncClient, not"):
        AsyncClient(api_key=KEY, http_client=other)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    # unasync: end
    with pytest.raises(ConfigurationError, match="the class"):
        AsyncClient(api_key=KEY, http_client=httpx.AsyncClient)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_what_is_wrong_with_a_default_is_told_by_its_own_name() -> None:
    with pytest.raises(InvalidRequestError, match=r"^default_headers: the value"):
        AsyncClient(api_key=KEY, default_headers={"x-a": 5})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidRequestError, match=r"^default_query must be a mapping"):
        AsyncClient(api_key=KEY, default_query=["a"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def test_defaults_of_the_client_hold_for_every_call(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(
        transport=transport,
        api_key=emu.api_key,
        endpoints=emu.endpoints,
        default_headers={"X-Team": "blue", "User-Agent": "mine/1"},
        default_query={"tag": ["a", "b"]},
    ) as client:
        await client.models.list()
        await client.deployments("abcd1234").predict({}, extra_headers={"x-team": "red"}, extra_query={"tag": "c"})
    first, second = emu.requests
    assert (first.headers["x-team"], first.headers["user-agent"], first.query) == ("blue", "mine/1", "tag=a&tag=b")
    assert (second.headers.getlist("x-team"), second.query) == (["red"], "tag=c")


async def test_a_closed_client_says_so(emu: Emulator, transport: TransportName) -> None:
    client = AsyncClient(transport=transport, api_key=emu.api_key, endpoints=emu.endpoints)
    await client.models.list()
    assert not client.is_closed()
    await client.aclose()
    await client.aclose()
    assert client.is_closed()
    with pytest.raises(ClientClosedError, match="closed"):
        await client.models.list()
    with pytest.raises(ClientClosedError):
        await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
    assert len(emu.requests) == 1


async def test_a_client_that_was_never_used_closes(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(transport=transport, api_key=emu.api_key, endpoints=emu.endpoints) as client:
        assert "<not connected>" in repr(client)
    assert "<closed>" in repr(client)


async def test_closing_closes_the_connections(transport: TransportName) -> None:
    with ScriptedServer([REPLY, Hold()]) as server:
        async with AsyncClient(transport=transport, api_key=KEY, base_url=server.url) as client:
            await client.models.list()
            assert not server.left(0)
        assert server.wait_until_left(0)


async def test_cookies_are_not_kept(transport: TransportName) -> None:
    cookie = reply(b'{"data": []}', headers={"Set-Cookie": "a=b; Path=/"})
    with ScriptedServer([cookie, cookie]) as server:
        async with AsyncClient(transport=transport, api_key=KEY, base_url=server.url) as client:
            await client.models.list()
            await client.models.list()
    first, second = server.requests
    assert b"cookie" not in first.lower() + second.lower()


async def test_a_pickle_holds_everything_but_the_key(
    emu: Emulator, monkeypatch: pytest.MonkeyPatch, transport: TransportName
) -> None:
    client = AsyncClient(
        transport=transport,
        api_key=emu.api_key,
        endpoints=emu.endpoints,
        max_retries=1,
        default_headers={"X-Team": "blue"},
    )
    await client.models.list()
    data = pickle.dumps(client.with_options(session="s-1"))
    await client.aclose()
    assert emu.api_key.encode() not in data
    async with pickle.loads(data) as again:
        assert type(again) is AsyncClient
        with pytest.raises(ConfigurationError, match="a pickle never holds a literal API key"):
            await again.models.list()
        monkeypatch.setenv("BASETEN_API_KEY", emu.api_key)
        await again.models.list()
        with pytest.raises(ServiceUnavailableError) as caught:
            await again.models.list(extra_headers=behaving("status=503"))
    assert caught.value.attempts == 2
    assert emu.requests[1].headers["x-team"] == "blue"
    assert emu.requests[1].headers["x-session-affinity"] == "s-1"


async def test_a_client_that_is_nobody_s_goes_quietly_and_takes_its_connections_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ScriptedServer([REPLY, Hold()], [REPLY, Hold()], [REPLY, Hold()]) as server:
        clients = [AsyncClient(transport="direct", api_key=KEY, base_url=server.url, max_retries=1)]
        await clients[0].models.list()
        clients.append(clients[0].detached())
        assert "connected" in repr(clients[1])
        await clients[1].models.list()
        monkeypatch.setenv("BASETEN_API_KEY", KEY)
        clients.append(pickle.loads(pickle.dumps(clients[1])))
        await clients[2].models.list()
        assert clients[2]._service.options.retry.max_retries == 1
        clients[2].itself = clients[2]  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
        for place in (2, 1):
            forget_last(clients)
            assert server.wait_until_left(place)
        with pytest.warns(ResourceWarning, match="client was not closed"):
            forget_last(clients)
        assert server.wait_until_left(0)


def forget_last(clients: list[AsyncClient]) -> None:
    clients.pop()
    gc.collect()


def key_by_name() -> str:
    return KEY


def hook_by_name(event: RetryEvent) -> None:
    """Nothing to do."""


def test_functions_are_pickled_by_their_names() -> None:
    client = AsyncClient(api_key=key_by_name, hooks=[hook_by_name], retry=Retry(max_retries=7))
    again = pickle.loads(pickle.dumps(client))
    assert again._setup.settings.key.function is key_by_name
    assert again._setup.settings.hooks == (hook_by_name,)
    assert again._service.options.retry.max_retries == 7
    with pytest.raises(ConfigurationError, match="importable by name"):
        pickle.dumps(AsyncClient(api_key=lambda: KEY))


async def test_a_copy_shares_the_connections(client: AsyncClient, emu: Emulator) -> None:
    for each in (client, copy.copy(client), copy.deepcopy(client)):
        await each.models.list()
    assert len({request.client for request in emu.requests}) == 1


async def test_a_client_of_httpx_is_used_and_never_closed(emu: Emulator) -> None:
    async with httpx.AsyncClient(headers={"x-team": "blue"}, trust_env=False) as http:
        async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, http_client=http) as client:
            await client.models.list()
            with pytest.raises(ConfigurationError, match="http_client"):
                pickle.dumps(client)
        assert only(emu).headers["x-team"] == "blue"
        assert not http.is_closed
        assert (await http.get(f"{emu.url}/v1/models")).status_code == 403


async def test_a_client_of_httpx_that_is_closed_says_so(emu: Emulator) -> None:
    http = httpx.AsyncClient(trust_env=False)
    await http.aclose()
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, http_client=http) as client:
        with pytest.raises(ClientClosedError):
            await client.models.list()


async def test_a_transport_is_chosen_by_name(emu: Emulator) -> None:
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, transport="httpx") as client:
        await client.models.list()
    assert only(emu).status == 200
    with pytest.raises(ConfigurationError, match="transport"):
        AsyncClient(transport="carrier-pigeon")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is tested


@pytest.mark.parametrize("path", ["models", "/models"])
async def test_the_escape_hatch_reaches_any_path(client: AsyncClient, emu: Emulator, path: str) -> None:
    reply = await client.request("GET", path, params={"q": "a b"})
    assert reply.status_code == 200
    assert (only(emu).path, only(emu).query) == ("/v1/models", "q=a%20b")
    typed = await client.request("get", path, response_model=dict[str, list[dict[str, object]]])
    assert typed["data"]


async def test_the_escape_hatch_takes_urls_of_the_service_alone(client: AsyncClient, emu: Emulator) -> None:
    url = f"{emu.url}/model/abcd1234/environments/production/predict"
    assert (await client.request("POST", url, json={"a": 1})).json() == {"a": 1}
    for elsewhere in ("https://evil.example/v1", f"{emu.url}@evil.example/", emu.url + "/other", "../x", "//evil/x"):
        with pytest.raises(InvalidRequestError):
            await client.request("GET", elsewhere)
    assert len(emu.requests) == 1


# unasync: remove
# The sockets of a loop that has ended are left to the garbage collector, and asyncio says so.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_client_lives_through_two_event_loops(emu: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    client = AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints)

    async def call() -> int:
        return len(await client.models.list())

    with caplog.at_level(logging.INFO, logger="baseten_sdk"):
        for backend in ("asyncio", "asyncio", "trio"):
            assert anyio.run(call, backend=backend) > 0
    assert len({request.client for request in emu.requests}) == 3
    assert len([record for record in caplog.records if "has ended" in record.getMessage()]) == 2
    anyio.run(client.aclose)
    assert "<closed>" in repr(client)
    gc.collect()


# unasync: end
