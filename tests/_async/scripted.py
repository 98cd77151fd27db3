"""A service whose replies are written down beforehand, for turns that the emulator would not take."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx

from baseten_sdk import AsyncClient


class AsyncScript:
    """Replies to be given one after another, and what was asked."""

    def __init__(self, *turns: list[tuple[str, str]] | str) -> None:
        self._turns = list(turns)
        self.asked: list[list[dict[str, str]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.asked.append(body["messages"])
        turn = self._turns.pop(0)
        message: dict[str, object] = {"role": "assistant"}
        if isinstance(turn, str):
            message["content"] = turn
        else:
            message["tool_calls"] = [
                {
                    "index": place,
                    "id": f"c{len(self.asked)}{place}",
                    "type": "function",
                    "function": {"name": name, "arguments": arguments},
                }
                for place, (name, arguments) in enumerate(turn)
            ]
        if not body.get("stream"):
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            return httpx.Response(200, json={"choices": [choice]})
        chunk = {"choices": [{"index": 0, "delta": message, "finish_reason": "stop"}]}
        return httpx.Response(200, text=f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n")


@asynccontextmanager
async def talking_to(script: AsyncScript) -> AsyncGenerator[AsyncClient]:
    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(script)) as http,
        AsyncClient(api_key="k", base_url="http://script.test/v1", http_client=http) as client,
    ):
        yield client
