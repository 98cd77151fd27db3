"""The soak in short: what `make soak` does with a hundred thousand calls."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="descriptors are counted where Linux shows them")
@pytest.mark.parametrize(("transport", "backend"), [("direct", "asyncio"), ("direct", "trio"), ("httpx", "asyncio")])
def test_nothing_is_lost_wrong_or_left(transport: str, backend: str) -> None:
    options = ["--calls", "1000", "--in-flight", "32"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", *options, "--transport", transport, "--backend", backend],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok ") == 11
