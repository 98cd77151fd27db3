"""Output that cannot be written: the answer is not lost, the exit code is right, and there is no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from tests.cli.running import Run

ANSWER = "café → 😀 done"
CHAT = ("chat", "-m", "x/y", "hi")
ENCODINGS: dict[str, Mapping[str, str]] = {
    "UTF-8": {"PYTHONIOENCODING": "utf-8"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "gbk": {"PYTHONIOENCODING": "gbk"},
    "C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
SHELL = pytest.mark.skipif(sys.platform != "linux", reason="needs a shell, /dev/full and /proc")


def run_with(
    environment: Mapping[str, str], *arguments: str, redirect: str = "", stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run a command with its streams redirected as a shell does it."""
    shell = ["sh", "-c", f'exec "$@" {redirect}', "sh"] if redirect else []
    command = [*shell, sys.executable, "-m", "baseten_sdk", *arguments]
    ended = subprocess.run(command, env=dict(environment), input=stdin, capture_output=True, timeout=60, check=False)
    assert b"Traceback" not in ended.stderr
    assert b"Exception ignored" not in ended.stderr
    return ended


@pytest.mark.parametrize("settings", ENCODINGS.values(), ids=ENCODINGS)
def test_an_answer_survives_an_encoding_that_lacks_its_characters(
    emu: Emulator, environment: Mapping[str, str], settings: Mapping[str, str]
) -> None:
    emu.faults.push({"text": ANSWER})
    ended = run_with({**environment, **settings}, *CHAT)
    encoding = settings.get("PYTHONIOENCODING", "ascii")
    assert ended.returncode == ExitCode.OK
    assert ended.stdout == ANSWER.encode(encoding, "backslashreplace") + os.linesep.encode()


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "gbk", "ascii"])
@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_as_json_it_is_the_answer_itself(emu: Emulator, run: Run, encoding: str, form: str) -> None:
    """Here stdout refuses what its encoding lacks."""
    emu.faults.push({"text": ANSWER})
    ended = run(*CHAT, "-o", form, encoding=encoding)
    assert ended.code == ExitCode.OK
    text = ended.raw.decode(encoding)
    last = json.loads(text if form == "json" else text.splitlines()[-1])
    completion = last if form == "json" else last["completion"]
    assert completion["choices"][0]["message"]["content"] == ANSWER


@pytest.mark.parametrize("settings", ENCODINGS.values(), ids=ENCODINGS)
def test_an_error_survives_it_too(emu: Emulator, environment: Mapping[str, str], settings: Mapping[str, str]) -> None:
    emu.faults.push({"status": 400, "message": ANSWER})
    assert run_with({**environment, **settings}, *CHAT).returncode == ExitCode.VALIDATION


@SHELL
@pytest.mark.parametrize("redirect", [">/dev/full", ">&-"])
@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_an_answer_that_stdout_does_not_take_goes_to_stderr(
    emu: Emulator, environment: Mapping[str, str], redirect: str, form: str
) -> None:
    emu.faults.push({"text": "one two three"})
    ended = run_with(environment, *CHAT, "-o", form, redirect=redirect)
    assert ended.returncode == ExitCode.OTHER
    assert ended.stderr.count(b"Cannot write to stdout") == 1
    assert b"one two three" in ended.stderr


@SHELL
@pytest.mark.parametrize("redirect", [">/dev/full", ">&-"])
def test_other_commands_do_the_same(environment: Mapping[str, str], redirect: str) -> None:
    for arguments, answer in (
        (("models",), b"openai/gpt-oss-120b"),
        (("sync", "abcd1234", "echo", "-d", '["an answer"]'), b"an answer"),
        (("doctor",), b"latency"),
    ):
        ended = run_with(environment, *arguments, redirect=redirect)
        assert ended.returncode == ExitCode.OTHER
        assert b"Cannot write to stdout" in ended.stderr
        assert answer in ended.stderr


@SHELL
@pytest.mark.parametrize("redirect", [">/dev/full", ">&-"])
@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_batch_has_its_rows_although_nobody_sees_the_report(
    environment: Mapping[str, str], tmp_path: Path, redirect: str, processes: str
) -> None:
    source, sink = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": "a"}\n{"id": "b"}\n')
    batch = ("batch", str(source), str(sink), "-m", "emulator/text-yes", "--prompt", "x", "--processes", processes)
    ended = run_with(environment, *batch, redirect=redirect)
    assert ended.returncode == ExitCode.OTHER
    assert ended.stderr.count(b"Cannot write to stdout") == 1
    assert len(sink.read_text().splitlines()) == 2


@SHELL
@pytest.mark.parametrize("redirect", ["2>/dev/full", "2>&-"])
def test_what_stderr_does_not_take_changes_nothing(
    emu: Emulator, environment: Mapping[str, str], redirect: str
) -> None:
    emu.faults.push({"text": "yes"})
    ended = run_with(environment, *CHAT, "-v", "--reasoning", redirect=redirect)
    assert (ended.returncode, ended.stdout) == (ExitCode.OK, b"yes\n")
    emu.faults.push("status=404")
    assert run_with(environment, *CHAT, redirect=redirect).returncode == ExitCode.NOT_FOUND
    assert run_with(environment, "chat", "-m", "x", "-p", "x", "hi", redirect=redirect).returncode == ExitCode.USAGE


@SHELL
@pytest.mark.parametrize("redirect", [">/dev/full 2>/dev/full", ">&- 2>&-", "<&- >&- 2>&-"])
def test_no_stream_at_all_is_no_traceback(environment: Mapping[str, str], redirect: str) -> None:
    assert run_with(environment, *CHAT, redirect=redirect).returncode == ExitCode.OTHER


@SHELL
def test_a_closed_stream_leaves_its_number_to_nobody(environment: Mapping[str, str], tmp_path: Path) -> None:
    source, sink = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": "a"}\n')
    batch = ("batch", str(source), str(sink), "-m", "emulator/text-yes", "--prompt", "x", "--text")
    assert run_with(environment, *batch, redirect="2>&-").returncode == ExitCode.OK
    assert [json.loads(line)["output"] for line in sink.read_text().splitlines()] == ["yes"]


@SHELL
@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("chat", "--help"), ("emulator", "--help")])
def test_help_that_cannot_be_written_is_an_error(environment: Mapping[str, str], arguments: tuple[str, ...]) -> None:
    assert run_with(environment, *arguments, redirect=">/dev/full").returncode == ExitCode.OTHER


@SHELL
def test_a_closed_stdin_is_named(environment: Mapping[str, str]) -> None:
    ended = run_with(environment, "chat", "-m", "x/y", redirect="<&-")
    assert ended.returncode == ExitCode.USAGE
    assert b"stdin is closed" in ended.stderr
