from __future__ import annotations

import pytest

from baseten_sdk import RemoteException, RemoteFrame
from baseten_sdk.errors.remote import read_remote

FRAME = {"filename": "/app/main.py", "lineno": 12, "name": "run_remote", "line": "raise Busy()"}


def body(**fields: object) -> dict[str, object]:
    remote = {
        "exception_cls_name": "Busy",
        "exception_module_name": "app.errors",
        "exception_message": "no room",
        "user_stack_trace": [FRAME],
    }
    return {"error": remote | fields}


def test_the_exception_and_its_stack_are_read() -> None:
    assert read_remote(body()) == RemoteException(
        "Busy", "app.errors", "no room", (RemoteFrame("/app/main.py", 12, "run_remote", "raise Busy()"),)
    )


@pytest.mark.parametrize(
    "other", [None, "text", [], {}, {"error": "text"}, {"error": {"message": "x"}}, body(exception_cls_name=1)]
)
def test_other_bodies_tell_of_none(other: object) -> None:
    assert read_remote(other) is None


def test_what_is_missing_or_odd_costs_nothing_else() -> None:
    remote = read_remote(
        body(exception_module_name=None, exception_message=None, user_stack_trace=[{"lineno": True}, "x", FRAME])
    )
    assert remote is not None
    assert (remote.module, remote.message) == (None, "")
    assert remote.stack == (
        RemoteFrame("?", None, "?", None),
        RemoteFrame("/app/main.py", 12, "run_remote", "raise Busy()"),
    )
    lone = read_remote(body(user_stack_trace=None))
    assert lone is not None
    assert lone.stack == ()


def test_the_text_is_like_a_traceback() -> None:
    assert str(read_remote(body())) == (
        "Remote stack, innermost last:\n"
        '  File "/app/main.py", line 12, in run_remote\n'
        "    raise Busy()\n"
        "app.errors.Busy: no room"
    )


def test_a_deep_stack_is_shown_from_inside() -> None:
    frames = [{**FRAME, "name": f"f{number}"} for number in range(100)]
    text = str(read_remote(body(user_stack_trace=frames)))
    assert "... 80 outer frames" in text
    assert "in f79" not in text
    assert "in f80" in text
    assert text.index("in f80") < text.index("in f99")
