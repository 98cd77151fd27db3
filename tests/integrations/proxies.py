"""LiteLLM's proxies in processes of their own, on free ports, started within bounds and stopped in any case."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from baseten_sdk.emulator import Emulator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BOUND = 180.0
"""Seconds within which a proxy must answer; it takes about ten."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """One proxy with one configuration file.

    Attributes:
        config: the file.
        port: where it listens.
        key: its master key.
    """

    config: Path
    port: int
    key: str

    @property
    def url(self) -> str:
        """Its base URL, for clients in OpenAI's form."""
        return f"http://127.0.0.1:{self.port}/v1"


class Proxies:
    """A proxy for each configuration, in one group of processes.

    Attributes:
        proxies: the proxies, in the order of the files.
    """

    def __init__(self, emu: Emulator, configs: Sequence[Path], log: Path) -> None:
        key = f"sk-{secrets.token_hex(24)}"
        self.proxies = [Proxy(config, free_port(), key) for config in configs]
        self._log = log
        self._environment = {
            **os.environ,
            "BASETEN_API_KEY": emu.api_key,
            "EMULATOR": emu.endpoints.model_apis.removesuffix("/v1"),
            "LITELLM_MASTER_KEY": key,
            "NO_PROXY": "127.0.0.1",
            "PYTHONPATH": str(ROOT / "src"),
        }
        self._environment.pop("BASETEN_BASE_URL", None)
        self._environment.pop("BASETEN_EMULATOR", None)
        self._process: subprocess.Popen[bytes] | None = None

    def wait(self) -> None:
        """Return when all of them answer.

        Raises:
            RuntimeError: they ended, or one did not answer in time; the message has what they wrote.
        """
        end = time.monotonic() + BOUND
        with httpx.Client(timeout=5, trust_env=False) as client:
            for proxy in self.proxies:
                while not _answers(client, proxy):
                    if time.monotonic() > end or self._process is None or self._process.poll() is not None:
                        shown = self._log.read_text(errors="replace")[-4000:]
                        raise RuntimeError(f"A proxy did not start:\n{shown}")
                    time.sleep(0.1)

    def __enter__(self) -> Self:
        each = (argument for proxy in self.proxies for argument in (str(proxy.config), str(proxy.port)))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(HERE / "proxy.py"), *each],
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(client: httpx.Client, proxy: Proxy) -> bool:
    with suppress(httpx.TransportError):
        return client.get(f"http://127.0.0.1:{proxy.port}/health/liveliness").is_success
    return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
