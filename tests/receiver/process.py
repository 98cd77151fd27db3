"""A receiver in a process of its own, as `python -m baseten_sdk.receiver` runs it, and a client for it."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from baseten_sdk.webhooks import sign
from tests.receiver.deliveries import SECRET

ROOT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = {**os.environ, "BASETEN_WEBHOOK_SECRET": SECRET, "PYTHONPATH": str(ROOT / "src")}


class ReceiverProcess:
    """Runs until it is stopped or killed."""

    def __init__(self, store: Path, arguments: Sequence[str] = ()) -> None:
        command = [sys.executable, "-m", "baseten_sdk.receiver", "--port", "0", "--store", str(store), *arguments]
        self._process = subprocess.Popen(
            command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        self.banner = self._process.stdout.readline()
        self.port = int(self.banner.split("/ into ")[0].rpartition(":")[2])

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._over()

    def stop(self) -> int:
        """Tell it to end: its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._over()

    def _over(self) -> int:
        code = self._process.wait(60)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)


def post(connection: http.client.HTTPConnection, body: bytes) -> tuple[int | None, float]:
    """Deliver a body: the status, None where the receiver went away, and the seconds it took."""
    began = time.monotonic()
    status = None
    with suppress(OSError, http.client.HTTPException):
        connection.request("POST", "/hook", body, {"X-Baseten-Signature": sign(body, SECRET)})
        reply = connection.getresponse()
        reply.read()
        status = reply.status
    return status, time.monotonic() - began
