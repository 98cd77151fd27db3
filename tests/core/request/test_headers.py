"""Headers, keys and options that cannot be sent are refused, and secrets are not shown."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.request.headers import check_header, check_headers, check_key, check_option
from baseten_sdk.errors import ConfigurationError, InvalidRequestError
from tests.hiding import hidden

ANY_TEXT = st.text(st.one_of(st.characters(), st.sampled_from("ab \t\r\n\0\x7fé")), max_size=8)


@given(ANY_TEXT)
def test_a_value_is_sent_without_the_blanks_around_it_or_refused(value: str) -> None:
    stripped = value.strip(" \t")
    if stripped.replace("\t", " ").isascii() and stripped.replace("\t", " ").isprintable():
        assert check_header("x-note", value) == stripped
    else:
        with pytest.raises(InvalidRequestError, match="'x-note'"):
            check_header("x-note", value)


def test_headers_come_back_as_pairs() -> None:
    assert check_headers({"X-A": " 1\t", "x!#$%&'*+-.^_`|~9": ""}, "extra_headers") == (
        ("X-A", "1"),
        ("x!#$%&'*+-.^_`|~9", ""),
    )


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\n", "é", "a\0", "(a)", 'a"', 5, None, b"a"])
def test_a_name_that_is_no_token_is_refused(name: object) -> None:
    with pytest.raises(InvalidRequestError, match=r"extra_headers: .* is not a header name"):
        check_headers({name: "x"}, "extra_headers")  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("value", [5, None, b"x", ["x"]])
def test_a_value_that_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(InvalidRequestError, match=f"'x-a' must be str, not {type(value).__name__}"):
        check_header("x-a", value)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_what_is_no_mapping_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="extra_headers must be a mapping"):
        check_headers([("a", "b")], "extra_headers")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_value_that_injects_a_header_is_refused_and_shown_in_part() -> None:
    with pytest.raises(InvalidRequestError, match="a line break at character 3 of 10009") as caught:
        check_header("x-note", "ab\r\nx-b: " + "y" * 10_000)
    assert "'ab" in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "name",
    ["Authorization", "proxy-authorization", "Cookie", "Set-Cookie", "x-api-key", "X_KEY", "x-token-id",
     "my-SECRET", "password", "key"],
)  # fmt: skip
@pytest.mark.parametrize("bad", ["\n", "é", "\0", "\x7f"])
def test_a_secret_is_not_shown(name: str, bad: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        check_header(name, f"hunter2{bad}hunter2")
    assert repr(name) in str(caught.value)
    assert "hunter" not in str(caught.value)


def test_a_good_key_is_taken_as_it_is() -> None:
    assert check_key(hidden("prefix.S3cr3t~!")).value == "prefix.S3cr3t~!"


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", "is empty"),
        ("hunter2\n", "a line break at character 8 of 8"),
        ("hunter2 hunter2", "a blank at character 8"),
        ("hunter2\t", "a blank"),
        ("hunter2\0", r"U\+0000"),
        ("hunter2\x7f", r"U\+007F"),
        ("hunter2é", "outside ASCII"),
        ("hunter2\ud800", "outside ASCII"),
        (b"hunter2", "must be str, not bytes"),
        (None, "must be str, not NoneType"),
    ],
)
def test_a_bad_key_is_refused_and_not_shown(key: object, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason) as caught:
        check_key(hidden(key))
    assert "hunter" not in str(caught.value)
    assert "hunter" not in repr(caught.value)


@pytest.mark.parametrize("value", ["a", "conversation 7", "x" * 512, "!~"])
def test_a_good_option_is_taken_as_it_is(value: str) -> None:
    assert check_option(value, "session") == value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "not 0"),
        ("x" * 513, "not 513"),
        (" a", "blank"),
        ("a ", "blank"),
        ("a\tb", "printable"),
        ("a\r\nb", "printable"),
        ("a\0", "printable"),
        ("é", "printable"),
        ("\ud800", "printable"),
        (5, "not int"),
        (None, "not NoneType"),
    ],
)
def test_a_bad_option_is_refused_by_name(value: object, reason: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"^request_id must .*{reason}"):
        check_option(value, "request_id")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
