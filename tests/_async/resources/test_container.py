"""A container on one's own machine: the methods of a deployment, the routes of its server, and never a key."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from baseten_sdk import AsyncClient, ConfigurationError, DeadlineExceeded, NotFoundError, Retry
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._core.reply.advice import OF_CONTAINERS
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, only

pytestmark = pytest.mark.anyio

PREDICT = "/container/v1/models/model:predict"


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BASETEN_API_KEY", raising=False)


@pytest.mark.usefixtures("nothing_set")
async def test_it_needs_no_key(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(transport=transport) as client:
        container = client.deployments.local(emu.container_url)
        assert await container.predict({"a": 1}) == {"a": 1}
        assert await container.predict(b"\x81") == b"\x81"
        completion = await container.chat.completions.create(model="m", messages=HELLO)
        async with container.chat.completions.stream(model="m", messages=HELLO) as stream:
            assert (await stream.get_final_completion()).text == completion.text
        async with container.stream_predict({"stream": True, "text": "Zoë"}) as pieces:
            assert "".join([text async for text in pieces.text()]) == "Zoë"
        assert (await container.sync("items/1")).status_code == 200
        assert [model.id for model in await container.models.list()] == ["model"]
    assert [request.path for request in emu.requests] == [
        PREDICT,
        PREDICT,
        "/container/v1/chat/completions",
        "/container/v1/chat/completions",
        PREDICT,
        "/container/items/1",
        "/container/v1/models",
    ]


async def test_it_gets_no_secret_of_the_client(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(
        api_key=emu.api_key,
        transport=transport,
        default_headers={"x-team": "blue", "authorization": "Bearer abcd.0123456789"},
        default_query={"token": "abcd.0123456789", "v": "2"},
    ) as client:
        await client.deployments.local(emu.container_url).predict({})
    request = only(emu)
    assert "authorization" not in request.headers
    assert emu.api_key not in str(request.headers)
    assert (request.headers["x-team"], request.query) == ("blue", "v=2")


async def test_an_authorization_of_the_call_itself_is_sent(client: AsyncClient, emu: Emulator) -> None:
    container = client.deployments.local(emu.container_url)
    await container.predict({}, extra_headers={"authorization": "Bearer mine"})
    assert only(emu).headers["authorization"] == "Bearer mine"


async def test_a_client_of_which_it_was_made_still_sends_its_key(client: AsyncClient, emu: Emulator) -> None:
    await client.deployments.local(emu.container_url).predict({})
    await client.deployments("abcd1234").predict({})
    assert [request.headers.get("authorization") for request in emu.requests] == [None, f"Bearer {emu.api_key}"]


async def test_what_needs_the_service_is_refused_before_anything_is_sent(client: AsyncClient, emu: Emulator) -> None:
    container = client.deployments.local(emu.container_url)
    with pytest.raises(ConfigurationError, match="has no queue"):
        await container.async_predict({})
    with pytest.raises(ConfigurationError, match="has no queue"):
        await container.queue_status()
    with pytest.raises(ConfigurationError, match="has no queue"):
        await container.job("0f1e").status()
    assert not emu.requests


async def test_waking_it_is_waiting_until_its_model_has_loaded(client: AsyncClient, emu: Emulator) -> None:
    container = client.deployments.local(emu.container_url)
    await container.wake()
    assert not emu.requests
    await container.wake(wait=True, deadline=30)
    assert [request.path for request in emu.requests] == ["/container/health", "/container/v1/models/model"]


async def test_one_that_never_loads_is_given_up(client: AsyncClient, emu: Emulator) -> None:
    emu.faults.always("not-ready")
    with pytest.raises(DeadlineExceeded, match="was not awake"):
        await client.deployments.local(emu.container_url).wake(wait=True, deadline=0.05)


async def test_its_failures_are_retried(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["not-ready", None])
    assert await client.deployments.local(emu.container_url).predict([1]) == [1]
    assert [request.status for request in emu.requests] == [503, 200]


async def test_a_404_speaks_of_its_model(client: AsyncClient, emu: Emulator) -> None:
    with pytest.raises(NotFoundError) as caught:
        await client.deployments.local(emu.container_url).sync("nowhere")
    assert caught.value.advice == OF_CONTAINERS


@pytest.mark.parametrize("url", ["", "abcd1234", "http://user:hunter2@127.0.0.1", "http://127.0.0.1:8080/v1"])
async def test_a_url_that_cannot_be_is_refused(client: AsyncClient, url: str) -> None:
    with pytest.raises(ConfigurationError, match="url must") as caught:
        client.deployments.local(url)
    assert "hunter2" not in str(caught.value)


async def test_a_client_that_was_pickled_without_its_secrets_can_call_it(emu: Emulator) -> None:
    client = AsyncClient(
        api_key=emu.api_key, default_headers={"authorization": "Bearer abcd.0123456789"}, retry=Retry(max_retries=0)
    )
    async with pickle.loads(pickle.dumps(client)) as again:
        assert await again.deployments.local(emu.container_url).predict({"a": 1}) == {"a": 1}
    await client.aclose()


async def test_a_job_for_it_is_refused_before_there_is_a_ledger(
    client: AsyncClient, emu: Emulator, tmp_path: Path
) -> None:
    ledger = tmp_path / "jobs.sqlite"
    container = client.deployments.local(emu.container_url)
    with pytest.raises(ConfigurationError, match="has no queue"):
        await client.jobs.submit([1], deployment=container, webhook="https://example.com/done", ledger=ledger)
    assert not ledger.exists()
