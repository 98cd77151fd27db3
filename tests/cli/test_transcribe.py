"""`baseten-sdk transcribe`."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from tests.asking import fields, only
from tests.cli.running import Run
from tests.core.speech.test_audio import wav


@pytest.fixture
def talk(tmp_path: Path) -> str:
    path = tmp_path / "talk.wav"
    path.write_bytes(wav(b"\x01\x00" * 16_000))
    return str(path)


def test_a_recording_becomes_text(run: Run, emu: Emulator, talk: str) -> None:
    ended = run("transcribe", talk, "--deployment", "abcd1234", "-l", "en")
    assert (ended.code, ended.out) == (ExitCode.OK, "never odd\n")
    sent = fields(only(emu))["whisper_input"]
    assert isinstance(sent, dict)
    assert sent["whisper_params"] == {"audio_language": "en"}


def test_words_have_their_times(run: Run, talk: str) -> None:
    ended = run("transcribe", talk, "--chain", "chain123", "--words")
    assert (ended.code, ended.out) == (ExitCode.OK, "     0.00 never\n     0.50 odd\n")
    whole = run("-o", "json", "transcribe", "https://example.com/a.mp3", "--deployment", "abcd1234").json
    assert isinstance(whole, dict)
    assert whole["language_code"] == "en"


def test_speech_is_understood_while_it_is_sent(run: Run, emu: Emulator, talk: str) -> None:
    ended = run("transcribe", talk, "--deployment", "abcd1234", "--live")
    assert (ended.code, ended.out) == (ExitCode.OK, "never odd\n")
    assert only(emu).path.endswith("/websocket")


def test_bad_input_is_refused_before_anything_is_sent(run: Run, emu: Emulator, talk: str) -> None:
    for arguments, problem in (
        ((talk,), "--deployment"),
        ((talk, "--deployment", "abcd1234", "--chain", "chain123"), "--chain"),
        (("/nowhere/talk.wav", "--deployment", "abcd1234"), "No such file"),
    ):
        ended = run("transcribe", *arguments)
        assert ended.code == ExitCode.USAGE, ended.err
        assert problem in ended.err
    assert len(emu.requests) == 0
