from __future__ import annotations

import codecs
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from baseten_sdk.emulator import Emulator
from baseten_sdk.emulator.__main__ import _emulator, _parser, main


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
        "--behavior",
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
        assert "k.1" not in printed
        assert "curl http" in printed
        process.send_signal(number)
        assert process.wait(60) == 0
        assert process.stderr.read() == ""


def test_it_lists_the_behaviors(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert "style=a|b|c|litellm|llama-cpp" in capsys.readouterr().out


def test_a_taken_port_and_a_wrong_behavior_are_said_in_one_line(
    emu: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", str(emu.port)]) == 1
    assert f"Error: The emulator cannot listen on 127.0.0.1:{emu.port}: " in capsys.readouterr().err
    assert main(["--port", "0", "--behavior", "nonsense"]) == 1
    assert "nonsense" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["\x1b]0;owned\x07", "a" * 64, "a..b"])
def test_a_host_that_is_none_is_said_in_one_line(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "0", "--host", host]) == 1
    assert capsys.readouterr().err.startswith("Error: The emulator cannot listen on")


SHELL = pytest.mark.skipif(sys.platform != "linux", reason="needs a shell and /dev/full")


def run_with(redirect: str, *arguments: str, module: str = "emulator") -> subprocess.CompletedProcess[str]:
    """Run the program with its streams redirected as a shell does it."""
    command = ["bash", "-c", f'"$@" {redirect}', "bash", sys.executable, "-m", f"baseten_sdk.{module}", *arguments]
    environment = {**os.environ, "PYTHONPATH": "src"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr
    return ended


@SHELL
@pytest.mark.parametrize("module", ["emulator", "receiver"])
def test_what_stdout_does_not_take_is_an_exit_code(module: str) -> None:
    argument = "--list" if module == "emulator" else "--help"
    full = run_with(">/dev/full", argument, module=module)
    assert full.returncode == 1
    assert "Cannot write to stdout: No space left on device" in full.stderr
    assert run_with("| true; exit ${PIPESTATUS[0]}", "--help", module=module).returncode in (0, 141)
    assert run_with(">&- 2>&- <&-", argument, module=module).returncode == 0


@SHELL
def test_a_list_that_nobody_reads_to_its_end_is_no_error() -> None:
    ended = run_with("| true; exit ${PIPESTATUS[0]}", "--list")
    assert ended.returncode in (0, 141)
    assert ended.stderr == ""


@SHELL
@pytest.mark.parametrize("redirect", [">/dev/full", "| true"])
def test_it_serves_although_nobody_sees_how_to_use_it(redirect: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    command = ["sh", "-c", f'echo $$; exec "$@" {redirect}', "sh", sys.executable, "-m", "baseten_sdk.emulator"]
    if redirect == "| true":
        command[2] = '"$@" | true'
    with subprocess.Popen(
        [*command, "--port", str(port), "--api-key", "k.1"],
        env={**os.environ, "PYTHONPATH": "src"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        try:
            ready = poll(port)
            said = "" if redirect == "| true" else process.stderr.readline()
        finally:
            os.killpg(process.pid, signal.SIGTERM)
        assert ready == 200
        assert "Traceback" not in said + process.stderr.read()


def poll(port: int) -> int:
    """Ask the emulator for its models until it answers."""
    while True:
        try:
            return httpx.get(
                f"http://127.0.0.1:{port}/v1/models", headers={"authorization": "Bearer k.1"}, trust_env=False
            ).status_code
        except httpx.ConnectError:
            time.sleep(0.01)


def emulator_of(*arguments: str) -> Emulator:
    return _emulator(_parser().parse_args(arguments))


def test_keys_come_from_options_files_and_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, secrets = tmp_path / "key", tmp_path / "secrets"
    file.write_bytes(codecs.BOM_UTF8 + b"from-file\r\n")
    secrets.write_text("whsec_new\nwhsec_old\n")
    assert emulator_of().api_key.startswith("emul.")
    assert emulator_of().webhook_secrets == ()
    monkeypatch.setenv("BASETEN_EMULATOR_API_KEY", " from-environment ")
    monkeypatch.setenv("BASETEN_WEBHOOK_SECRET", "whsec_environment")
    assert emulator_of().api_key == "from-environment"
    assert emulator_of().webhook_secrets == ("whsec_environment",)
    assert emulator_of("--api-key-file", str(file)).api_key == "from-file"
    assert emulator_of("--api-key-file", str(file), "--api-key", "given").api_key == "given"
    assert emulator_of("--webhook-secret-file", str(secrets)).webhook_secrets == ("whsec_new", "whsec_old")
    assert emulator_of("--webhook-secret", "whsec_given").webhook_secrets == ("whsec_given",)


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe", b"a\0b"])
@pytest.mark.parametrize("option", ["--api-key-file", "--upstream-key-file", "--webhook-secret-file"])
def test_a_file_without_a_key_is_said_in_one_line(
    option: str, content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    assert main([option, str(file), "--port", "0"]) == 1
    error = capsys.readouterr().err
    assert str(file) in error
    assert error.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_key_may_come_from_a_pipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text("from-pipe\n"))
    writer.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("baseten_sdk.emulator.__main__._wait_for_signal", lambda: None)
        assert main(["--port", "0", "--api-key-file", str(pipe)]) == 0
    writer.join()
    shown = capsys.readouterr()
    assert "BASETEN_API_KEY=..." in shown.out
    assert "from-pipe" not in shown.out + shown.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--upstream", "ftp://user:hunter2@host"], "--upstream must be an http:// or https:// URL"),
        (["--upstream", "http://127.0.0.1:1", "--upstream-key", "a b"], "--upstream-key must be printable ASCII"),
    ],
)
def test_what_is_wrong_is_said_in_terms_of_options(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", "0", *arguments]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert "hunter2" not in error


@pytest.mark.parametrize("option", ["--queue-seconds", "--run-seconds"])
@pytest.mark.parametrize("value", ["nan", "-1", "inf", "x"])
def test_seconds_that_cannot_be_are_refused(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--port", "0", option, value])
    assert option in capsys.readouterr().err


def test_a_key_for_the_upstream_comes_from_the_environment_too(emu: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASETEN_UPSTREAM_API_KEY", emu.api_key)
    with emulator_of("--upstream", emu.base_url, "--port", "0", "--api-key", "k") as front:
        reply = httpx.post(
            f"{front.base_url}/chat/completions",
            json={"model": "emulator/text-yes", "messages": [{"role": "user", "content": "x"}]},
            headers={"authorization": "Bearer k"},
            trust_env=False,
        )
    assert reply.json()["choices"][0]["message"]["content"] == "yes"


def test_requests_are_logged_on_demand_and_models_refused() -> None:
    command = [sys.executable, "-m", "baseten_sdk.emulator", "--port", "0", "--api-key", "k.1"]
    command += ["--log-requests", "--strict-models", "--model", "acme/new"]
    environment = {**os.environ, "PYTHONPATH": "src"}
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
        headers = {"authorization": "Bearer k.1"}
        with httpx.Client(base_url=match[1], headers=headers, trust_env=False) as http:
            for model, status in {"acme/new": 200, "acme/newer": 404}.items():
                body = {"model": model, "messages": [{"role": "user", "content": "Say hello"}]}
                assert http.post("/chat/completions?token=hush", json=body).status_code == status
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert process.stderr.read() == "POST /v1/chat/completions: 200\nPOST /v1/chat/completions: 404\n"


def test_options_of_other_programs_keep_their_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--cassette", str(tmp_path / "none.yaml")]) == 1
    assert "run pytest --baseten-record=new with" in capsys.readouterr().err
