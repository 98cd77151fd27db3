"""An error that holds the key, because a server has said it, and the same without it."""

from __future__ import annotations

import pickle

from baseten_sdk._core.reply.redaction import HIDDEN, redact
from baseten_sdk._core.request.header_lines import HeaderLines
from baseten_sdk._core.request.hidden import Hidden
from baseten_sdk.errors import APIStatusError, ResponseValidationError

NONE = HeaderLines(())
KEY = "abcd1234.0123456789abcdef"


def test_the_key_is_taken_out_of_everything_that_a_server_said() -> None:
    error = APIStatusError(
        f"Who is {KEY}?",
        status_code=500,
        body={"headers": [f"Bearer {KEY}", 1, None], KEY: {"deep": KEY}},
        raw=f"Bearer {KEY}".encode(),
        headers={"x-echo": KEY, "x-other": "kept"},
        code=KEY,
    )
    error.add_note(f"with {KEY}")
    redact(error, Hidden(KEY), NONE)
    assert KEY not in f"{error!s} {error!r} {vars(error)} {error.args}"
    assert KEY.encode() not in pickle.dumps(error)
    assert error.message == f"Who is {HIDDEN}?"
    assert error.body == {"headers": [f"Bearer {HIDDEN}", 1, None], HIDDEN: {"deep": HIDDEN}}
    assert error.headers == {"x-echo": HIDDEN, "x-other": "kept"}
    assert pickle.loads(pickle.dumps(error)) == error


def test_what_holds_no_key_stays_as_it_is() -> None:
    error = ResponseValidationError("No.", status_code=200, body=b"short", headers={"a": "b"})
    before = dict(vars(error))
    redact(error, Hidden(KEY), NONE)
    redact(error, Hidden("short"[:2]), NONE)
    redact(error, Hidden(""), NONE)
    assert vars(error) == before


def test_secrets_of_other_headers_are_taken_out_too() -> None:
    headers = (
        ("authorization", "Bearer other-secret"),
        ("proxy-authorization", "Basic dXNlcjpwYXNz"),
        ("cookie", "session=0123456789"),
        ("x-gateway-key", "gateway-secret"),
        ("idempotency-key", "not-a-secret"),
        ("accept", "application/json"),
        ("x-short-token", "short"),
    )
    said = " ".join(value for _, value in headers)
    error = APIStatusError(said, status_code=500, body=said, raw=said.encode(), headers={"x-echo": said})
    redact(error, Hidden(KEY), HeaderLines(headers))
    shown = "Bearer [hidden] Basic [hidden] [hidden] [hidden] not-a-secret application/json short"
    assert (error.message, error.body, error.headers["x-echo"]) == (shown, shown, shown)
    assert error.raw == shown.encode()
