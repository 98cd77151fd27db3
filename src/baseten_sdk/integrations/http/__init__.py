"""This package's connections under programs and frameworks that stand on httpx or httpx2.

```python
client = AsyncClient()
openai = AsyncOpenAI(
    api_key=os.environ["BASETEN_API_KEY"],
    base_url=client.exchanges.base_url,
    http_client=httpx2.AsyncClient(transport=AsyncHttpx2Connections(client)),
)
```

It owns the public names, each of which imports its library when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import lazy_names

if TYPE_CHECKING or not lazy_names(__name__):
    from .httpx import AsyncHttpxConnections as AsyncHttpxConnections, HttpxConnections as HttpxConnections
    from .httpx2 import AsyncHttpx2Connections as AsyncHttpx2Connections, Httpx2Connections as Httpx2Connections
