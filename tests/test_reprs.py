"""Objects whose constructor raised are shown by tracebacks, and collected: neither may fail."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import is_dataclass
from enum import Enum

import pytest

import baseten_sdk
from baseten_sdk import AsyncClient, Client, Levels
from baseten_sdk.errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    BasetenError,
    ConfigurationError,
    InvalidRequestError,
)

OPTIONAL = ("baseten_sdk.integrations", "baseten_sdk.emulator.chat.upstream", "baseten_sdk.__main__")
"""Modules of libraries that these tests do not have, or that run when they are imported."""


def every_class() -> Iterator[type]:
    for info in pkgutil.walk_packages(baseten_sdk.__path__, "baseten_sdk."):
        if not info.name.startswith(OPTIONAL) and not info.name.endswith("__main__"):
            for value in vars(importlib.import_module(info.name)).values():
                if isinstance(value, type) and value.__module__ == info.name and not _is_value(value):
                    yield value


def _is_value(kind: type) -> bool:
    return is_dataclass(kind) or issubclass(kind, tuple | Enum)


def has_own(kind: type, name: str) -> bool:
    return any(
        name in vars(each) for each in kind.__mro__ if each.__module__.startswith("baseten_sdk") and each is not object
    )


SHOWN = sorted({kind for kind in every_class() if has_own(kind, "__repr__")}, key=lambda kind: kind.__qualname__)
COLLECTED = sorted({kind for kind in every_class() if has_own(kind, "__del__")}, key=lambda kind: kind.__qualname__)


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind.__qualname__)
def test_an_object_that_was_not_made_can_be_shown(kind: type) -> None:
    assert isinstance(repr(object.__new__(kind)), str)


@pytest.mark.parametrize("kind", COLLECTED, ids=lambda kind: kind.__qualname__)
def test_an_object_that_was_not_made_can_be_collected(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    failures: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", failures.append)
    made: object = object.__new__(kind)
    del made
    assert failures == []


@pytest.mark.parametrize("kind", [BasetenError, InvalidRequestError, APIError, APIConnectionError])
def test_an_error_of_a_class_that_forgets_its_base_can_be_shown(kind: type[BasetenError]) -> None:
    class Forgetful(kind):  # type: ignore[misc, valid-type]  # the class is a variable
        def __init__(self) -> None:
            pass

    error = Forgetful()
    assert isinstance(str(error), str)
    assert isinstance(repr(error), str)


def test_a_client_and_others_whose_arguments_are_refused_can_be_shown() -> None:
    shown: list[str] = []
    for make in (
        lambda: Client(max_retries=-1),
        lambda: AsyncClient(timeout=-1),
        lambda: Levels(""),
    ):
        with pytest.raises(ConfigurationError) as caught:
            make()
        frame = caught.value.__traceback__
        while frame is not None:
            shown += [repr(value) for value in frame.tb_frame.f_locals.values()]
            frame = frame.tb_next
    assert {f"<{name}, not completely made>" for name in ("Client", "AsyncClient", "Levels")} <= set(shown)


def test_errors_that_are_made_have_what_they_are_given() -> None:
    error = APIStatusError("No.", status_code=418, request_id="abc")
    assert (error.request_id, error.attempts, error.method) == ("abc", 0, None)
    assert APITimeoutError("Late.", phase="idle") == APITimeoutError("Late.", phase="idle")
