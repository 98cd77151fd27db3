"""WebSockets of servers that keep to no script but this one: frames byte for byte, ends in every order, silence."""

from __future__ import annotations

import threading

import pytest
from websockets.frames import Opcode

from baseten_sdk import (
    APIConnectionError,
    AsyncClient,
    AsyncWebSocket,
    Endpoints,
    FirstByteTimeout,
    Limits,
    ResponseValidationError,
    Timeout,
    WebSocketClosedError,
    WebSocketError,
    WebSocketInterrupted,
    WebSocketProtocolError,
)
from baseten_sdk._async.websocket import link as links
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._core.websocket.keepalive import Keepalive
from baseten_sdk._io.heartbeat import HEARTBEAT
from tests.asking import IDLE
from tests.faults.frames import agreement, binary, closing, frame, text
from tests.faults.scripted import Close, Drip, Hold, More, Reset, ScriptedServer, Send, Until, Upgrade, reply

pytestmark = pytest.mark.anyio

KEY = "a-key-that-nobody-may-see"


def client_of(server: ScriptedServer, transport: TransportName = "direct", limits: Limits | None = None) -> AsyncClient:
    return AsyncClient(
        api_key=KEY,
        endpoints=Endpoints.below(f"http://{server.host}:{server.port}"),
        transport=transport,
        limits=limits,
        max_retries=0,
    )


async def everything(websocket: AsyncWebSocket) -> tuple[list[str | bytes], WebSocketError | None]:
    """What came, and what ended it."""
    came: list[str | bytes] = []
    try:
        async for message in websocket:
            came.append(message)  # noqa: PERF401  # what came counts, also where it ends with an error
    except WebSocketError as error:
        return came, error
    return came, None


async def send_on(websocket: AsyncWebSocket) -> None:
    """Send until that fails."""
    while True:
        await websocket.send(b"x" * 65536)


MIXED = (
    frame(Opcode.TEXT, b"caf\xc3", fin=False)
    + frame(Opcode.PING, b"still there?")
    + frame(Opcode.CONT, b"\xa9")
    + binary(b"\x00" * 70_000)
    + closing(1000, "bye")
)


async def test_fragments_pings_and_an_orderly_end(transport: TransportName) -> None:
    with ScriptedServer([Upgrade(MIXED), Hold()]) as server:
        async with client_of(server, transport) as client, client.deployments("abcd1234").connect() as websocket:
            assert await everything(websocket) == (["café", b"\x00" * 70_000], None)
        assert server.wait_until_left(0)
        assert server.said() == [(Opcode.PONG, b"still there?"), (Opcode.CLOSE, b"\x03\xe8bye")]
    request = server.requests[0].lower()
    assert b"\r\nupgrade: websocket\r\n" in request
    assert b"\r\nconnection: upgrade\r\n" in request
    assert b"content-length" not in request
    assert b"sec-websocket-extensions" not in request


async def test_a_byte_at_a_time_is_the_same() -> None:
    data = text("é" * 100) + frame(Opcode.PING, b"x") + binary(b"\xff") + closing(1000)
    with ScriptedServer([Upgrade(), Drip(data, 0.0001), Hold()]) as server:
        async with client_of(server) as client, client.deployments("abcd1234").connect() as websocket:
            assert await everything(websocket) == (["é" * 100, b"\xff"], None)


async def test_frames_in_the_same_piece_as_the_handshake_are_not_lost() -> None:
    with ScriptedServer([Upgrade(text("early") + closing(4001, "early too")), Hold()]) as server:
        async with client_of(server) as client, client.deployments("abcd1234").connect() as websocket:
            came, error = await everything(websocket)
            assert came == ["early"]
            assert isinstance(error, WebSocketClosedError)
            assert (error.close_code, error.reason) == (4001, "early too")


VIOLATIONS = {
    "a reserved bit": (frame(Opcode.TEXT, b"x", reserved=2), 1002),
    "a reserved opcode": (frame(5, b"x"), 1002),
    "a mask": (frame(Opcode.TEXT, b"x", masked=True), 1002),
    "a continuation of nothing": (frame(Opcode.CONT, b"x"), 1002),
    "text that is not UTF-8": (frame(Opcode.TEXT, b"\xfe"), 1007),
    "a message that is too large": (binary(b"x" * 1001), 1009),
    "the head of a huge one": (b"\x82\x7f" + (1 << 50).to_bytes(8), 1009),
}


@pytest.mark.parametrize(("data", "code"), VIOLATIONS.values(), ids=VIOLATIONS)
async def test_a_violation_is_told_to_both_sides(data: bytes, code: int) -> None:
    with ScriptedServer([Upgrade(text("before") + data), Hold()]) as server:
        async with (
            client_of(server, limits=Limits(message=1000)) as client,
            client.deployments("abcd1234").connect() as websocket,
        ):
            came, error = await everything(websocket)
            assert IDLE in repr(client)
        assert server.wait_until_left(0)
    assert came == ["before"]
    assert isinstance(error, WebSocketProtocolError)
    assert error.close_code == code
    ((opcode, payload),) = server.said()
    assert (opcode, int.from_bytes(payload[:2])) == (Opcode.CLOSE, code)


@pytest.mark.parametrize("end", [Close(), Reset()], ids=["end", "reset"])
@pytest.mark.parametrize("data", [b"", text("x"), frame(1, b"x", fin=False), text("long")[:3]])
async def test_an_end_without_a_close_frame_is_an_interruption(end: Close | Reset, data: bytes) -> None:
    with ScriptedServer([Upgrade(data), Until(b"go"), end]) as server:
        async with client_of(server) as client, client.deployments("abcd1234").connect() as websocket:
            await websocket.send("go")
            came, error = await everything(websocket)
            assert came == (["x"] if data == text("x") else [])
            assert isinstance(error, WebSocketInterrupted)
            assert isinstance(error, APIConnectionError)
            assert error.transient
            assert KEY not in repr(error)
            with pytest.raises(WebSocketInterrupted):
                await websocket.send("more")


