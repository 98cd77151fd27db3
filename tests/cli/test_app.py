"""What all commands share: the key, the options, the output, the exit codes; and the script itself."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from baseten_sdk import __version__
from baseten_sdk.cli.app import ALL, COMMANDS, GROUPS, app_of, needed
from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.cli.help import EXAMPLES
from baseten_sdk.emulator import Emulator
from tests.cli.running import KEY, SECRET, Run, Start, at


def test_without_a_command_it_lists_them(run: Run) -> None:
    ended = run()
    assert ended.code == ExitCode.USAGE
    assert "models" in ended.out + ended.err


def test_it_tells_its_version_without_a_key(run: Run) -> None:
    ended = run("--version", env={"BASETEN_API_KEY": None})
    assert (ended.code, ended.out) == (ExitCode.OK, f"baseten-sdk {__version__}\n")


def test_without_a_key_it_says_where_to_put_one(run: Run, emu: Emulator) -> None:
    ended = run("models", env={"BASETEN_API_KEY": None})
    assert ended.code == ExitCode.AUTH
    assert "BASETEN_API_KEY" in ended.err
    assert list(emu.requests) == []


def test_the_key_may_come_from_a_file_or_from_stdin(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    assert run("models", "--api-key-file", str(file), env={"BASETEN_API_KEY": "wrong"}).code == ExitCode.OK
    assert run("models", "--api-key-file", "-", stdin=f"{KEY}\n", env={"BASETEN_API_KEY": None}).code == ExitCode.OK


def test_stdin_can_be_one_thing(run: Run) -> None:
    ended = run(
        "predict", "abcd1234", "--api-key-file", "-", "-f", "-", stdin='{"a": 1}', env={"BASETEN_API_KEY": None}
    )
    assert ended.code == ExitCode.USAGE
    assert "only once" in ended.err


def test_verbose_tells_of_calls_and_retries(run: Run, emu: Emulator) -> None:
    emu.faults.push("status=503, retry-after-ms=1")
    ended = run("models", "-v", "-o", "json")
    first, second = ended.err.splitlines()
    assert f"GET {emu.base_url}/models: attempt 1 failed (503), next in" in first
    assert f"GET {emu.base_url}/models: 200 in" in second
    assert "request id" in second
    assert isinstance(ended.json, list)
    assert run("models").err == ""


def test_an_empty_file_holds_no_key(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.touch()
    ended = run("models", "--api-key-file", str(file))
    assert ended.code == ExitCode.AUTH
    assert str(file) in ended.err
    assert run("models", "--api-key-file", str(tmp_path / "missing")).code == ExitCode.USAGE


def test_a_wrong_key_is_refused_and_not_shown(run: Run) -> None:
    ended = run("models", env={"BASETEN_API_KEY": "wrong.key-0123456789"})
    assert ended.code == ExitCode.AUTH
    assert "wrong.key-0123456789" not in ended.out + ended.err


def test_there_is_no_option_that_takes_a_key(run: Run) -> None:
    assert run("models", "--api-key", KEY[:4]).code == ExitCode.USAGE


def test_shared_options_may_stand_on_either_side_of_the_command(run: Run) -> None:
    before, after = run("--output", "json", "models"), run("models", "--output", "json")
    assert isinstance(before.json, list)
    assert before == after
    assert run("-o", "json", "models", "-o", "jsonl").lines == before.json


def test_an_error_is_json_too_where_json_was_asked_for(run: Run, emu: Emulator) -> None:
    emu.faults.push("status=404")
    ended = run("models", "-o", "json")
    assert ended.code == ExitCode.NOT_FOUND
    assert ended.out == ""
    told = [at(ended.error, name) for name in ("type", "status_code", "attempts")]
    assert told == ["NotFoundError", 404, 1]


def test_retries_deadlines_and_timeouts_are_options(run: Run, emu: Emulator) -> None:
    emu.faults.push("status=503", times=3)
    assert run("models", "--max-retries", "0").code == ExitCode.SERVER
    assert len(emu.requests) == 1
    assert run("models", "--deadline", "-1").code == ExitCode.USAGE
    assert run("models", "--timeout", "0").code == ExitCode.USAGE


def test_a_gateway_may_stand_in_the_place_of_the_model_apis(run: Run, emu: Emulator) -> None:
    assert run("models", "--base-url", emu.base_url, env={"BASETEN_EMULATOR": None}).code == ExitCode.OK
    assert run("models", env={"BASETEN_EMULATOR": None, "BASETEN_BASE_URL": emu.base_url}).code == ExitCode.OK
    assert run("models", "--emulator", emu.url, env={"BASETEN_EMULATOR": None}).code == ExitCode.OK
    assert run("models", "--emulator", "nowhere", env={"BASETEN_EMULATOR": None}).code == ExitCode.USAGE


def test_no_traceback_shows_values() -> None:
    assert app_of().pretty_exceptions_enable is False


@pytest.mark.parametrize(
    ("arguments", "some"),
    [
        ([], ALL),
        (["--help"], ALL),
        (["-v"], ALL),
        (["--timeout", "5", "--help", "chat"], ALL),
        (["chta"], ALL),
        (["chat", "--help"], {"chat"}),
        (["--timeout", "5", "async", "status", "abcd1234", "id"], {"async"}),
        (["-o", "json", "models"], {"models"}),
        # A value that is the name of a command: both are there.
        (["chat", "-m", "models"], {"chat", "models"}),
        (["--version"], set()),
    ],
)
def test_commands_that_are_not_named_are_not_imported(arguments: list[str], some: set[str]) -> None:
    assert ALL & set(needed(arguments)) == some


def test_a_command_imports_neither_batches_nor_other_commands() -> None:
    program = (
        "import sys; sys.argv = ['baseten-sdk', 'models', '--help']; from baseten_sdk.cli.app import run\n"
        "try: run()\n"
        "finally: print(*[name for name in sys.modules if name.startswith('baseten_sdk.')])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(ended.stdout.splitlines()[-1].split())
    assert "baseten_sdk.cli.models" in loaded
    assert not loaded & {
        "baseten_sdk.cli.chat",
        "baseten_sdk.batch",
        "baseten_sdk.types.events",
        "baseten_sdk.receiver",
    }


def test_a_misspelled_command_is_told_what_was_meant(start: Start) -> None:
    with start("chta") as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == ExitCode.USAGE
    assert b"chat" in err


def test_it_runs_as_a_module(start: Start) -> None:
    with start("models", "-o", "jsonl") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert out.count(b"\n") == 7


def test_a_reader_that_goes_away_ends_it_quietly(start: Start) -> None:
    with start("models") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(60) == ExitCode.BROKEN_PIPE
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_ctrl_c_ends_it_quietly(start: Start, emu: Emulator) -> None:
    emu.faults.push("hang")
    with start("models") as process:
        emu.requests.wait_for(1, 60)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == ExitCode.INTERRUPTED
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_completion_for_the_shells(start: Start) -> None:
    with start(
        env={"_BASETEN_SDK_COMPLETE": "complete_bash", "COMP_WORDS": "baseten-sdk mod", "COMP_CWORD": "1"}
    ) as process:
        out, _ = process.communicate(timeout=60)
    assert out.split() == [b"models"]


def test_without_the_extra_it_says_what_to_install() -> None:
    program = (
        "import sys, runpy; sys.modules['typer'] = None; sys.argv = ['baseten-sdk'];"
        "runpy.run_module('baseten_sdk', run_name='__main__', alter_sys=True)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={"PYTHONPATH": "src"}, check=False
    )
    assert ended.returncode == ExitCode.USAGE
    assert ended.stderr.strip().endswith("pip install 'baseten-sdk[cli]'")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], *([name] for name in sorted(ALL - {"emulator"}))], ids=" ".join)
def test_the_help_speaks_to_people(run: Run, arguments: list[str]) -> None:
    text = run(*arguments, "--help").out
    assert re.search(r"<(bool|int range|float range|[a-z]+\|[a-z|]+)>", text) is None
    if arguments and arguments[0] not in GROUPS:
        assert "Examples:" in text


def test_every_command_has_examples() -> None:
    commands = {*COMMANDS, *(name for _, _, names in GROUPS.values() for name in names)}
    assert commands == set(EXAMPLES)


@pytest.mark.parametrize(
    ("shell", "sign"),
    [("bash", "complete -o default"), ("zsh", "#compdef"), ("fish", "complete --command"), ("powershell", "Register-")],
)
def test_completion_is_for_the_shell_that_is_named(run: Run, shell: str, sign: str) -> None:
    ended = run("--show-completion", shell)
    assert (ended.code, ended.err) == (0, "")
    assert sign in ended.out
    assert "_BASETEN_SDK_COMPLETE" in ended.out


def test_completion_for_another_shell_is_refused(run: Run) -> None:
    assert run("--show-completion", "tcsh").code == ExitCode.USAGE


@pytest.mark.parametrize(
    "example", [line for name, lines in sorted(EXAMPLES.items()) if name != "listen" for line in lines]
)
def test_an_example_is_understood(
    run: Run, emu: Emulator, example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("in.jsonl", "texts.jsonl", "rows.csv", "mail.txt", "input.json", "body.json"):
        (tmp_path / name).write_text("text\nHello" if name.endswith(".csv") else '{"text": "Hello"}')
    body = {"model": "openai/gpt-oss-120b", "messages": [{"role": "user", "content": "Hi"}]}
    line = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": body}
    (tmp_path / "openai-batch.jsonl").write_text(json.dumps(line))
    (tmp_path / "talk.mp3").write_bytes(b"ID3")
    with wave.open(str(tmp_path / "talk.wav"), "wb") as audio:
        audio.setparams((1, 2, 16_000, 0, "NONE", ""))
        audio.writeframes(bytes(3200))
    *_, words = (part.strip() for part in example.split("|"))
    program, *arguments = shlex.split(words)
    assert program == "baseten-sdk"
    ended = run(*arguments, stdin="Hello", env={"BASETEN_WEBHOOK_SECRET": SECRET})
    assert ended.code != ExitCode.USAGE, ended.err
