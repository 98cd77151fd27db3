"""Deadlines of many threads on one client, in each phase of a call: nothing is left behind by any."""

from __future__ import annotations

import gc
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from baseten_sdk import APITimeoutError, Client, Limits
from baseten_sdk._core.policy.transport_choice import TransportName
from tests._async.calling import CHUNK, HEAD, KEY, LONG
from tests.asking import HELLO, MODEL
from tests.faults.scripted import Action, Hold, Read, ScriptedServer, Send, events

WIDTH = 10
CALLS = 200

WAITING: dict[str, tuple[list[Action], bool]] = {
    "reply": ([Read(), Hold()], False),
    "body": ([Send(HEAD + b"{"), Hold()], False),
    "chunk": ([events(CHUNK), Hold()], True),
}


def descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="descriptors are counted where Linux shows them")
@pytest.mark.parametrize(("script", "stream"), WAITING.values(), ids=WAITING)
def test_deadlines_of_threads_leave_nothing_behind(
    script: list[Action], stream: bool, transport: TransportName
) -> None:
    before = descriptors()
    with ScriptedServer(script) as server:
        client = Client(
            api_key=KEY,
            base_url=server.url,
            transport=transport,
            max_retries=0,
            deadline=0.05,
            limits=Limits(concurrency=WIDTH),
        )

        def read() -> None:
            if stream:
                with client.chat.completions.create(model=MODEL, messages=HELLO, stream=True) as chunks:
                    for _ in chunks:
                        pass
            else:
                client.chat.completions.create(model=MODEL, messages=HELLO)

        def call(_: int) -> None:
            began = time.monotonic()
            with pytest.raises(APITimeoutError):
                read()
            assert time.monotonic() - began < LONG

        with client, ThreadPoolExecutor(2 * WIDTH) as pool:
            list(pool.map(call, range(CALLS)))
            assert f"<0 of {WIDTH} in flight, 0 waiting>" in repr(client)
    assert descriptors() <= before
