"""What type checkers make of WebSockets. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from typing import assert_type

from pydantic import BaseModel

from baseten_sdk import (
    AsyncChain,
    AsyncDeployment,
    AsyncWebSocket,
    AsyncWebSocketItems,
    Deployment,
    WebSocket,
    WebSocketClosedError,
)


class Reply(BaseModel):
    text: str


async def messages_have_their_types(deployment: AsyncDeployment, chain: AsyncChain, twin: Deployment) -> None:
    assert_type(deployment.connect(), AsyncWebSocket)
    async with chain.connect(ping_interval=None, deadline=60) as websocket:
        assert_type(websocket, AsyncWebSocket)
        assert_type(await websocket.receive(), str | bytes)
        assert_type(await websocket.receive(timeout=1.0), str | bytes)
        assert_type(await websocket.receive(response_model=Reply), Reply)
        assert_type(await websocket.receive(response_model=bytes, timeout=1.0), bytes)
        assert_type(websocket.items(Reply), AsyncWebSocketItems[Reply])
        async for message in websocket:
            assert_type(message, str | bytes)
        async for item in websocket.items(list[int]):
            assert_type(item, list[int])
        await websocket.send(Reply(text="x"))
        assert_type(websocket.close_code, int | None)
    with twin.connect() as plain:
        assert_type(plain, WebSocket)
        assert_type(plain.receive(response_model=Reply), Reply)


def errors_have_fields(error: WebSocketClosedError) -> None:
    assert_type(error.close_code, int)
    assert_type(error.reason, str)


async def what_must_fail(deployment: AsyncDeployment) -> None:
    deployment.connect(subprotocol="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    async with deployment.connect() as websocket:
        await websocket.receive(timeout="1")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
        await websocket.receive(Reply)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
        websocket.items(Reply(text="x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
