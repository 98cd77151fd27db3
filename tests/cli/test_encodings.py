"""Text that is not UTF-8, from stdin and files: decoded right, or refused by name. Any bytes: no traceback."""

from __future__ import annotations

import codecs
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from tests.cli.running import KEY, SECRET, Run, at

TEXT = "déjà vu → 😀"
MODEL = ("-m", "emulator/text-hello")
DECODED = {
    "UTF-8": TEXT.encode(),
    "UTF-8 with a mark": codecs.BOM_UTF8 + TEXT.encode(),
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-16 the other way": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "UTF-32": TEXT.encode("utf-32"),
}
REFUSED = {
    "Latin-1": "déjà vu".encode("latin-1"),
    "cp1252": "naïve “quotes”".encode("cp1252"),
    "UTF-16 without a mark": "vu".encode("utf-16-le"),
    "half a character": TEXT.encode()[:-1],
    "UTF-16 that is cut": TEXT.encode("utf-16")[:-1],
    "not text": b"\xff\x00\x81",
}
COMMANDS: dict[str, tuple[str, ...]] = {
    "chat": ("chat", *MODEL),
    "chat -": ("chat", *MODEL, "Say:", "-"),
    "predict": ("predict", "abcd1234", "-f", "-"),
    "predict bytes": ("predict", "abcd1234", "-f", "-", "--content-type", "application/octet-stream"),
    "sync": ("sync", "abcd1234", "echo", "-f", "-"),
    "submit": ("async", "submit", "abcd1234", "-f", "-"),
    "verify": ("webhook", "verify", "--signature", "v1=00"),
    "key": ("models", "--api-key-file", "-"),
    "decide": ("decide", "-f", "-", "--ask", "a=b"),
}


@pytest.mark.parametrize("raw", DECODED.values(), ids=DECODED)
def test_a_question_is_decoded_right(run: Run, emu: Emulator, raw: bytes) -> None:
    assert run("chat", *MODEL, stdin=raw).code == ExitCode.OK
    assert at(emu.requests[0].json, "messages", 0, "content") == TEXT


@pytest.mark.parametrize("raw", DECODED.values(), ids=DECODED)
def test_json_is_decoded_right(run: Run, emu: Emulator, raw: bytes) -> None:
    quoted = raw.replace(TEXT.encode(), b'"' + TEXT.encode() + b'"')
    if quoted == raw:
        encoding = "utf-32" if raw[:4] == codecs.BOM_UTF32_LE else "utf-16"
        quoted = f'"{raw.decode(encoding)}"'.encode(encoding)
    assert run("predict", "abcd1234", "-f", "-", stdin=quoted).json == TEXT
    assert emu.requests[0].json == TEXT


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("command", ["chat", "predict", "submit", "decide", "key"])
def test_what_is_not_utf_8_is_refused_by_name(run: Run, emu: Emulator, command: str, raw: bytes) -> None:
    ended = run(*COMMANDS[command], stdin=raw)
    assert ended.code == ExitCode.USAGE
    assert "stdin is not UTF-8 text" in ended.err
    assert not emu.requests


def test_bytes_that_are_no_text_are_sent_as_they_are(run: Run) -> None:
    raw = b"\xff\xfe\x00\x81"
    assert run(*COMMANDS["predict bytes"], stdin=raw).raw == raw


def test_a_key_file_of_windows_holds_the_key(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "key.txt"
    path.write_bytes(codecs.BOM_UTF8 + f"{KEY}\r\n".encode())
    assert run("models", "--api-key-file", str(path), env={"BASETEN_API_KEY": None}).code == ExitCode.OK
    path.write_bytes(f"{KEY}\r\n".encode("utf-16"))
    assert run("models", "--api-key-file", str(path), env={"BASETEN_API_KEY": None}).code == ExitCode.OK


def test_templates_and_schemas_are_decoded_or_refused(run: Run, emu: Emulator, tmp_path: Path) -> None:
    source, template = tmp_path / "in.jsonl", tmp_path / "template.txt"
    source.write_text('{"id": "a"}\n')
    command = ("batch", str(source), str(tmp_path / "out.jsonl"), *MODEL, "-t", str(template))
    template.write_bytes("déjà vu".encode("latin-1"))
    ended = run(*command)
    assert (ended.code, emu.requests[:]) == (ExitCode.USAGE, [])
    assert "UTF-8" in ended.err
    template.write_bytes(codecs.BOM_UTF8 + b'{"messages": [{"role": "user", "content": "x"}], "seed": 7}')
    assert run(*command).code == ExitCode.OK
    assert at(emu.requests[0].json, "seed") == 7


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary() | st.text().map(str.encode))
def test_any_bytes_at_stdin_end_with_an_exit_code(run: Run, command: tuple[str, ...], raw: bytes) -> None:
    """`run` raises what is not an exit."""
    ended = run(*command, "--max-retries", "0", stdin=raw, env={"BASETEN_WEBHOOK_SECRET": SECRET})
    assert ended.code in set(ExitCode)


