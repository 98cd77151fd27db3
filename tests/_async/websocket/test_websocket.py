"""WebSockets against the emulator: every target, every kind of message, refusals, ends, limits and observers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import anyio.lowlevel
import pytest
from pydantic import BaseModel

from baseten_sdk import (
    APIConnectionError,
    AsyncClient,
    AsyncWebSocket,
    AuthenticationError,
    CallEnded,
    CallObserver,
    CallStarted,
    ClientClosedError,
    ConfigurationError,
    DeadlineExceeded,
    IdleTimeout,
    InternalServerError,
    InvalidRequestError,
    Limits,
    NotFoundError,
    Observer,
    ResponseValidationError,
    ServiceUnavailableError,
    WebSocketClosedError,
    WebSocketInterrupted,
    WebSocketModelError,
    WebSocketUnsupportedError,
)
from baseten_sdk._async.websocket import link as links
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._io.heartbeat import HEARTBEAT
from baseten_sdk._io.parallel import AsyncParallel
from baseten_sdk.emulator import Emulator
from tests._async.conftest import QUICK
from tests._async.fake_clock import AsyncFakeClock
from tests.asking import IDLE, behaving, only

pytestmark = pytest.mark.anyio

BUSY = "<1 of 256 in flight, 0 waiting>"


class Reply(BaseModel):
    text: str


async def gather(websocket: AsyncWebSocket, came: list[str | bytes]) -> None:
    """Iterate to the end."""
    async for message in websocket:
        came.append(message)  # noqa: PERF401  # what came counts, also where it ends with an error


@pytest.mark.parametrize(
    ("target", "segment"),
    [
        ({}, "{kind}/{id}/environments/production"),
        ({"environment": "staging"}, "{kind}/{id}/environments/staging"),
        ({"environment": "development"}, "{kind}/{id}/development"),
        ({"deployment_id": "wxyz123"}, "{kind}/{id}/deployment/wxyz123"),
        ({"regional": "prod-us"}, "{regional}/{id}/prod-us"),
    ],
)
@pytest.mark.parametrize("kind", ["model", "chain"])
async def test_models_and_chains_are_reached_at_every_target(
    client: AsyncClient, emu: Emulator, target: dict[str, str], segment: str, kind: str
) -> None:
    open_target = client.deployments if kind == "model" else client.chains
    async with open_target("abcd1234", **target).connect() as websocket:
        await websocket.send("hello")
        assert await websocket.receive() == "hello"
        assert websocket.meta.status_code == 101
        assert websocket.meta.request_id
        assert BUSY in repr(client)
    assert IDLE in repr(client)
    regional = "regional" if kind == "model" else "regional-chain"
    request = only(emu)
    assert request.path == f"/{segment.format(kind=kind, id='abcd1234', regional=regional)}/websocket"
    assert request.headers["authorization"] == f"Bearer {emu.api_key}"
    assert "sec-websocket-protocol" not in request.headers


async def test_a_container_is_reached_without_a_key(client: AsyncClient, emu: Emulator) -> None:
    async with client.deployments.local(emu.container_url).connect() as websocket:
        await websocket.send("hello")
        assert await websocket.receive() == "hello"
    request = only(emu)
    assert request.path == "/container/v1/websocket"
    assert "authorization" not in request.headers


async def test_the_scheme_of_the_key_is_the_client_s(emu: Emulator) -> None:
    async with (
        AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, auth_scheme="api-key") as client,
        client.deployments("abcd1234").connect() as websocket,
    ):
        await websocket.send("hello")
        assert await websocket.receive() == "hello"
    assert only(emu).headers["authorization"] == f"Api-Key {emu.api_key}"


async def test_each_message_keeps_its_kind_and_its_bytes(client: AsyncClient) -> None:
    async with client.deployments("abcd1234").connect() as websocket:
        messages = ["", "é", b"", b"\x00\xff", "x" * 70_000, bytes(range(256)) * 4096]
        for message in messages:
            await websocket.send(message)
            assert await websocket.receive() == message


async def test_values_go_and_come_as_json(client: AsyncClient) -> None:
    async with client.chains("chain123").connect() as websocket:
        await websocket.send(Reply(text="é"))
        assert await websocket.receive(response_model=Reply) == Reply(text="é")
        await websocket.send([1, 2])
        assert await websocket.receive() == "[1,2]"
        await websocket.send({"other": 1})
        with pytest.raises(ResponseValidationError, match="text: Field required"):
            await websocket.receive(response_model=Reply)
        await websocket.send("still open")
        assert await websocket.receive(response_model=str) == "still open"


async def test_iterating_ends_where_the_other_side_closes_in_order(client: AsyncClient) -> None:
    async with client.deployments("abcd1234").connect(extra_headers=behaving("end=2")) as websocket:
        await websocket.send({"text": "a"})
        await websocket.send({"text": "b"})
        assert [item.text async for item in websocket.items(Reply)] == ["a", "b"]
        assert (websocket.closed, websocket.close_code) == (True, 1000)
        assert IDLE in repr(client)
        assert [message async for message in websocket] == []
        with pytest.raises(WebSocketClosedError, match="with code 1000"):
            await websocket.receive()
        with pytest.raises(WebSocketClosedError, match="with code 1000"):
            await websocket.send("too late")


ENDS: list[tuple[str, type[Exception], str]] = [
    ("close=1003", WebSocketUnsupportedError, "WebSocket is not implemented on this deployment"),
    ("close=1011, close-after=1", WebSocketModelError, "Internal Server Error"),
    ("close=4000, close-after=1", WebSocketClosedError, "with code 4000"),
    ("close=1001, close-after=1", WebSocketClosedError, "with code 1001"),
    ("cut=1", WebSocketInterrupted, "without a close frame"),
    ("cut=1, reset", WebSocketInterrupted, "reset"),
]


@pytest.mark.parametrize(("spec", "kind", "problem"), ENDS, ids=[spec for spec, _, _ in ENDS])
async def test_every_other_end_is_an_error_of_its_own(
    client: AsyncClient, emu: Emulator, spec: str, kind: type[Exception], problem: str
) -> None:
    came: list[str | bytes] = []
    async with client.deployments("abcd1234").connect(extra_headers=behaving(spec)) as websocket:
        if spec != "close=1003":
            await websocket.send("one")
        with pytest.raises(kind, match=problem) as caught:
            await gather(websocket, came)
        assert IDLE in repr(client)
        with pytest.raises(kind):
            await websocket.send("too late")
    assert came == ([] if spec == "close=1003" else ["one"])
    error = caught.value
    assert getattr(error, "request_id", None)
    assert emu.api_key not in str(error)
    assert len(emu.requests) == 1


async def test_a_refusal_is_the_error_of_its_status(client: AsyncClient, emu: Emulator) -> None:
    deployment = client.deployments("abcd1234")
    with pytest.raises(NotFoundError):
        async with deployment.connect(extra_headers=behaving("status=404")):
            raise AssertionError
    with pytest.raises(AuthenticationError):
        async with client.with_options(extra_headers={"authorization": "Bearer wrong"}).deployments("a1").connect():
            raise AssertionError
    with pytest.raises(APIConnectionError):
        async with deployment.connect(extra_headers=behaving("drop"), max_retries=0):
            raise AssertionError
    assert len(emu.requests) == 3
    assert IDLE in repr(client)


async def test_a_handshake_is_tried_again_as_a_call_is(client: AsyncClient, emu: Emulator) -> None:
    async with client.deployments("abcd1234").connect(extra_headers=behaving("fail=2, status=503")) as websocket:
        await websocket.send("x")
        assert await websocket.receive() == "x"
        assert websocket.meta.attempts == 3
    with pytest.raises(ServiceUnavailableError):
        async with client.deployments("abcd1234").connect(extra_headers=behaving("status=503")):
            raise AssertionError
    assert len(emu.requests) == 6


async def test_a_429_is_waited_for(client: AsyncClient, emu: Emulator, clock: AsyncFakeClock) -> None:
    spec = behaving("fail=1, status=429, retry-after=30")
    async with client.deployments("abcd1234").connect(extra_headers=spec) as websocket:
        assert websocket.meta.attempts == 2
    assert 30 <= sum(clock.sleeps) <= 33


async def test_a_cold_start_is_waited_for(emu: Emulator, transport: TransportName) -> None:
    with Emulator(wake_seconds=90, api_key=emu.api_key) as cold:
        cold.scale_to_zero("abcd1234")
        async with AsyncClient(api_key=cold.api_key, endpoints=cold.endpoints, transport=transport) as client:

            async def talk() -> str | bytes:
                async with client.deployments("abcd1234").connect(deadline=600) as websocket:
                    await websocket.send("awake")
                    return await websocket.receive()

            async def pass_time() -> None:
                while cold.state("abcd1234") != "WAKING_UP":
                    await client._service.caller.clock.sleep(0.001)
                cold.advance(90)

            assert (await AsyncParallel.run([(True, talk), (True, pass_time)]))[0] == "awake"
            cold.scale_to_zero("abcd1234")
            with pytest.raises(DeadlineExceeded):
                async with client.deployments("abcd1234").connect(deadline=0.05):
                    raise AssertionError


async def test_a_deployment_that_refuses_until_it_has_started_is_waited_for_within_the_deadline(
    client: AsyncClient, emu: Emulator, clock: AsyncFakeClock
) -> None:
    deployment = client.deployments("abcd1234")
    emu.script(["status=503"] * 5 + ["status=502"])
    async with deployment.connect(deadline=600) as websocket:
        assert websocket.meta.attempts == 7
    assert len(clock.sleeps) == 6
    for deadline, trouble in ((None, "status=503"), (600, "status=500")):
        emu.faults.clear()
        emu.script([trouble] * 5)
        with pytest.raises((InternalServerError, ServiceUnavailableError)) as caught:
            async with deployment.connect(deadline=deadline):
                raise AssertionError
        assert caught.value.attempts == 3


async def test_a_receive_that_times_out_leaves_the_websocket_open(client: AsyncClient) -> None:
    async with client.deployments("abcd1234").connect() as websocket:
        with pytest.raises(IdleTimeout, match=r"No message within 0\.01 s\. Raise timeout="):
            await websocket.receive(timeout=0.01)
        await websocket.send("after all")
        assert await websocket.receive(timeout=60) == "after all"


async def test_what_cannot_be_sent_is_refused_before(emu: Emulator, transport: TransportName) -> None:
    limits = Limits(message=10)
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, limits=limits, transport=transport) as client:
        async with client.deployments("abcd1234").connect() as websocket:
            for message in ("x" * 11, b"x" * 11, {"text": "too long"}, {1, 2}, "\ud800"):
                with pytest.raises(InvalidRequestError):
                    await websocket.send(message)
            with pytest.raises(InvalidRequestError, match="code must be"):
                await websocket.aclose(1006)
            await websocket.send("x" * 10)
            assert await websocket.receive() == "x" * 10
        deployment = client.deployments("abcd1234")
        with pytest.raises(ConfigurationError, match="no body"):
            deployment.connect(extra_body={"a": 1})
        with pytest.raises(ConfigurationError, match="ping_interval"):
            deployment.connect(ping_interval=0)
        with pytest.raises(ConfigurationError, match="Enter the WebSocket first"):
            await deployment.connect().send("x")
        with pytest.raises(ConfigurationError, match="no option 'tiemout'"):
            deployment.connect(tiemout=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    assert len(emu.requests) == 1


async def test_a_peer_that_never_answers_the_close_is_left(
    client: AsyncClient, emu: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "CLOSING", 0.05)
    async with client.deployments("abcd1234").connect(extra_headers=behaving("no-close")) as websocket:
        await websocket.send("x")
        assert await websocket.receive() == "x"
    assert websocket.closed
    assert IDLE in repr(client)


async def test_closing_drops_what_still_comes_and_twice_is_fine(client: AsyncClient) -> None:
    async with client.deployments("abcd1234").connect() as websocket:
        for _ in range(50):
            await websocket.send("x" * 1000)
        await websocket.aclose(1000, "enough")
        await websocket.aclose()
        with pytest.raises(WebSocketClosedError, match="was closed here"):
            await websocket.receive()
        assert [message async for message in websocket] == []
    assert IDLE in repr(client)


async def test_an_exception_in_the_block_is_itself_and_tells_the_other_side(client: AsyncClient, emu: Emulator) -> None:
    websocket = client.deployments("abcd1234").connect()
    with pytest.raises(ZeroDivisionError):
        async with websocket:
            await websocket.send(str(1 // 0))
    assert websocket.close_code == 1011
    assert IDLE in repr(client)


async def test_a_client_that_is_closed_takes_its_websockets_along(emu: Emulator, transport: TransportName) -> None:
    client = AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, transport=transport)
    websocket = client.deployments("abcd1234").connect()
    await websocket.__aenter__()
    await client.aclose()
    with pytest.raises(ClientClosedError):
        await websocket.receive()
    with pytest.raises(ClientClosedError):
        await websocket.send("x")


async def test_a_websocket_holds_a_slot_until_it_ends(emu: Emulator, transport: TransportName) -> None:
    limits = Limits(concurrency=1)
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, limits=limits, transport=transport) as client:
        deployment = client.deployments("abcd1234")
        async with deployment.connect():
            with pytest.raises(DeadlineExceeded):
                await deployment.predict({}, deadline=0.02)
        assert await deployment.predict({"a": 1}) == {"a": 1}
        async with deployment.connect(extra_headers=behaving("end=0")) as websocket:
            assert [message async for message in websocket] == []
            assert await deployment.predict({"a": 1}) == {"a": 1}


async def test_a_heartbeat_reads_what_nobody_reads_and_notices_the_end(client: AsyncClient, emu: Emulator) -> None:
    async with client.deployments("abcd1234").connect(extra_headers=behaving("end=1")) as websocket:
        await websocket.send("kept")
        while not websocket.closed:
            HEARTBEAT.beat()
            await client._service.caller.clock.sleep(0.001)
        assert IDLE in repr(client)
        assert await websocket.receive() == "kept"
        assert [message async for message in websocket] == []


class Watching(Observer, CallObserver):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def started(self, call: CallStarted) -> CallObserver:
        self.told.append((call.method, call.streamed))
        return self

    def chunk(self, chunk: object) -> None:
        self.told.append(chunk)

    def ended(self, end: CallEnded) -> None:
        self.told.append(("ended", end.complete, end.meta.status_code))

    def failed(self, error: BaseException) -> None:
        self.told.append(type(error))


@pytest.fixture
async def observed(emu: Emulator, transport: TransportName) -> AsyncIterator[tuple[AsyncClient, Watching]]:
    watching = Watching()
    async with AsyncClient(
        api_key=emu.api_key, endpoints=emu.endpoints, retry=QUICK, transport=transport, hooks=[watching]
    ) as client:
        yield client, watching


async def test_observers_are_told_of_messages_and_of_the_end_once(observed: tuple[AsyncClient, Watching]) -> None:
    client, watching = observed
    async with client.deployments("abcd1234").connect() as websocket:
        await websocket.send("x")
        await websocket.receive()
    assert watching.told == [("GET", True), "x", ("ended", True, 101)]
    watching.told.clear()
    async with client.deployments("abcd1234").connect(extra_headers=behaving("close=1011")) as websocket:
        with pytest.raises(WebSocketModelError):
            await websocket.receive()
    assert watching.told == [("GET", True), WebSocketModelError]
    watching.told.clear()
    with pytest.raises(NotFoundError):
        async with client.deployments("abcd1234").connect(extra_headers=behaving("status=404")):
            raise AssertionError
    assert watching.told == [("GET", True), NotFoundError]


async def test_receiving_and_sending_at_once_loses_nothing(client: AsyncClient) -> None:
    count = 300
    async with client.deployments("abcd1234").connect() as websocket:

        async def send() -> None:
            for number in range(count):
                await websocket.send(f"{number}" * 200)

        async def receive() -> list[str | bytes]:
            return [await websocket.receive() for _ in range(count)]

        results = await AsyncParallel.run([(True, send), (True, receive)])
        assert results == [None, [f"{number}" * 200 for number in range(count)]]


async def test_two_receivers_share_the_messages(client: AsyncClient) -> None:
    async with client.deployments("abcd1234").connect() as websocket:

        async def receive() -> list[str | bytes]:
            return [await websocket.receive() for _ in range(50)]

        async def send() -> None:
            for number in range(100):
                await websocket.send(str(number))

        first, second, _ = await AsyncParallel.run([(True, receive), (True, receive), (True, send)])
        assert isinstance(first, list)
        assert isinstance(second, list)
        assert sorted([*first, *second], key=int) == [str(number) for number in range(100)]


async def test_closing_wakes_whoever_receives(client: AsyncClient) -> None:
    async with client.deployments("abcd1234").connect() as websocket:

        async def receive() -> list[str | bytes]:
            return [message async for message in websocket]

        async def close() -> None:
            await websocket.send("received, or dropped")
            await websocket.aclose()

        received = (await AsyncParallel.run([(True, receive), (True, close)]))[0]
        assert received in ([], ["received, or dropped"])


# unasync: remove
async def test_a_receive_that_is_cancelled_loses_nothing(client: AsyncClient) -> None:
    async with client.deployments("abcd1234").connect() as websocket:
        received: list[str | bytes] = []
        count = 200

        async def send() -> None:
            for number in range(count):
                await websocket.send(str(number))
                await anyio.lowlevel.checkpoint()

        async with anyio.create_task_group() as group:
            group.start_soon(send)
            while len(received) < count:
                with anyio.move_on_after(0.0001):
                    received.append(await websocket.receive())
        assert received == [str(number) for number in range(count)]


async def test_leaving_while_cancelled_does_not_wait(client: AsyncClient) -> None:
    websocket = client.deployments("abcd1234").connect(extra_headers=behaving("no-close"))
    with anyio.CancelScope() as scope:
        async with websocket:
            scope.cancel()
            await websocket.receive()
    assert scope.cancelled_caught
    assert websocket.closed
    assert IDLE in repr(client)


# unasync: end
