"""What a start costs: a client is made without what only calls need."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

HEAVY = {"anyio", "asyncio", "certifi", "httptools", "httpx", "pydantic", "pydantic_core", "ssl", "tenacity"}


@pytest.mark.parametrize("client", ["AsyncClient", "Client"])
@pytest.mark.parametrize("transport", ["auto", "direct", "httpx"])
def test_a_client_is_made_without_what_only_calls_need(client: str, transport: str) -> None:
    program = f"""
import sys, baseten_sdk
baseten_sdk.{client}(api_key="key-0123456789", transport={transport!r})
print(*{{name.partition(".")[0] for name in sys.modules}})
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())


INTERRUPTED = """
import os, signal, sys

class SoftTimeLimit(Exception):
    pass

def interrupt(*_):
    raise SoftTimeLimit

class Striking:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGUSR1)

from baseten_sdk import BasetenError, {client}, user
signal.signal(signal.SIGUSR1, interrupt)
sys.meta_path.insert(0, Striking())
client = {client}(api_key="key-0123456789", base_url="http://127.0.0.1:9/v1", max_retries=0, transport={transport!r})

def ask():
    {ask}

try:
    ask()
except SoftTimeLimit:
    print("interrupted")
try:
    ask()
except BasetenError as error:
    print(type(error).__name__)
"""
SYNC = 'client.chat.completions.create(model="a/b", messages=[user("x")])'
ASYNC = f"async def call(): await {SYNC}\n    import asyncio; asyncio.run(call())"


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="this system has no signals to send")
@pytest.mark.parametrize(
    ("client", "transport", "name"),
    [
        *(
            ("Client", "direct", name)
            for name in ("asyncio.base_events", "anyio", "httptools", "pydantic.type_adapter", "ssl")
        ),
        ("Client", "httpx", "httpx._client"),
        ("AsyncClient", "direct", "anyio"),
    ],
)
def test_a_first_call_that_is_interrupted_leaves_nothing_half_imported(client: str, transport: str, name: str) -> None:
    ask = SYNC if client == "Client" else ASYNC
    program = INTERRUPTED.format(client=client, transport=transport, name=name, ask=ask)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["interrupted", "APIConnectionError"], done.stderr
