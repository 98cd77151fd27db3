"""The start of a client, in fresh processes: the import, the first client, and the second.

The cost is CPU time inside the process; the interpreter's own start is not in it. A client is made from names that are
already loaded, so that a package that loads them late does not hide its import there, nor its import in them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from .peers.base import API_KEY

SCRIPT = """
import time
start = time.process_time()
{imports}
imported = time.process_time()
{loads}
loaded = time.process_time()
first = {client}
made = time.process_time()
second = {client}
again = time.process_time()
print([imported - start, made - start, made - loaded, again - made])
"""

OFFLINE = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
"""Else LiteLLM asks the network for its list of prices when it is imported."""

IMPORTS = {
    "direct": ("import baseten_sdk", "baseten_sdk.AsyncClient", "baseten_sdk.AsyncClient({url}, transport='direct')"),
    "ours-httpx": (
        "import baseten_sdk",
        "baseten_sdk.AsyncClient",
        "baseten_sdk.AsyncClient({url}, transport='httpx')",
    ),
    "openai": ("import openai", "openai.AsyncOpenAI", "openai.AsyncOpenAI({url})"),
    "litellm": ("import litellm", "litellm.acompletion", "None"),
    "baseten": (
        "import baseten.client",
        "baseten.client.AsyncInferenceClient",
        "baseten.client.AsyncInferenceClient(api_key={key!r}, base_url_override='http://127.0.0.1:1')",
    ),
    "httpx": ("import httpx, pydantic", "httpx.AsyncClient", "httpx.AsyncClient()"),
    "httpx2": ("import httpx2, pydantic", "httpx2.AsyncClient", "httpx2.AsyncClient()"),
    "aiohttp": ("import aiohttp, pydantic", "aiohttp.ClientSession", "None"),
}
"""For each peer: the import, the name that it is used by, and how a client is made (None: it takes a loop, or none)."""


def start(peer: str) -> dict[str, float]:
    """One start of a peer, in milliseconds of CPU."""
    imports, loads, client = IMPORTS[peer]
    url = f"api_key={API_KEY!r}, base_url='http://127.0.0.1:1/v1'"
    script = SCRIPT.format(imports=imports, loads=loads, client=client.format(url=url, key=API_KEY))
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, **OFFLINE},
    )
    imported, made, first, second = (1e3 * float(seconds) for seconds in json.loads(done.stdout))
    numbers = {"import": imported, "made": made}
    return numbers if client == "None" else {**numbers, "client": first, "second": second}
