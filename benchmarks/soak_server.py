"""The server of the soak: it answers every call with what that call asked for, and breaks a few in nine ways.

A call says its number and, where it is to be broken, how: `{"messages": [{"content": "17"}], "metadata": {"fault":
"cut"}}`. A fault befalls the first attempt of its call only, so that a second one shows whether the client makes it.

It prints its port and serves until its standard input ends. `GET /v1/count` tells how many requests have come.
"""

from __future__ import annotations

import asyncio
import json
import sys

BACKLOG = 4096
DELAY = 0.004
"""Seconds that an answer takes."""

PIECES = 8
"""Chunks of a stream."""

HEAD = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

FAULTS = ("drop", "busy", "limit", "oops", "garbage", "cut", "stall", "disguise", "surplus")


def reply(body: bytes, status: bytes = b"200 OK", headers: bytes = b"") -> bytes:
    """A whole reply."""
    return HEAD % (status, len(body), headers) + body


def answer(text: str) -> bytes:
    """A chat completion that says this."""
    message = {"role": "assistant", "content": text}
    return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()


def event(data: str) -> bytes:
    """One event, as a chunk of the body."""
    piece = f"data: {data}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(piece), piece)


def chunks(text: str) -> list[bytes]:
    """A stream that says this a number of times."""
    delta = json.dumps({"choices": [{"index": 0, "delta": {"content": f"{text} "}}]})
    end = json.dumps({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    return [*[event(delta)] * PIECES, event(end), event("[DONE]"), b"0\r\n\r\n"]


class Service:
    """What all connections share: how many requests have come, and whose first attempt was broken already."""

    def __init__(self) -> None:
        self.count = 0
        self._broken: set[str] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, until either side has had enough."""
        try:
            while await self._answer(reader, writer):
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if head.startswith(b"get"):
            writer.write(reply(b'{"count": %d}' % self.count))
            return True
        _, _, length = head.partition(b"content-length:")
        body = json.loads(await reader.readexactly(int(length.split(b"\r", 1)[0])))
        self.count += 1
        text = body["messages"][0]["content"]
        fault = body.get("metadata", {}).get("fault")
        if fault is not None and text not in self._broken:
            self._broken.add(text)
            return await self._break(fault, text, bool(body.get("stream")), reader, writer)
        await asyncio.sleep(DELAY)
        if not body.get("stream"):
            writer.write(reply(answer(text)))
            return True
        writer.write(STREAM)
        for piece in chunks(text):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        return True

    async def _break(
        self, fault: str, text: str, stream: bool, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer wrongly; whether the connection goes on."""
        match fault:
            case "busy":
                writer.write(reply(b'{"error": "busy"}', b"503 Service Unavailable"))
                return True
            case "limit":
                writer.write(reply(b'{"error": "slow"}', b"429 Too Many Requests", b"retry-after-ms: 20\r\n"))
                return True
            case "oops":
                writer.write(reply(b'{"error": "oops"}', b"500 Internal Server Error"))
                return True
            case "garbage":
                writer.write(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
            case "cut" if stream:
                writer.write(STREAM + b"".join(chunks(text)[:3]))
            case "cut":
                writer.write(reply(answer(text))[:-20])
            case "stall":
                await reader.read(1)
            case "disguise" if stream:
                writer.write(STREAM + chunks(text)[0] + event('{"error": {"message": "no luck"}}') + b"0\r\n\r\n")
                return True
            case "disguise":
                writer.write(reply(b'{"error": {"message": "no luck"}}'))
                return True
            case "surplus" if stream:
                writer.write(STREAM + b"".join(chunks(text)) + reply(answer("stolen")))
            case "surplus":
                writer.write(reply(answer(text)) + reply(answer("stolen")))
            case _:  # "drop": nothing is said
                pass
        return fault == "surplus"


async def main() -> None:
    """Serve until standard input ends."""
    service = Service()
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0, backlog=BACKLOG)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
