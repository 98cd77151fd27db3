"""The commands that the documentation shows are commands: each is understood, and gets its answer from the emulator."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from baseten_sdk.cli.exit_codes import ExitCode
from tests.cli.running import SECRET, Run

ROOT = Path(__file__).resolve().parent.parent.parent
FENCE = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?<![\w/-])baseten-sdk (?P<arguments>.*)$", re.MULTILINE)

EXPECTED = {
    "async status": ExitCode.NOT_FOUND,
    "async wait": ExitCode.NOT_FOUND,
    "async cancel": ExitCode.NOT_FOUND,
    "webhook verify": ExitCode.VALIDATION,
}
"""How commands end that name what there is not."""

ENDLESS = ("emulator", "webhook listen")
FILES = {
    "input.json": '{"prompt": "Say hi"}',
    "photo.msgpack": "\\x80",
    "body.json": "{}",
    "in.csv": "text,city\na,Oslo\n",
    "in.jsonl": '{"city": "Oslo", "text": "a"}\n',
    "openai-batch.jsonl": '{"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body":'
    ' {"model": "openai/gpt-oss-120b", "messages": [{"role": "user", "content": "Say hi"}]}}\n',
    "rows.csv": "text\na\n",
    "pool.toml": '[[members]]\nmodel_id = "abcd1234"\n',
}


def commands(page: Path) -> list[list[str]]:
    """The arguments of each command of a page, without what the shell makes of the rest of its line."""
    found = [
        shlex.split(command["arguments"].partition(" > ")[0].replace('"$id"', "0" * 32).rstrip(")"), comments=True)
        for block in FENCE.findall(page.read_text(encoding="utf-8").replace("\\\n", ""))
        for command in COMMAND.finditer(block)
    ]
    return [arguments for arguments in found if not " ".join(arguments).startswith(ENDLESS)]


COMMANDS = [*commands(ROOT / "docs" / "cli.md"), *commands(ROOT / "README.md")]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_of_the_documentation_works(
    arguments: list[str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    ended = run(*arguments, stdin='{"a": 1}', env={"BASETEN_WEBHOOK_SECRET": SECRET})
    assert ended.code == EXPECTED.get(" ".join(arguments[:2]), ExitCode.OK), ended.err


def test_there_are_commands_of_each_kind() -> None:
    shown = {arguments[0] for arguments in COMMANDS}
    assert shown == {"async", "batch", "chat", "doctor", "embed", "models", "predict", "sync", "webhook"}
