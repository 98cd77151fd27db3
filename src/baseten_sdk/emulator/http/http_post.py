"""One HTTP POST over its own connection, for webhooks.

Written on asyncio's streams rather than with an HTTP library, so that a test's mock of that library never
catches the emulator's own deliveries. It owns the exchange of bytes and knows nothing of webhooks.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit


async def post(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[int | None, str | None]:
    """Return the status that was answered, or None and the reason why there was none.

    Args:
        timeout: Seconds for all of it.
    """
    try:
        async with asyncio.timeout(timeout):
            return await _exchange(url, body, headers), None
    except TimeoutError:
        return None, f"no answer within {timeout:g} seconds"
    except (OSError, ValueError, asyncio.IncompleteReadError) as error:
        return None, f"{type(error).__name__}: {error}"


async def _exchange(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    context = ssl.create_default_context() if secure else None
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=context)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"POST {target} HTTP/1.1", f"host: {parts.netloc.rpartition('@')[2]}", "connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines.append(f"content-length: {len(body)}")
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        return await _status(reader)
    finally:
        writer.transport.abort()


async def _status(reader: asyncio.StreamReader) -> int:
    """Return the final status, after any 1xx.

    The head is read to its end, so that the other side is not cut off in the middle of it.
    """
    while True:
        head = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)
        if len(head) < 2 or not head[0].startswith(b"HTTP/") or not head[1][:3].isdigit():
            raise ValueError("the answer is not HTTP")
        status = int(head[1][:3])
        if status >= 200:
            return status
