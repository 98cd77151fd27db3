"""What a terminal would obey is shown as its escape; everything else stays as it is."""

from __future__ import annotations

import io
import logging
import unicodedata

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._terminal import TerminalFormatter, shown_on, visible

DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07", r"\u001b]0;title\u0007"),
        ("\x1b]52;c;cm0gLXJm\x1b\\", "\\u001b]52;c;cm0gLXJm\\u001b\\"),
        ("\x1b[2J\x1b[31m", r"\u001b[2J\u001b[31m"),
        ("\x9b31m \x9d0;title\x9c", r"\u009b31m \u009d0;title\u009c"),
        ("safe\rrm -rf", r"safe\u000drm -rf"),
        ("a\x08b\x7f", r"a\u0008b\u007f"),
        ("admin\u202enimda", r"admin\u202enimda"),
        ("a\u2028b", r"a\u2028b"),
        ("one\r\ntwo\tthree\n", "one\ntwo\tthree\n"),
        ("café 日本語 👩‍👩‍👧 می‌خواهم", "café 日本語 👩‍👩‍👧 می‌خواهم"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_is_left_to_obey(text: str) -> None:
    left = set(visible(text)) - {"\n", "\t"}
    assert not left & set(DIRECTIONS)
    assert not {letter for letter in left if unicodedata.category(letter) in ("Cc", "Zl", "Zp")}


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Zl", "Zp"))))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_only_a_terminal_gets_escapes() -> None:
    assert shown_on(Screen(), "\x1b") == r"\u001b"
    assert shown_on(io.StringIO(), "\x1b") == "\x1b"
    assert shown_on(None, "\x1b") == "\x1b"
    closed = Screen()
    closed.close()
    assert shown_on(closed, "\x1b") == "\x1b"


def test_lines_of_a_log_are_escaped_too() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "row %s", ("\x1b[2J",), None)
    assert TerminalFormatter(Screen(), "%(message)s").format(record) == r"row \u001b[2J"
    assert TerminalFormatter(io.StringIO(), "%(message)s").format(record) == "row \x1b[2J"
