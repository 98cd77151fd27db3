"""Text of models, servers and files cannot command the terminal; a pipe gets it unchanged."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from baseten_sdk.webhooks import sign
from tests.cli.running import SECRET, Run

if sys.platform != "win32":
    from tests.cli.terminals import shown_at_a_terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eevil\u2066\rover\x7f"
MARK = "evil"
OBEYED = [letter.encode() for letter in "\x1b\x07\x9b\u202e\u2066\x7f"]

ECHO = json.dumps({"text": HOSTILE})


def assert_shown(shown: bytes) -> None:
    """The text is there, and nothing in it that a terminal obeys. A terminal turns newlines into CR LF.

    In `jsonl`, a text that arrived in pieces is a string on each line.
    """
    assert MARK.encode() in shown.replace(b'"\r\n"', b"")
    assert [letter for letter in OBEYED if letter in shown] == []
    assert b"\r" not in shown.replace(b"\r\n", b"")


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("chat", "-m", "x/y", "hi"),
        ("predict", "abcd1234", "-d", ECHO),
        ("predict", "abcd1234", "--text", "-d", json.dumps({"stream": True, "text": HOSTILE})),
        ("predict", "abcd1234", "-d", json.dumps({"stream": True, "format": "sse", "text": HOSTILE})),
        ("sync", "abcd1234", "echo", "-d", ECHO),
        ("sync", "abcd1234", "echo", "-d", HOSTILE, "--content-type", "text/plain"),
        ("sync", "abcd1234", "items/1", "-d", ECHO),
    ],
    ids=["chat", "predict", "text", "events", "json", "plain", "reply"],
)
def test_what_a_model_says_is_shown_and_not_obeyed(
    emu: Emulator, environment: Mapping[str, str], arguments: tuple[str, ...], form: str
) -> None:
    emu.faults.push({"text": HOSTILE})
    code, shown = shown_at_a_terminal(environment, [*arguments, "-o", form])
    assert code == ExitCode.OK
    assert_shown(shown)


def test_bytes_without_a_type_are_shown_and_not_obeyed(environment: Mapping[str, str]) -> None:
    given = json.dumps({"stream": True, "text": HOSTILE})
    code, shown = shown_at_a_terminal(environment, ["predict", "abcd1234", "-d", given])
    assert code == ExitCode.OK
    assert_shown(shown)


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("chat", "-m", "x/y", "hi"),
        ("models",),
        ("predict", "abcd1234", "-d", "{}"),
        ("async", "status", "abcd1234", "0" * 32),
        ("decide", "x", "--ask", "a=b"),
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_what_an_error_says_is_shown_and_not_obeyed(
    emu: Emulator, environment: Mapping[str, str], arguments: tuple[str, ...], form: str
) -> None:
    emu.faults.push({"status": 400, "message": HOSTILE})
    code, shown = shown_at_a_terminal(environment, [*arguments, "-o", form])
    assert code == ExitCode.VALIDATION
    assert_shown(shown)


def test_the_reasoning_is_shown_and_not_obeyed(emu: Emulator, environment: Mapping[str, str]) -> None:
    question = f"Say {HOSTILE}"
    code, shown = shown_at_a_terminal(environment, ["chat", "-m", "emulator/reason", question, "--reasoning"])
    assert code == ExitCode.OK
    assert_shown(shown)


def test_a_delivery_is_shown_and_not_obeyed(environment: Mapping[str, str], tmp_path: Path) -> None:
    body = json.dumps(
        {
            "request_id": "r1",
            "model_id": "m",
            "type": "async_request_completed",
            "time": "2026-01-01T00:00:00Z",
            "data": None,
            "errors": [{"code": "X", "message": HOSTILE}],
        }
    ).encode()
    path = tmp_path / "body.json"
    path.write_bytes(body)
    given = ["webhook", "verify", "-f", str(path), "--signature", sign(body, [SECRET]), "--tolerance", "0"]
    code, shown = shown_at_a_terminal({**environment, "BASETEN_WEBHOOK_SECRET": SECRET}, given)
    assert code == ExitCode.OK
    assert_shown(shown)


def test_a_batch_shows_errors_and_names_and_obeys_neither(
    emu: Emulator, environment: Mapping[str, str], tmp_path: Path
) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": 1}\n')
    emu.faults.always({"status": 401, "message": HOSTILE})
    arguments = ["batch", str(source), str(tmp_path / f"out{HOSTILE}.jsonl"), "-m", "x/y", "--prompt", "x"]
    code, shown = shown_at_a_terminal(environment, arguments)
    assert code == ExitCode.AUTH
    assert_shown(shown)


def test_an_option_that_is_refused_is_shown_and_not_obeyed(environment: Mapping[str, str]) -> None:
    code, shown = shown_at_a_terminal(environment, ["predict", "abcd1234", "-f", f"no {HOSTILE}"])
    assert code == ExitCode.USAGE
    assert_shown(shown)


@pytest.mark.parametrize(
    "arguments",
    [
        (f"command{HOSTILE}",),
        ("models", HOSTILE),
        ("models", f"--option{HOSTILE}"),
        ("models", "-o", HOSTILE),
        ("webhook", HOSTILE),
        ("emulator", "--host", f"host{HOSTILE}"),
        ("emulator", "--api-key-file", f"no {HOSTILE}"),
        ("emulator", "--cassette", f"no {HOSTILE}.yaml"),
        ("emulator", f"--option{HOSTILE}"),
        ("webhook", "listen", "--allow-unsigned", "--host", f"host{HOSTILE}"),
        ("webhook", "listen", "--allow-unsigned", "--store", f"no/{HOSTILE}.sqlite"),
    ],
    ids=lambda arguments: "-".join(each for each in arguments if MARK not in each),
)
def test_arguments_that_are_refused_are_shown_and_not_obeyed(
    environment: Mapping[str, str], arguments: tuple[str, ...]
) -> None:
    code, shown = shown_at_a_terminal(environment, arguments)
    assert code in (ExitCode.OTHER, ExitCode.USAGE, ExitCode.VALIDATION)
    assert b"Traceback" not in shown
    assert_shown(shown)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--allow-unsigned", "--store", f"no/{HOSTILE}.sqlite"),
        ("--allow-unsigned", "--store", "s.jsonl", "--host", f"host{HOSTILE}"),
        ("--store", "s.jsonl", f"--option{HOSTILE}"),
    ],
)
def test_a_receiver_that_cannot_start_says_so_and_the_terminal_obeys_nothing(
    environment: Mapping[str, str], arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {**environment, "PYTHONPATH": str(Path("src").resolve())}
    monkeypatch.chdir(tmp_path)
    code, shown = shown_at_a_terminal(environment, arguments, module="baseten_sdk.receiver")
    assert code in (1, 2)
    assert b"Traceback" not in shown
    assert_shown(shown)


def test_a_pipe_gets_the_text_unchanged(run: Run, emu: Emulator) -> None:
    emu.faults.push({"text": HOSTILE})
    assert run("chat", "-m", "x/y", "hi").raw == f"{HOSTILE}\n".encode()
    ended = run("sync", "abcd1234", "echo", "-d", HOSTILE, "--content-type", "text/plain")
    assert ended.raw == HOSTILE.encode()
