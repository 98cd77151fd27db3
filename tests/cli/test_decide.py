"""`baseten-sdk decide`."""

from __future__ import annotations

import json
from pathlib import Path

from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from tests.asking import fields, only
from tests.cli.running import Run

TEXT = "The shipping is late."


def test_questions_are_options_and_answers_json(run: Run, emu: Emulator) -> None:
    asked = ("--ask", "urgent=Now?", "--choose", "team=billing, shipping", "--score", "anger=calm,furious")
    ended = run("decide", TEXT, *asked)
    assert ended.code == ExitCode.OK
    answers = ended.json
    assert isinstance(answers, dict)
    assert [*answers] == ["urgent", "team", "anger"]
    team = answers["team"]
    assert isinstance(team, dict)
    assert team["choice"] == "shipping"
    assert fields(only(emu))["questions"] == {
        "urgent": {"type": "noul", "instructions": "Now?"},
        "team": {"type": "choice", "instructions": "team", "criteria": {"billing": None, "shipping": None}},
        "anger": {"type": "score", "instructions": "anger", "criteria": ["calm", "furious"]},
    }


def test_questions_and_text_may_be_files(run: Run, emu: Emulator, tmp_path: Path) -> None:
    questions = tmp_path / "questions.json"
    questions.write_text(json.dumps({"urgent": {"type": "noul", "instructions": "Now?"}}))
    ended = run("decide", "-f", "-", "--questions", str(questions), "--deployment", "abcd1234", stdin=TEXT)
    assert ended.code == ExitCode.OK
    assert only(emu).path == "/model/abcd1234/environments/production/sync/v1/systemone"
    assert fields(only(emu))["state"] == TEXT


def test_bad_input_is_refused_before_anything_is_sent(run: Run, emu: Emulator, tmp_path: Path) -> None:
    questions = tmp_path / "questions.json"
    questions.write_text("[1]")
    for arguments in (
        (TEXT,),
        ("--ask", "urgent=Now?"),
        (TEXT, "-f", "-", "--ask", "urgent=Now?"),
        (TEXT, "--ask", "urgent"),
        (TEXT, "--choose", "=a,b"),
        (TEXT, "--questions", str(questions)),
        (TEXT, "--questions", str(tmp_path / "missing")),
    ):
        assert run("decide", *arguments).code == ExitCode.USAGE
    assert list(emu.requests) == []
