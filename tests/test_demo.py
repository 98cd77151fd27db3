"""The demo: it shows what it says, checks what it shows, and its exit code tells."""

from __future__ import annotations

import io

import pytest

from baseten_sdk.emulator import Emulator
from scripts.demo.__main__ import main
from scripts.demo.stage import Stage

CHAT = ["A chat completion", "streamed token by token", "a pydantic model", "A tool call", "run_tools"]
DEPLOYMENT = ["predict:", "sync:", "async_predict:", "signature verified"]
SCALE = ["A chain:", "goes on where it was", "6 done before", "with a ledger", "second run"]
TROUBLE = ["RateLimitError: 429", "3 attempts: 429", "PermissionDeniedError: 403", "50 answers"]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BASETEN_API_KEY", "BASETEN_BASE_URL", "BASETEN_EMULATOR", "BASETEN_MODEL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")


def test_everything_is_shown_and_right_against_the_emulator(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--pause", "0"])
    shown = capsys.readouterr().out
    assert code == 0, shown
    assert [each for each in CHAT + DEPLOYMENT + SCALE + TROUBLE if each not in shown] == []
    assert shown.endswith("All 14 scenes were right.\n")
    assert "\x1b" not in shown


def test_the_chat_part_runs_where_there_is_a_key(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator() as emu:
        monkeypatch.setenv("BASETEN_API_KEY", emu.api_key)
        monkeypatch.setenv("BASETEN_BASE_URL", emu.base_url)
        monkeypatch.setenv("BASETEN_MODEL", "emulator/chat")
        code = main([])
        shown = capsys.readouterr().out
        assert code == 0, shown
        assert {str(request.json["model"]) for request in emu.requests if isinstance(request.json, dict)} == {
            "emulator/chat"
        }
    assert [each for each in CHAT if each not in shown] == []
    assert "need a deployment of your own" in shown


def test_a_service_that_cuts_its_replies_fails_the_demo(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator() as emu:
        emu.faults.always("cut=2")
        monkeypatch.setenv("BASETEN_API_KEY", emu.api_key)
        monkeypatch.setenv("BASETEN_BASE_URL", emu.base_url)
        assert main([]) == 1
    shown = capsys.readouterr().out
    assert "wrong: StreamInterrupted" in shown
    assert shown.endswith("Failures: 5, in 5 scenes.\n")


def test_a_claim_that_does_not_hold_is_a_failure_and_the_next_scene_is_played() -> None:
    out = io.StringIO()
    stage = Stage(out)
    with stage.scene("First"):
        stage.check(False, "two and two are five")
        raise ExceptionGroup("several", [ValueError("one of them")])
    with stage.scene("Second"):
        stage.check(True, "two and two are four")
    assert stage.failures == ["two and two are five", "ValueError: one of them"]
    first, second = out.getvalue().split(" 2 Second")
    assert "not right" in first
    assert "ok" in second


def test_running_text_is_wrapped_and_keeps_its_line_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    out = io.StringIO()
    stage = Stage(out)
    for piece in ["The", " quick", " brown", " fox", "\n\njumps", " over"]:
        stage.piece(piece)
    stage.say("The end.")
    assert out.getvalue().splitlines() == ["   The quick brown", "   fox", "   jumps over", "   The end."]


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured, plain = Terminal(), Terminal()
    Stage(coloured).note("A note.")
    monkeypatch.setenv("NO_COLOR", "1")
    Stage(plain).note("A note.")
    assert coloured.getvalue() == "\x1b[2m   A note.\x1b[0m\n"
    assert plain.getvalue() == "   A note.\n"
