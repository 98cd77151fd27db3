"""The fleet's process, seen from the measures: what its members are to do, what they have seen, and clients of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from baseten_sdk import AsyncClient, Endpoints, Limits, Retry, Target, Timeout

from ..processes import cores
from .server import Seen, Settings

ROOT = Path(__file__).parent.parent.parent


class Fleet:
    """A number of members, on the server's core.

    Attributes:
        port: Where the members listen.
        now: The time of the server's clock when it was last asked.
    """

    def __init__(self, count: int = 3) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.fleet.server", str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        if pinned := cores():
            os.sched_setaffinity(self._process.pid, {pinned[1]})
        self.members = [Target(str(number + 2)) for number in range(count)]
        self.now = 0.0
        self.port = int(self._line())

    def become(self, member: int, settings: Settings) -> None:
        """Have a member behave so."""
        self._tell({"member": member, "become": {name: getattr(settings, name) for name in Settings.__slots__}})
        self._line()

    def seen(self, member: int) -> Seen:
        """What a member has seen since this was last asked."""
        self._tell({"member": member})
        told = json.loads(self._line())
        self.now = told.pop("now")
        return Seen(**told)

    def client(self, *, in_flight: int, retry: Retry | None = None, timeout: Timeout | None = None) -> AsyncClient:
        """A client whose deployments are the members, and whose Model APIs are the first one."""
        host = "http://127.0.0.{model_id}" + f":{self.port}"
        return AsyncClient(
            api_key="fleet.0123456789abcdef",
            endpoints=Endpoints(model_apis=f"http://127.0.0.2:{self.port}/v1", model=host),
            limits=Limits(concurrency=in_flight),
            retry=retry or Retry(),
            timeout=timeout,
        )

    def _tell(self, order: dict[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the fleet's server has ended"
        return line

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
