"""Cassettes in pytest: the marker, the option, and where the files are.

It owns what a marker means. The emulator and its cassettes are imported when a test has one.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from baseten_sdk.config import Endpoints
    from baseten_sdk.emulator import Cassette
    from baseten_sdk.emulator.cassette.cassette import RecordMode

MARKER = "baseten_cassette"
DECLARATION = (
    f"{MARKER}(name=None, *, hide_prompts=False, ignore=(), realtime=False): answer the test from a recording, "
    "cassettes/<module>/<test>.yaml beside it; name= is another file below cassettes/"
)
OPTION = "--baseten-record"

_CASSETTE = pytest.StashKey["Cassette"]()
_ODD = re.compile(r"[^\w.=-]+")


def add_option(parser: pytest.Parser) -> None:
    """Add the option of the command line."""
    parser.getgroup("baseten").addoption(
        OPTION,
        choices=("none", "new", "all"),
        default="none",
        help=f"what tests with @pytest.mark.{MARKER} ask the service for, with the key in BASETEN_API_KEY: nothing "
        "(the default), what their cassettes do not have, or everything",
    )


def marker(item: pytest.Item) -> pytest.Mark | None:
    """Return the marker of a test that has a cassette."""
    return item.get_closest_marker(MARKER)


def records(item: pytest.Item) -> bool:
    """Whether the test may ask the service."""
    return marker(item) is not None and item.config.getoption(OPTION) != "none"


def cassette_of(item: pytest.Item) -> Cassette | None:
    """Return the test's cassette, opened; None for a test without one.

    The service is where the environment says: `BASETEN_EMULATOR`, `BASETEN_BASE_URL`, or Baseten itself.
    """
    mark = marker(item)
    if mark is None:
        return None
    from baseten_sdk.emulator import Cassette
    from baseten_sdk.errors import ConfigurationError

    record: RecordMode = item.config.getoption(OPTION) or "none"
    if record != "none" and not os.environ.get("BASETEN_API_KEY"):
        raise _failure(f"{OPTION}={record} asks the service, and that needs a key: set BASETEN_API_KEY.")
    try:
        cassette = Cassette(_path(item, *mark.args), record=record, endpoints=_endpoints(), **mark.kwargs)
    except (ConfigurationError, TypeError) as error:
        raise _failure(str(error)) from None
    item.stash[_CASSETTE] = cassette
    return cassette


def missing(item: pytest.Item) -> BaseException | None:
    """Return the failure of a test that sent a request its cassette lacks, even if it ignored the reply."""
    cassette = item.stash.get(_CASSETTE, None)
    return None if cassette is None or not cassette.missing else _failure("\n\n".join(cassette.missing))


def _path(item: pytest.Item, name: str | None = None) -> Path:
    directory = item.path.parent / "cassettes"
    if name is not None:
        return directory / (name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    test = "-".join(item.nodeid.split("::")[1:])
    return directory / item.path.stem / f"{_ODD.sub('-', test).strip('-')}.yaml"


def _endpoints() -> Endpoints:
    from baseten_sdk.config import Endpoints

    if origin := os.environ.get("BASETEN_EMULATOR"):
        return Endpoints.below(origin)
    if base_url := os.environ.get("BASETEN_BASE_URL"):
        return Endpoints(model_apis=base_url)
    return Endpoints()


def _failure(text: str) -> BaseException:
    return pytest.fail.Exception(text, pytrace=False)
