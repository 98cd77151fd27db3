"""LiteLLM's proxy in a process of its own, on a free port, started within bounds and stopped in any case."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from baseten_sdk.emulator import Emulator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BOUND = 180.0
"""Seconds within which a proxy must answer; it takes about ten."""


class Proxy:
    """One proxy with one configuration file.

    Attributes:
        key: its master key.
        url: its base URL, for clients in OpenAI's form.
    """

    def __init__(self, emu: Emulator, config: Path, log: Path) -> None:
        self.key = f"sk-{secrets.token_hex(24)}"
        self._origin = f"http://127.0.0.1:{free_port()}"
        self.url = f"{self._origin}/v1"
        self._config = config
        self._log = log
        self._environment = {
            **os.environ,
            "BASETEN_API_KEY": emu.api_key,
            "EMULATOR": emu.endpoints.model_apis.removesuffix("/v1"),
            "LITELLM_MASTER_KEY": self.key,
            "NO_PROXY": "127.0.0.1",
            "PYTHONPATH": str(ROOT / "src"),
        }
        self._environment.pop("BASETEN_BASE_URL", None)
        self._environment.pop("BASETEN_EMULATOR", None)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start it; `wait` returns when it answers."""
        port = self._origin.rpartition(":")[2]
        command = [sys.executable, str(HERE / "proxy.py"), "--config", str(self._config)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", port],
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self

    def wait(self) -> Self:
        """Return when it answers.

        Raises:
            RuntimeError: it ended, or did not answer in time; the message has what it wrote.
        """
        end = time.monotonic() + BOUND
        with httpx.Client(timeout=5, trust_env=False) as client:
            while time.monotonic() < end and self._process is not None and self._process.poll() is None:
                try:
                    if client.get(f"{self._origin}/health/liveliness").is_success:
                        return self
                except httpx.TransportError:
                    time.sleep(0.1)
        raise RuntimeError(f"The proxy did not start:\n{self._log.read_text(errors='replace')[-4000:]}")

    def stop(self) -> None:
        """End it."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
