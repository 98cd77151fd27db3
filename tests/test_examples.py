"""Every example runs as it stands, with the emulator in the place of the service. New ones are found by themselves."""

from __future__ import annotations

import gc
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from baseten_sdk.emulator import Emulator

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
LONGEST = 50  # lines of at most 88 columns
SECRET = "whsec_examples"


@pytest.fixture
def emu(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """The emulator at the default endpoints: what `AsyncClient()` talks to when nothing is set but a key."""
    with Emulator(webhook_secrets=[SECRET]) as emu:
        endpoints = emu.endpoints
        monkeypatch.setattr("baseten_sdk._core.request.routing.Endpoints", lambda: endpoints)
        monkeypatch.setenv("NO_PROXY", emu.host)
        monkeypatch.setenv("no_proxy", emu.host)
        monkeypatch.setenv("BASETEN_API_KEY", emu.api_key)
        monkeypatch.setenv("BASETEN_WEBHOOK_SECRET", SECRET)
        monkeypatch.setenv("PORT", "0")
        for name in ("BASETEN_BASE_URL", "BASETEN_EMULATOR", "BASETEN_MODEL_ID", "BASETEN_CHAIN_ID", "WEBHOOK_URL"):
            monkeypatch.delenv(name, raising=False)
        yield emu


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_and_shows_something(example: Path, emu: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(example), run_name="__main__")
    gc.collect()  # a client or stream that was left open warns now
    assert capsys.readouterr().out.strip()
    untroubled = [request for request in emu.requests if "x-emulator" not in request.headers]
    assert [request for request in untroubled if request.status is None or request.status >= 400] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_and_says_what_it_shows(example: Path) -> None:
    lines = example.read_text(encoding="utf-8").splitlines()
    assert len(lines) < LONGEST
    assert lines[0].startswith('"""')


def test_the_examples_are_numbered_without_gaps() -> None:
    assert [path.stem[:3] for path in EXAMPLES] == [f"{number:02}_" for number in range(1, len(EXAMPLES) + 1)]
