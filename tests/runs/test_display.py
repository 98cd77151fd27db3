"""How a run is shown: one mechanism, for batches and for ledgers."""

from __future__ import annotations

import io
import logging
import sys
from typing import Literal

import pytest
from rich.console import Console

from baseten_sdk import ConfigurationError, JobsProgress
from baseten_sdk._runs.bar import Bar
from baseten_sdk._runs.display import Show, display_of
from baseten_sdk._runs.progress_view import Look, Subject, plain_markup
from baseten_sdk.batch import Progress
from baseten_sdk.batch.run.progress import duration, subject_of
from baseten_sdk.jobs.progress import SUBJECT as JOBS

BATCH = subject_of("out.jsonl")
PROGRESS = Progress(1234, 5, 7, 3, 8, 999, 12.34, 567.8, 0.25, 3725.0, 10.0)


def test_a_batch_in_words() -> None:
    assert str(PROGRESS) == (
        "25.0%, 1,234 ok, 5 failed, 7 done before, 3 of 8 in flight, 12.3 rows/s, 568 tokens/s, 1:02:05 left"
    )
    bare = Progress(0, 0, 0, 1, 8, 0, 0, 0, None, None, 0)
    assert str(bare) == "0 ok, 0 failed, 1 of 8 in flight, 0.0 rows/s, 0 tokens/s"


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (200, "3:20"), (3725, "1:02:05")])
def test_a_time_as_a_person_says_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_bar_of_a_batch_tells_its_share() -> None:
    screen = io.StringIO()
    bar = Bar(BATCH, Console(file=screen, force_terminal=True, width=160, color_system=None))
    with bar:
        bar.show(PROGRESS)
        bar.say("Stopping [soon]")
    shown = screen.getvalue()
    for part in (
        "out.jsonl",
        "25%",
        "1,234 ok",
        "5 failed",
        "7 before",
        "3/8 in flight",
        "12.3 rows/s",
        "568 tokens/s",
        "1:02:05 left",
        "Stopping [soon]",
    ):
        assert part in shown


def test_the_bar_of_a_batch_fits_a_narrow_terminal() -> None:
    screen = io.StringIO()
    bar = Bar(BATCH, Console(file=screen, force_terminal=True, width=80, color_system=None))
    with bar:
        bar.show(PROGRESS)
    last = next(line for line in reversed(screen.getvalue().splitlines()) if "ok" in line)
    for part in ("out.jsonl", "25%", "1,234 ok", "5 failed", "7 before", "12.3 rows/s", "1:02:05 left", "━━"):
        assert part in last
    assert "in flight" not in last


def test_a_long_text_beside_the_bar_is_not_broken() -> None:
    screen = io.StringIO()
    bar = Bar(BATCH, Console(file=screen, force_terminal=True, width=40, color_system=None))
    command = "baseten-sdk batch in.jsonl out.jsonl --prompt 'What is {city} known for?'"
    with bar:
        bar.say(command)
    assert command in screen.getvalue()


def test_the_bar_of_a_ledger_tells_its_rows() -> None:
    screen = io.StringIO()
    progress = JobsProgress(2000, succeeded=1200, failed=3, sent=40, held=2, resubmitted=5, queued=17, complete=True)
    bar = Bar(JOBS, Console(file=screen, force_terminal=True, width=120))
    with bar:
        bar.show(progress)
    shown = screen.getvalue()
    for part in ("jobs", "1203/2000", "2 held", "0:00:00"):
        assert part in shown


@pytest.mark.parametrize(("show", "lines"), [("auto", 1), ("log", 1), ("none", 0)])
def test_without_a_terminal_it_is_a_line_of_the_log(
    show: Literal["auto", "log", "none"],
    lines: int,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.INFO, "baseten_sdk.batch"), display_of(show, BATCH) as _:
        display_of(show, BATCH).show(PROGRESS)
    assert caplog.messages == [str(PROGRESS)] * lines
    display_of(show, BATCH).say("Stopping")
    assert capsys.readouterr().err == "Stopping\n"


def test_a_terminal_gets_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert isinstance(display_of("auto", BATCH), Bar)


def test_a_function_may_show_it() -> None:
    seen: list[Progress] = []
    with display_of(seen.append, BATCH) as _:
        display_of(seen.append, BATCH).show(PROGRESS)
    assert seen == [PROGRESS]


def test_a_bar_needs_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "baseten_sdk._runs.bar", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'baseten-sdk\[batch\]'"):
        display_of("bar", BATCH)
    with pytest.raises(ConfigurationError, match=r"pip install 'baseten-sdk\[jobs\]'"):
        display_of("bar", JOBS)


@pytest.mark.parametrize("show", ["bra", False, None])
def test_what_shows_nothing_is_refused(show: Show[Progress]) -> None:
    with pytest.raises(ConfigurationError, match="progress must be"):
        display_of(show, BATCH)


@pytest.mark.parametrize(
    "text",
    ["[link=http://example.com]x[/link]", r"\[link=http://example.com]x", r"\\[link=http://example.com]x[/]", "a[0]"],
)
def test_brackets_in_a_text_or_a_name_begin_no_tag(text: str) -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=200, color_system="truecolor")
    look = Look(0, 1, f"[green]ok[/] {plain_markup(text)}")
    subject: Subject[int] = Subject(text, lambda _: look, "count", logging.root, "")
    bar = Bar(subject, console)
    with bar:
        bar.show(1)
    assert "\x1b]8" not in screen.getvalue()
    assert screen.getvalue().count(text) >= 2


def test_what_a_terminal_would_obey_is_escaped_in_a_bar() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=200, color_system=None)
    hostile = "\x1b]0;owned\x07\u202e"
    subject: Subject[int] = Subject(hostile, lambda _: Look(0, 1, hostile), "count", logging.root, "")
    bar = Bar(subject, console)
    with bar:
        bar.show(1)
        bar.say(hostile)
    shown = r"\u001b]0;owned\u0007\u202e"
    assert screen.getvalue().count(shown) >= 3
    assert [letter for letter in ("\x1b]", "\x07", "\u202e") if letter in screen.getvalue()] == []