@pytest.mark.skipif(sys.platform == "win32", reason="arguments are bytes elsewhere")
@pytest.mark.parametrize(
    "arguments",
    [
        ("chat", "-m", "x/y", b"\xff"),
        ("chat", "-m", b"\xff", "hi"),
        ("chat", "-m", "x/y", "-s", b"d\xe9j\xe0", "hi"),
        ("predict", "abcd1234", "-d", b'"\xff"'),
        ("predict", "abcd1234", "-d", "{}", "-H", b"x-a: \xff"),
        ("models", "--base-url", b"http://\xff/v1"),
    ],
    ids=str,
)
def test_arguments_that_are_not_text_are_refused(run: Run, emu: Emulator, arguments: tuple[str | bytes, ...]) -> None:
    ended = run(*map(os.fsdecode, arguments))  # as Python makes `sys.argv`
    assert ended.code == ExitCode.USAGE
    assert "is not UTF-8 text" in ended.err
    assert not emu.requests


@pytest.mark.skipif(sys.platform == "win32", reason="arguments are text there")
@pytest.mark.parametrize(
    "locale",
    [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"LC_ALL": "C.UTF-8"}],
    ids=["C", "UTF-8"],
)
def test_arguments_are_utf8_in_any_locale(
    emu: Emulator, environment: Mapping[str, str], locale: Mapping[str, str]
) -> None:
    arguments = (TEXT, "-s", TEXT, "-p", f'metadata={{"a": "{TEXT}"}}')
    command = [sys.executable, "-m", "baseten_sdk", "chat", *MODEL, *arguments]
    ended = subprocess.run(command, env={**environment, **locale}, capture_output=True, timeout=60, check=False)
    assert ended.returncode == ExitCode.OK, ended.stderr
    asked = emu.requests[0].json
    assert [at(asked, "messages", place, "content") for place in (0, 1)] == [TEXT, TEXT]
    assert at(asked, "metadata", "a") == TEXT


@pytest.mark.skipif(sys.platform != "linux", reason="names that are not UTF-8")
@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
@pytest.mark.parametrize("report", ["report.json", "report.html"])
def test_names_of_files_that_are_not_utf8_are_shown(run: Run, tmp_path: Path, form: str, report: str) -> None:
    names = (b"in\xe9.jsonl", b"out\xe9.jsonl", b"\xe9" + report.encode(), b"v\xe9.npy", b"no\xe9.jsonl")
    source, sink, told, vectors, missing = (tmp_path / os.fsdecode(name) for name in names)
    source.write_text('{"id": "a", "city": "x"}\n{"id": "b"}\n')
    asked = ["-m", "emulator/text-yes", "--prompt", "{city}", "--progress", "none", "--report", str(told), "-o", form]
    ended = run("batch", str(source), str(sink), *asked)
    assert ended.code == ExitCode.OTHER
    assert "out\ufffd.failed.jsonl" in ended.out
    assert "out\ufffd.failed.jsonl" in (
        told.read_text() if "html" in report else json.loads(told.read_text())["failures"]
    )
    ended = run("embed", str(source), str(vectors), "-d", "abcd1234", "--field", "id", "--progress", "none", "-o", form)
    assert ended.code == ExitCode.OK
    assert "v\ufffd.npy" in ended.out
    assert vectors.exists()
    ended = run("batch", str(missing), str(sink), *asked)
    assert ended.code == ExitCode.USAGE
    if form != "text":
        assert "no\ufffd.jsonl cannot be read" in str(at(ended.error, "message"))
