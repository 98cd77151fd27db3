"""`baseten-sdk predict --websocket`."""

from __future__ import annotations

import pytest

from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from tests.asking import only
from tests.cli.running import Run


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_a_line_in_is_a_message_and_a_message_a_line_out(run: Run, emu: Emulator, form: str) -> None:
    ended = run(
        "-o", form, "predict", "abcd1234", "--websocket", "-f", "-", "--quiet", "0.3", stdin='{"a": 1}\nplain\n'
    )
    assert ended.code == ExitCode.OK
    expected = {
        "text": '{"a": 1}\nplain\n',
        "json": '[\n"{\\"a\\": 1}",\n"plain"\n]\n',
        "jsonl": '"{\\"a\\": 1}"\n"plain"\n',
    }
    assert ended.out == expected[form]
    assert only(emu).path == "/model/abcd1234/environments/production/websocket"


@pytest.mark.parametrize(
    ("raw", "sent"),
    [
        (b"one\ncaf\xe9\n", 1),
        (b"caf\xe9\none\n", 0),
        ("one\n".encode("utf-16"), 0),
        (b"one\n\0\0\n", 1),
    ],
)
def test_lines_that_are_not_utf8_are_refused_and_not_guessed(run: Run, emu: Emulator, raw: bytes, sent: int) -> None:
    ended = run("predict", "abcd1234", "--websocket", "-f", "-", "--quiet", "60", stdin=raw)
    assert ended.code == ExitCode.USAGE
    assert "stdin is not UTF-8 text" in " ".join(ended.err.replace("│", "").split())
    assert ended.out in ("", "one\n" * sent)


def test_a_byte_order_mark_is_no_part_of_the_first_line(run: Run) -> None:
    raw = "\ufeffcafé\r\nzwei".encode()
    ended = run("predict", "abcd1234", "--websocket", "-f", "-", "--quiet", "0.3", stdin=raw)
    assert (ended.code, ended.out) == (ExitCode.OK, "café\nzwei\n")


def test_it_ends_when_the_model_closes(run: Run) -> None:
    arguments = ("predict", "abcd1234", "--websocket", "-d", "one\ntwo", "-H", "x-emulator: end=1", "--quiet", "60")
    ended = run(*arguments)
    assert (ended.code, ended.out) == (ExitCode.OK, "one\n")


def test_a_model_that_fails_is_an_error(run: Run) -> None:
    ended = run("predict", "abcd1234", "--websocket", "-d", "one", "-H", "x-emulator: close=1011, close-after=1")
    assert ended.code != ExitCode.OK
    assert ended.out == "one\n"
    assert "1011" in ended.err


def test_one_input_is_enough(run: Run, emu: Emulator) -> None:
    ended = run("predict", "abcd1234", "--websocket", "-d", "one", "-f", "-", stdin="two")
    assert ended.code == ExitCode.USAGE
    assert len(emu.requests) == 0
