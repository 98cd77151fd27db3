"""Pools on the command line: several models of a chat, and a file of members for a batch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from tests.cli.running import Run, at

MEMBERS = """
first_event = 5.0

[[members]]
model_id = "abcd1234"
model = "llama"

[[members]]
model_id = "wxyz5678"
environment = "staging"
weight = 2

[hedge]
after = 9.0
budget = 0.5
"""


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    path = tmp_path / "pool.toml"
    path.write_text(MEMBERS)
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text("id,city\n" + "".join(f"r{number},City {number}\n" for number in range(6)))
    return path


def test_a_chat_with_several_models_is_answered_by_the_next_when_one_fails(run: Run, emu: Emulator) -> None:
    emu.script(["status=503"])
    ended = run("chat", "-m", "emulator/text-hello", "-m", "abcd1234", "Say hello")
    assert (ended.code, ended.out, ended.err) == (ExitCode.OK, "hello\n", "")
    models = {at(request.json, "model") for request in emu.requests}
    assert models == {"emulator/text-hello", "abcd1234"}


def test_a_pool_that_cannot_be_is_refused_before_anything_is_sent(run: Run, emu: Emulator) -> None:
    twice = run("chat", "-m", "a/b", "-m", "a/b", "Hi")
    assert (twice.code, "a member of the pool twice" in twice.err) == (ExitCode.USAGE, True)
    deployed = run("chat", "--deployment", "abcd1234", "-m", "a", "-m", "b", "Hi")
    assert (deployed.code, "takes one --model" in deployed.err) == (ExitCode.USAGE, True)
    assert len(emu.requests) == 0


def test_the_rows_of_a_batch_go_to_the_members_of_a_file(
    run: Run, emu: Emulator, source: Path, tmp_path: Path, pool: Path
) -> None:
    sink = tmp_path / "out.jsonl"
    emu.script(["status=503", "status=404"])
    ended = run("batch", str(source), str(sink), "--pool", str(pool), "--prompt", "Say {city}", "--progress", "none")
    assert ended.code == ExitCode.OK, ended.err
    assert ended.out.startswith("6 ok, 0 failed; ")
    named = {(request.path.split("/")[2], at(request.json, "model")) for request in emu.requests}
    assert named <= {("abcd1234", "llama"), ("wxyz5678", "wxyz5678")}
    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_text())
    assert len(manifest["settings"]["deployment"]["pool"]) == 2


def test_predictions_and_openais_lines_go_to_a_pool_too(run: Run, source: Path, tmp_path: Path, pool: Path) -> None:
    ended = run("batch", str(source), str(tmp_path / "a.jsonl"), "--pool", str(pool), "--predict")
    assert ended.code == ExitCode.OK, ended.err
    line = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions"}
    body = {"model": "any", "messages": [{"role": "user", "content": "Say hi"}]}
    lines = tmp_path / "openai.jsonl"
    lines.write_text(json.dumps({**line, "body": body}) + "\n")
    ended = run("batch", str(lines), str(tmp_path / "b.jsonl"), "--pool", str(pool))
    assert ended.code == ExitCode.OK, ended.err
    assert json.loads((tmp_path / "b.jsonl").read_text())["response"]["status_code"] == 200


def test_several_processes_each_make_the_pool(
    emu: Emulator, environment: dict[str, str], source: Path, tmp_path: Path, pool: Path
) -> None:
    given = ["batch", str(source), str(tmp_path / "out.jsonl"), "--pool", str(pool), "--prompt", "Say {city}"]
    command = [sys.executable, "-m", "baseten_sdk", *given, "--processes", "2"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("6 ok, 0 failed; ")
    assert {request.path.split("/")[2] for request in emu.requests} <= {"abcd1234", "wxyz5678"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("members = [", "is not TOML"),
        ("", "members: Field required"),
        ("members = []", "members: List should have at least 1 item"),
        ('[[members]]\nmodel_di = "abcd1234"', "members.0.model_di: Unexpected keyword argument"),
        ('[[members]]\nmodel_id = "abcd1234"\n[hedge]\nafter = "p0"', "after must be seconds or a percentile"),
        ("[[members]]\nweight = 1", "A Target needs the id of a dedicated model"),
        ('on_cut = "retry"\n[[members]]\nmodel_id = "abcd1234"', "on_cut: Input should be"),
    ],
)
def test_a_file_that_describes_no_pool_is_refused(
    run: Run, emu: Emulator, source: Path, tmp_path: Path, pool: Path, text: str, said: str
) -> None:
    pool.write_text(text)
    ended = run("batch", str(source), str(tmp_path / "out.jsonl"), "--pool", str(pool), "--prompt", "Say {city}")
    assert ended.code == ExitCode.USAGE
    assert said in " ".join(ended.err.replace("│", " ").split())
    assert len(emu.requests) == 0


def test_a_pool_and_a_deployment_exclude_each_other(run: Run, source: Path, tmp_path: Path, pool: Path) -> None:
    given = ("--pool", str(pool), "--deployment", "abcd1234", "--predict")
    ended = run("batch", str(source), str(tmp_path / "out.jsonl"), *given)
    assert (ended.code, "either --pool or --deployment" in ended.err) == (ExitCode.USAGE, True)
