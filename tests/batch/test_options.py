"""Options of batches that cannot be are refused before anything is read or sent."""

from __future__ import annotations

import pytest

from baseten_sdk import ConfigurationError
from baseten_sdk.batch import Budget
from baseten_sdk.batch.options import MapOptions, RunOptions, check_options


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retries", -1),
        ("retries", True),
        ("abort_after", 0),
        ("abort_after", 1.5),
        ("budget", 5),
        ("concurency", 4),
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


def test_what_only_run_takes_is_refused_by_map() -> None:
    with pytest.raises(ConfigurationError, match="force"):
        check_options({"force": True}, MapOptions)
