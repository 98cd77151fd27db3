"""How far a run is, in words and as a bar."""

from __future__ import annotations

import io
import logging
import sys

import pytest
from rich.console import Console

from baseten_sdk import ConfigurationError, JobsProgress
from baseten_sdk.jobs.bar import Bar
from baseten_sdk.jobs.progress import display_of

PROGRESS = JobsProgress(rows=2000, succeeded=1200, failed=3, sent=40, held=2, resubmitted=5, queued=17, complete=True)


def test_it_is_told_in_a_line() -> None:
    assert str(PROGRESS) == "1,203 of 2,000 over, 40 sent, 2 held, 3 failed, 5 sent again, 17 queued"
    early = JobsProgress(rows=64, succeeded=0, failed=0, sent=40, held=0, resubmitted=0, queued=None, complete=False)
    assert str(early) == "0 of 64 or more over, 40 sent"


def test_a_bar_is_drawn() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    bar = Bar(console)
    with bar:
        bar.show(PROGRESS)
    assert isinstance(console.file, io.StringIO)
    assert "1203/2000" in console.file.getvalue()
    assert "2 held" in console.file.getvalue()


def test_without_a_terminal_there_are_lines_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "baseten_sdk.jobs"), display_of("auto") as _:
        display_of("auto").show(PROGRESS)
        display_of("none").show(PROGRESS)
    assert caplog.messages == [str(PROGRESS)]


def test_a_terminal_gets_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert isinstance(display_of("auto"), Bar)


def test_a_bar_needs_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "baseten_sdk.jobs.bar", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'baseten-sdk\[jobs\]'"):
        display_of("bar")
