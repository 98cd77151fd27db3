"""Calls leave nothing to the garbage collector: what a reply held is freed with the last reference to it."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest

from baseten_sdk import Client, InternalServerError
from baseten_sdk._core.policy.transport_choice import TransportName
from tests.asking import HELLO, MODEL
from tests.faults.scripted import Action, ScriptedServer, events, reply

COMPLETION = reply(b'{"choices": [{"index": 0, "message": {"content": "hi"}}]}')
STREAM = events('{"choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}]}', "[DONE]", end=True)
BUSY = reply(b"busy", status="503 Service Unavailable", headers={"Retry-After": "0"})


def whole(client: Client) -> str:
    return client.chat.completions.create(model=MODEL, messages=HELLO).text


def streamed(client: Client) -> str:
    with client.chat.completions.create(model=MODEL, messages=HELLO, stream=True) as stream:
        return "".join(chunk.text for chunk in stream)


def typed(client: Client) -> str:
    with client.chat.completions.stream(model=MODEL, messages=HELLO) as stream:
        return "".join(stream.text_stream)


def refused(client: Client) -> str:
    with pytest.raises(InternalServerError):
        client.with_options(max_retries=0).chat.completions.create(model=MODEL, messages=HELLO)
    return "hi"


@pytest.mark.parametrize(
    ("ask", "script"),
    [(whole, [COMPLETION]), (streamed, [STREAM]), (typed, [STREAM]), (refused, [BUSY]), (whole, [BUSY, COMPLETION])],
    ids=["whole", "streamed", "typed", "refused", "retried"],
)
def test_a_call_leaves_no_cycles(ask: Callable[[Client], str], script: list[Action], transport: TransportName) -> None:
    with (
        ScriptedServer(script * 2) as server,
        Client(api_key="key-0123456789", base_url=server.url, transport=transport) as client,
    ):
        assert ask(client) == "hi"
        gc.collect()
        gc.disable()
        try:
            assert ask(client) == "hi"
            assert gc.collect() == 0
        finally:
            gc.enable()
