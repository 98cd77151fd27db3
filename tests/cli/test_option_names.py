"""Messages of the client speak of arguments; on the command line they speak of options."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from tests.cli.running import Run

SUBMIT = ("async", "submit", "abcd1234", "-d", "{}")


@pytest.mark.parametrize(
    ("arguments", "option", "argument"),
    [
        (("models", "--timeout", "-1"), "--timeout must", "timeout="),
        (("models", "--deadline", "0"), "--deadline must", "deadline="),
        (("models", "--base-url", "ftp://x"), "--base-url must", "base_url"),
        (("models", "--emulator", "nowhere"), "--emulator must", "Endpoints("),
        ((*SUBMIT, "--max-time-in-queue", "5"), "--max-time-in-queue must", "max_time_in_queue_seconds"),
        ((*SUBMIT, "--webhook", "http://example.com"), "--webhook must", "webhook_endpoint"),
        (("predict", "a/b", "-d", "{}"), "MODEL_ID must", "model_id"),
        (("chat", "--deployment", "a/b", "-m", "x", "hi"), "--deployment must", "model_id"),
        (("predict", "abcd1234", "-d", "{}", "--regional", "a/b"), "--regional must", "regional="),
        (("batch", "in.unknown", "out.jsonl", "-m", "x", "--prompt", "x"), "--format", "format="),
    ],
)
def test_an_option_is_named_as_it_was_given(run: Run, arguments: tuple[str, ...], option: str, argument: str) -> None:
    ended = run(*arguments)
    assert ended.code == ExitCode.USAGE
    assert option in ended.err
    assert argument not in ended.err


def test_two_targets_are_refused_by_their_options(run: Run) -> None:
    ended = run("predict", "abcd1234", "-d", "{}", "-e", "staging", "--deployment-id", "wxyz123")
    assert ended.code == ExitCode.USAGE
    assert "--environment and --deployment-id" in ended.err


def test_advice_speaks_of_the_command_line_too(run: Run, emu: Emulator) -> None:
    emu.faults.push("status=404", "status=401", "status=503")
    said = [run("models", "--max-retries", "0").err for _ in range(3)]
    assert "`baseten-sdk models` names the Model APIs" in said[0]
    assert "BASETEN_API_KEY or --api-key-file, made at" in said[1]
    assert "any request starts one that is scaled to zero" in said[2]
    emu.faults.push("hang")
    late = run("models", "--deadline", "0.05").err
    assert "Raise --deadline, or lower --max-retries." in late


def test_an_output_of_another_batch_is_told_with_the_option(run: Run, tmp_path: Path) -> None:
    source, sink = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"city": "Oslo"}\n')
    arguments = ("batch", str(source), str(sink), "-m", "openai/gpt-oss-120b", "--prompt", "{city}")
    sink.with_name("out.jsonl.manifest.json").write_text("{}")
    broken = run(*arguments)
    assert "Pass --force to write a new one." in broken.err
    assert run(*arguments, "--force").code == ExitCode.OK
    other = run(*arguments, "-p", "max_tokens=7")
    assert "or pass --force to continue with this one." in other.err
    assert "True" not in broken.err + other.err


def test_an_error_of_the_service_keeps_its_words(run: Run) -> None:
    ended = run("chat", "-m", "emulator/400", "x", "-p", 'emulator={"status": 400, "message": "max_tokens=5 is low"}')
    assert "max_tokens=5 is low" in ended.err
