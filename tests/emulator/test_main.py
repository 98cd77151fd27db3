from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import httpx
import pytest

from baseten_sdk.emulator import Emulator
from baseten_sdk.emulator.__main__ import main


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_how_to_use_it_serves_and_stops_cleanly(number: signal.Signals) -> None:
    command = [
        sys.executable,
        "-m",
        "baseten_sdk.emulator",
        "--port",
        "0",
        "--api-key",
        "k.1",
        "--behaviour",
        "style=b",
    ]
    environment = {**os.environ, "PYTHONPATH": "src", "PYTHONWARNINGS": "error"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        printed = ""
        while "Ctrl-C" not in printed:
            printed += process.stdout.readline()
        match = re.search(r"BASETEN_BASE_URL=(\S+)", printed)
        assert match is not None
        assert (
            httpx.get(f"{match[1]}/models", headers={"authorization": "Bearer k.1"}, trust_env=False).status_code == 200
        )
        assert "BASETEN_API_KEY=k.1" in printed
        assert "curl http" in printed
        process.send_signal(number)
        assert process.wait(60) == 0
        assert process.stderr.read() == ""


def test_it_lists_the_behaviours(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert "style=a|b|c|litellm|llama-cpp" in capsys.readouterr().out


def test_a_taken_port_and_a_wrong_behaviour_are_said_in_one_line(
    emu: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", str(emu.port)]) == 1
    assert "cannot start" in capsys.readouterr().err
    assert main(["--port", "0", "--behaviour", "nonsense"]) == 1
    assert "nonsense" in capsys.readouterr().err
