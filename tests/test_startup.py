"""What a start costs: a client is made without what only calls need."""

from __future__ import annotations

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