async def test_a_sender_learns_why_the_other_side_has_closed() -> None:
    with ScriptedServer([Upgrade(), Until(b"go"), More(text("x") + closing(1011, "boom")), Close()]) as server:
        async with client_of(server) as client, client.deployments("abcd1234").connect() as websocket:
            await websocket.send("go")
            with pytest.raises(WebSocketClosedError, match="1011: boom"):
                await send_on(websocket)
            assert await websocket.receive() == "x"


async def test_a_peer_that_sends_on_without_answering_the_close_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "CLOSING", 0.1)
    with ScriptedServer([Upgrade(), Until(b"\x03\xe8"), Drip(text("x") * 100_000, 0.001)]) as server:
        async with client_of(server) as client:
            async with client.deployments("abcd1234").connect() as websocket:
                pass
            assert websocket.closed
            assert IDLE in repr(client)


async def test_a_peer_that_half_closes_after_its_close_frame_is_answered() -> None:
    with ScriptedServer([Upgrade(closing(1000)), Hold()]) as server:
        async with client_of(server) as client, client.deployments("abcd1234").connect() as websocket:
            assert await everything(websocket) == ([], None)
        assert server.wait_until_left(0)
    assert server.said() == [(Opcode.CLOSE, b"\x03\xe8")]


REFUSALS = {
    "another key": "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n",
    "no key": "Upgrade: websocket\r\nConnection: Upgrade\r\n",
    "an extension": agreement(b"\r\nsec-websocket-key: x\r\n") + "Sec-WebSocket-Extensions: permessage-deflate\r\n",
    "no upgrade": "Connection: close\r\n",
    "another protocol": "Upgrade: h2c\r\nConnection: Upgrade\r\n",
}


@pytest.mark.parametrize("headers", REFUSALS.values(), ids=REFUSALS)
async def test_an_answer_that_is_none_is_no_websocket(headers: str) -> None:
    with ScriptedServer([Upgrade(text("x"), headers), Hold()]) as server:
        async with client_of(server) as client:
            with pytest.raises(ResponseValidationError) as caught:
                async with client.deployments("abcd1234").connect():
                    raise AssertionError
            assert caught.value.status_code == 101
            assert caught.value.attempts == 1
            assert IDLE in repr(client)
        assert server.wait_until_left(0)


async def test_a_success_that_changes_nothing_is_no_websocket() -> None:
    with ScriptedServer([reply(b'{"status": "ok"}')]) as server:
        async with client_of(server) as client:
            with pytest.raises(ResponseValidationError, match="speaks no WebSocket") as caught:
                async with client.deployments("abcd1234").connect():
                    raise AssertionError
            assert caught.value.body == b'{"status": "ok"}'


async def test_other_calls_are_still_refused_another_protocol() -> None:
    changed = Send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    with ScriptedServer([changed, Hold()]) as server:
        async with client_of(server) as client:
            with pytest.raises(APIConnectionError, match="change the protocol"):
                await client.deployments("abcd1234").predict({})


async def test_a_handshake_that_is_not_answered_is_bounded() -> None:
    with ScriptedServer([Hold()]) as server:
        async with client_of(server) as client:
            with pytest.raises(FirstByteTimeout):
                async with client.deployments("abcd1234").connect(timeout=Timeout(first_byte=0.05)):
                    raise AssertionError
            assert IDLE in repr(client)


async def test_a_silence_that_no_ping_ends_is_an_interruption(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = iter(["nothing", "ping", "nothing", "lost"])

    def due(keepalive: Keepalive, now: float) -> str:
        return next(steps)

    monkeypatch.setattr(Keepalive, "due", due)
    with ScriptedServer([Upgrade(), Hold()]) as server:
        async with client_of(server) as client, client.deployments("abcd1234").connect() as websocket:
            while not websocket.closed:
                HEARTBEAT.beat()
                await client._service.caller.clock.sleep(0.001)
            with pytest.raises(WebSocketInterrupted, match="no answer to a ping within 20 s"):
                await websocket.receive()
        assert server.wait_until_left(0)
    assert server.said() == [(Opcode.PING, b"")]


async def test_a_ping_is_answered_though_nobody_receives() -> None:
    answered = threading.Event()
    with ScriptedServer([Upgrade(frame(Opcode.PING, b"anybody?")), Until(b"anybody?"), Hold(answered)]) as server:
        async with client_of(server) as client, client.deployments("abcd1234").connect():
            while (Opcode.PONG, b"anybody?") not in server.said():
                HEARTBEAT.beat()
                await client._service.caller.clock.sleep(0.001)
            answered.set()


async def test_what_nobody_takes_stays_on_the_other_side() -> None:
    """A heartbeat takes in a little, and not all that a server would send."""
    with ScriptedServer([Upgrade(), More(binary(b"x" * 100_000) * 1000), Hold()]) as server:
        async with client_of(server) as client, client.deployments("abcd1234").connect() as websocket:
            for _ in range(200):
                HEARTBEAT.beat()
                await client._service.caller.clock.sleep(0.0001)
            assert websocket._link._protocol.held <= 2 * links.ROOM
            assert len(await websocket.receive()) == 100_000
            await websocket._link._duplex.flush()
            websocket._link._finish()
