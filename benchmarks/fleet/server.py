"""A fleet of members on addresses of their own (127.0.0.2, 127.0.0.3, ...) at one port, each told how to behave.

Theory of operation. HTTP/1.1 is read by hand, as in `benchmarks.server`, so that the client is what is measured. A
member answers every request with a chat completion after a delay, unless its settings say otherwise. Lines of JSON on
standard input set a member's behavior, or ask what it has seen; each is answered with one line. A call names itself in
its message, so that the members know which requests belong to one call. Of the loser of a hedge they tell the time from
the winner's reply to the end of the loser's connection.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import sys
from collections import deque
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ..replies import CHAT

BACKLOG = 4096
MINUTE = 60.0
BODY = b"\r\n\r\n"

State: TypeAlias = Literal["well", "refuses", "hangs", "fails"]

FAULTS = {
    "busy": b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n{}",
    "oops": b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 2\r\n\r\n{}",
    "drop": b"",
}
LIMITED = (
    b"HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\nretry-after: %s\r\n"
    b"content-length: 25\r\n\r\n"
    b'{"error": "rate limited"}'
)


@dataclass(slots=True)
class Settings:
    """How a member behaves.

    Attributes:
        state: Whether it is well, closes connections, never answers, or answers 500.
        delay: Seconds that an answer takes.
        slow: The share of answers that take ten times as long.
        faults: The share of requests that meet a fault; a fifth of these is a lone 429.
        refused_model: The model whose requests are all answered 429.
        per_minute: Requests that are taken a minute; 0 for any number.
        burst: How many of them may come at once: a bucket. 0: a log of the last minute.
    """

    state: State = "well"
    delay: float = 0.005
    slow: float = 0.0
    faults: float = 0.0
    refused_model: str = ""
    per_minute: int = 0
    burst: int = 0


@dataclass(slots=True)
class Seen:
    """What a member has seen since it was last asked."""

    requests: int = 0
    connections: int = 0
    taken: int = 0
    refused: int = 0
    moments: list[float] = field(default_factory=list[float])
    closings: list[float] = field(default_factory=list[float])


class Member:
    """One server of the fleet."""

    def __init__(self, host: str, chance: random.Random) -> None:
        self.host = host
        self.settings = Settings()
        self.seen = Seen()
        self.open: set[Connection] = set()
        self.answered: dict[bytes, float] = {}
        self._chance = chance
        self._log: deque[float] = deque()
        self._level: float | None = None
        self._last = 0.0
        self._listener: asyncio.Server | None = None

    async def listen(self, port: int) -> int:
        """Take connections; the port."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: Connection(self), self.host, port, backlog=BACKLOG)
        return int(self._listener.sockets[0].getsockname()[1])

    async def become(self, settings: Settings, port: int) -> None:
        """Behave so from now on. A member that refuses has closed everything that it had."""
        self.settings = settings
        self._log.clear()
        self._level = None
        if settings.state == "refuses" and self._listener is not None:
            self._listener.close()
            self._listener = None
            for connection in list(self.open):
                connection.abort()
        elif settings.state != "refuses" and self._listener is None:
            await self.listen(port)

    def answer(self, call: bytes, model: str, connection: Connection) -> None:
        """Answer a request, now or later, or never."""
        settings, seen, loop = self.settings, self.seen, asyncio.get_running_loop()
        seen.requests += 1
        seen.moments.append(loop.time())
        if settings.state == "hangs":
            return
        if settings.state == "fails":
            return connection.write(FAULTS["oops"])
        chance = self._chance.random
        if settings.faults and chance() < settings.faults:
            if chance() < 0.2:
                seen.refused += 1
                return connection.write(LIMITED % b"0.2")
            fault = FAULTS[self._chance.choice(list(FAULTS))]
            return connection.write(fault) if fault else connection.abort()
        asked = 0.2 if model == settings.refused_model else self._asked(loop.time())
        if asked is not None:
            seen.refused += 1
            return connection.write(LIMITED % b"%.3f" % asked)
        seen.taken += 1
        slow = settings.slow and chance() < settings.slow
        loop.call_later(settings.delay * (10 if slow else 1), connection.finish, call)

    def _asked(self, now: float) -> float | None:
        """Seconds to wait where the minute's limit is used up; None where the request is taken."""
        settings = self.settings
        if not settings.per_minute:
            return None
        if not settings.burst:
            while self._log and self._log[0] <= now - MINUTE:
                self._log.popleft()
            if len(self._log) >= settings.per_minute:
                return self._log[0] + MINUTE - now
            self._log.append(now)
            return None
        rate = settings.per_minute / MINUTE
        level = settings.burst if self._level is None else self._level + (now - self._last) * rate
        self._level, self._last = min(level, settings.burst), now
        if self._level < 1:
            return (1 - self._level) / rate
        self._level -= 1
        return None


class Connection(asyncio.Protocol):
    """One client's connection to a member."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._buffer = b""
        self._call = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._member.open.add(self)
        self._member.seen.connections += 1
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._member.open.discard(self)
        answered = self._member.answered.get(self._call)
        if answered is not None:
            self._member.seen.closings.append(asyncio.get_running_loop().time() - answered)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(BODY)) >= 0:
            head = self._buffer[:end].lower()
            start = head.find(b"\r\ncontent-length:")
            length = int(head[start + 17 :].split(b"\r", 1)[0]) if start >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            body, self._buffer = self._buffer[end + 4 : end + 4 + length], self._buffer[end + 4 + length :]
            self._call = body.partition(b'"content":"')[2].partition(b'"')[0]
            model = body.partition(b'"model":"')[2].partition(b'"')[0].decode()
            self._member.answer(self._call, model, self)

    def finish(self, call: bytes) -> None:
        """The answer is ready."""
        if self._transport is not None:
            self._call = b""
            self._transport.write(CHAT)
            if call:
                self._member.answered[call] = asyncio.get_running_loop().time()

    def write(self, data: bytes) -> None:
        """Answer with something else."""
        self._call = b""
        if self._transport is not None:
            self._transport.write(data)

    def abort(self) -> None:
        """Close without a word."""
        self._call = b""
        if self._transport is not None:
            self._transport.abort()


async def main(count: int) -> None:
    """Serve until standard input ends."""
    chance = random.Random(0)
    members = [Member(f"127.0.0.{number + 2}", chance) for number in range(count)]
    answered = members[0].answered
    port = await members[0].listen(0)
    for member in members[1:]:
        member.answered = answered
        await member.listen(port)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print(port, flush=True)
    while line := await reader.readline():
        order = json.loads(line)
        member = members[order["member"]]
        if "become" in order:
            await member.become(Settings(**order["become"]), port)
            print("{}", flush=True)
        else:
            seen, member.seen = member.seen, Seen()
            print(json.dumps({name: getattr(seen, name) for name in Seen.__slots__} | {"now": loop.time()}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
