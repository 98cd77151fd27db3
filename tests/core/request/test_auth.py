"""The API key: where it comes from, and where it does not go."""

from __future__ import annotations

import copy
import pickle

import pytest

from baseten_sdk._core.request.auth import CREATE_AT, Key
from baseten_sdk._core.request.hidden import Hidden
from baseten_sdk.errors import ConfigurationError
from tests.hiding import hidden

SECRET = "abcdefgh.secret-of-the-key-9876"


def given_by_name() -> str:
    return SECRET


def text(key: Hidden[str] | None) -> str | None:
    return None if key is None else key.value


def test_a_literal_key_is_itself() -> None:
    assert text(Key(SECRET).literal) == SECRET


def test_without_one_the_environment_is_asked_at_the_first_call_and_no_more() -> None:
    key = Key(None)
    assert key.literal is None
    assert text(key.found(hidden(SECRET))) == text(key.literal) == SECRET


def test_a_missing_key_says_where_to_get_one_and_what_to_set() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Key(None).found(hidden(""))
    for part in ("BASETEN_API_KEY", "api_key=", CREATE_AT):
        assert part in str(caught.value)
    assert "pickled" not in str(caught.value)


@pytest.mark.parametrize("bad", ["", " ", "two words", "new\nline", "é", "nul\0"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(bad: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Key(bad).check()
    assert not bad.strip() or bad not in str(caught.value)


@pytest.mark.parametrize("bad", [" ", "two words", "new\nline"])
def test_so_is_one_in_the_environment(bad: str) -> None:
    with pytest.raises(ConfigurationError, match="API key must be printable ASCII"):
        Key(None).found(hidden(bad))


@pytest.mark.parametrize("bad", [5, b"key", ["key"], {"key": 1}])
def test_a_key_is_a_text_or_a_function(bad: object) -> None:
    with pytest.raises(ConfigurationError, match=f"api_key must be a string or a function, not {type(bad).__name__}"):
        Key(bad).check()  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_function_is_kept_for_whoever_can_wait_for_it() -> None:
    key = Key(given_by_name)
    assert key.function is given_by_name
    assert Key(SECRET).function is Key(None).function is None


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (Key(SECRET), "<hidden>"),
        (Key("short"), "<hidden>"),
        (Key(None), "<unset>"),
        (Key(given_by_name), "<from a function>"),
    ],
)
def test_a_repr_shows_nothing_of_it(key: Key, shown: str) -> None:
    assert repr(key) == shown


def test_a_key_from_the_environment_is_not_shown_either() -> None:
    key = Key(None)
    key.found(hidden(SECRET))
    assert repr(key) == "<hidden>"


def test_a_pickle_leaves_the_key_behind() -> None:
    pickled = pickle.dumps(Key(SECRET))
    assert b"secret" not in pickled
    key = pickle.loads(pickled)
    assert repr(key) == "<unset>"
    with pytest.raises(ConfigurationError, match="No API key: this client was pickled, and a pickle never holds"):
        key.found(hidden(""))


def test_another_key_in_the_place_of_a_lost_one_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    key = pickle.loads(pickle.dumps(Key(SECRET)))
    assert text(key.found(hidden(SECRET))) == SECRET
    assert [record.getMessage() for record in caplog.records] == [
        "This client was pickled without its literal API key. It uses the one in BASETEN_API_KEY."
    ]
    caplog.clear()
    text(Key(None).found(hidden(SECRET)))
    assert not caplog.records


def test_a_key_of_the_environment_is_not_lost_by_a_pickle() -> None:
    key = Key(None)
    key.found(hidden(SECRET))
    with pytest.raises(ConfigurationError, match=r"^No API key: set BASETEN_API_KEY") as caught:
        pickle.loads(pickle.dumps(key)).found(hidden(""))
    assert "pickled" not in str(caught.value)


def test_what_was_left_behind_is_told_after_the_second_pickle_too() -> None:
    key = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(Key(SECRET)))))
    with pytest.raises(ConfigurationError, match="pickled"):
        key.found(hidden(""))


def test_a_pickle_keeps_a_function_by_name() -> None:
    assert pickle.loads(pickle.dumps(Key(given_by_name))).function is given_by_name


def test_a_deep_copy_leaves_the_key_behind_like_a_pickle() -> None:
    assert repr(copy.deepcopy(Key(SECRET))) == "<unset>"


def test_a_key_is_sent_by_the_scheme_that_was_given_else_by_that_of_the_environment() -> None:
    assert Key(SECRET, "api-key").scheme == "Api-Key"
    key = Key(SECRET)
    assert key.scheme is None
    assert key.scheme_found("") == key.scheme == "Bearer"
    assert Key(SECRET).scheme_found("API-KEY") == "Api-Key"
    with pytest.raises(ConfigurationError, match="BASETEN_AUTH_SCHEME must be"):
        Key(SECRET).scheme_found("basic")


@pytest.mark.parametrize("scheme", ["basic", "", SECRET, 5, ["bearer"]])
def test_a_scheme_that_does_not_exist_is_refused_without_being_shown(scheme: object) -> None:
    key = Key(SECRET, scheme)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(ConfigurationError, match="auth_scheme must be") as caught:
        key.check()
    assert SECRET not in str(caught.value)


def test_a_pickle_takes_the_scheme_along() -> None:
    again = pickle.loads(pickle.dumps(Key(given_by_name, "api-key")))
    again.check()
    assert (again.scheme, again.function) == ("Api-Key", given_by_name)
