"""Options of batches that cannot be are refused before anything is read or sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseten_sdk import ConfigurationError, user
from baseten_sdk.batch import Budget, chat
from baseten_sdk.batch.options import MapOptions, RunOptions, check_functions, check_options


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retries", -1),
        ("retries", True),
        ("abort_after", 0),
        ("abort_after", 1.5),
        ("budget", 5),
        ("concurency", 4),
        ("fingerprint", 5),
        ("hint", b"x"),
        ("skip_rows_of", 5),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(name: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=name):
        check_options({name: value}, RunOptions)


def test_what_can_be_passes() -> None:
    check_options({}, MapOptions)
    check_options({"retries": 0, "abort_after": None, "concurrency": 4}, MapOptions)
    check_options({"budget": Budget(tokens=5), "progress": print, "retries": 2}, RunOptions)
    check_options({"budget": None, "progress": "none", "force": True}, RunOptions)
    check_options({"fingerprint": "v2", "hint": "", "skip_rows_of": Path("out.jsonl")}, RunOptions)
    check_options({"fingerprint": None, "skip_rows_of": None}, RunOptions)


def test_what_only_run_takes_is_refused_by_map() -> None:
    with pytest.raises(ConfigurationError, match="force"):
        check_options({"force": True}, MapOptions)


ONE_CALL = chat(model="m", messages=[user("Hi")])


@pytest.mark.parametrize(
    ("request_", "key", "output", "problem"),
    [
        (ONE_CALL, None, None, r"request must be a function, such as lambda row: batch\.chat.*not one call"),
        ("chat", None, None, "request must be a function.*not a str"),
        ({"model": "m"}, "id", None, "request must be a function.*not a dict"),
        (None, 5, None, "key must be a function.*not a int"),
        (None, "id", "text", "output must be a function, such as lambda ok: .*not a str"),
    ],
)
def test_what_is_no_function_is_refused_before_the_first_row(
    request_: object, key: object, output: object, problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        check_functions(request_, key, output)


def test_functions_and_names_of_fields_pass() -> None:
    check_functions(None, None)
    check_functions(chat, "id", str)
    check_functions(str, len)
