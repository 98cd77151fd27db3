"""The client's defaults with a call's options laid over them."""

from __future__ import annotations

import pickle
from math import inf

import httpx
import pytest

from baseten_sdk._core.request.options import OPTION_NAMES, USER_AGENT, Options
from baseten_sdk.config import CallOptions, Retry, Timeout
from baseten_sdk.errors import ConfigurationError, InvalidRequestError


def test_nothing_given_changes_nothing() -> None:
    base = Options(deadline=5, session="s", extra_headers=(("a", "1"),))
    nothing: CallOptions = {
        "timeout": None,
        "deadline": None,
        "max_retries": None,
        "extra_headers": None,
        "extra_query": None,
        "extra_body": None,
        "session": None,
        "request_id": None,
    }
    assert nothing.keys() == OPTION_NAMES
    assert base.merged({}) == base.merged(nothing) == base


def test_a_call_goes_before_its_client() -> None:
    base = Options(Timeout(3), 5, Retry(9, initial=1), session="s", request_id="r")
    merged = base.merged({"timeout": Timeout(4), "deadline": 6, "max_retries": 0, "session": "t", "request_id": "q"})
    assert (merged.timeout, merged.deadline, merged.session, merged.request_id) == (Timeout(4), 6, "t", "q")
    assert merged.retry == Retry(0, initial=1)
    assert base.session == "s"


def test_a_number_bounds_the_attempt_and_leaves_the_phases() -> None:
    base = Options(Timeout(connect=1, idle=2))
    assert base.merged({"timeout": 30}).timeout == Timeout(attempt=30.0, connect=1, idle=2)
    assert base.merged({"timeout": inf}).timeout.attempt == inf
    assert base.merged({"timeout": Timeout(30)}).timeout == Timeout(attempt=30)


def test_a_timeout_of_httpx_is_one_of_the_phases() -> None:
    base = Options(Timeout(3, idle=2))
    given = httpx.Timeout(connect=1, read=20, write=30, pool=4)
    assert base.merged({"timeout": given}).timeout == Timeout(connect=1, write=30, first_byte=20, idle=20)
    endless = Timeout(connect=inf, write=inf, first_byte=inf, idle=inf)
    assert base.merged({"timeout": httpx.Timeout(None)}).timeout == endless
    with pytest.raises(ConfigurationError, match="above 0"):
        base.merged({"timeout": httpx.Timeout(0)})


def test_headers_query_and_body_are_laid_over_name_by_name() -> None:
    base = Options().merged(
        {"extra_headers": {"X-A": "1", "x-b": "2"}, "extra_query": {"a": 1, "b": 2}, "extra_body": {"a": 1, "b": 2}}
    )
    merged = base.merged({"extra_headers": {"x-a": "3"}, "extra_query": {"a": None}, "extra_body": {"b": None}})
    assert dict(merged.extra_headers) == {"x-a": "3", "x-b": "2"}
    assert merged.extra_query == {"a": None, "b": 2}
    assert merged.extra_body == {"a": 1, "b": None}
    assert dict(base.extra_headers) == {"x-a": "1", "x-b": "2"}


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("timeout", 0, ConfigurationError),
        ("timeout", "5", ConfigurationError),
        ("timeout", True, ConfigurationError),
        ("deadline", -1, ConfigurationError),
        ("deadline", Timeout(1), ConfigurationError),
        ("max_retries", -1, ConfigurationError),
        ("max_retries", 1.5, ConfigurationError),
        ("extra_headers", {"a b": "c"}, InvalidRequestError),
        ("extra_headers", {"a": "b\r\nc: d"}, InvalidRequestError),
        ("extra_headers", {"a": 5}, InvalidRequestError),
        ("extra_headers", ["a"], InvalidRequestError),
        ("session", "a\nb", InvalidRequestError),
        ("session", "", InvalidRequestError),
        ("session", 5, InvalidRequestError),
        ("request_id", "é", InvalidRequestError),
        ("request_id", "x" * 513, InvalidRequestError),
        ("extra_query", ["a"], InvalidRequestError),
        ("extra_body", ["a"], InvalidRequestError),
        ("extra_body", "a", InvalidRequestError),
    ],
)
def test_an_option_that_cannot_be_is_refused(name: str, value: object, error: type[ConfigurationError]) -> None:
    with pytest.raises(error, match=name):
        Options().merged({name: value})  # type: ignore[misc]  # pyright: ignore[reportArgumentType]


def test_an_option_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Options().merged({"time_out": 5})  # type: ignore[typeddict-unknown-key]  # pyright: ignore[reportArgumentType]
    assert "There is no option 'time_out'" in str(caught.value)
    assert all(name in str(caught.value) for name in OPTION_NAMES)


def test_headers_are_the_packages_own_with_the_callers_over_them() -> None:
    options = Options().merged({"extra_headers": {"User-Agent": "mine", "x-a": "1"}, "session": "s", "request_id": "r"})
    assert options.headers_for("*/*", "text/plain").pairs == (
        ("accept", "*/*"),
        ("user-agent", "mine"),
        ("content-type", "text/plain"),
        ("x-session-affinity", "s"),
        ("x-baseten-customer-request-id", "r"),
        ("x-a", "1"),
    )
    assert Options().headers_for("*/*", None).pairs == (("accept", "*/*"), ("user-agent", USER_AGENT))


def test_headers_are_worked_out_once_for_each_kind_of_request() -> None:
    options = Options()
    assert options.headers_for("*/*", None) is options.headers_for("*/*", None)
    assert options.headers_for("*/*", None) != options.headers_for("text/plain", None)
    assert options.merged({"session": "s"}).headers_for("*/*", None) != options.headers_for("*/*", None)
    assert options == Options()


def test_the_user_agent_is_ours() -> None:
    assert USER_AGENT.startswith("baseten-sdk/")
    assert "openai" not in USER_AGENT


def test_extra_fields_that_have_gone_into_a_body_are_taken_out() -> None:
    options = Options(extra_body={"a": 1}, session="s")
    assert options.without_body() == Options(session="s")
    assert Options().without_body() == Options()


def test_options_can_be_pickled() -> None:
    options = Options(Timeout(3), extra_headers=(("a", "1"),))
    options.headers_for("*/*", None)
    assert pickle.loads(pickle.dumps(options)) == options
