"""An error that holds the key, because a server has said it, and the same without it."""

from __future__ import annotations

import pickle
from collections.abc import Mapping

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.reply.redaction import Redactor
from baseten_sdk._core.reply.sent_secrets import HIDDEN, SHORTEST, Secret, secrets_of
from baseten_sdk._core.request.header_lines import HeaderLines, HeaderPairs
from baseten_sdk._core.request.request import Request
from baseten_sdk.errors import APIError, APIStatusError, ResponseValidationError
from baseten_sdk.types.meta import Headers
from tests.hiding import hidden

KEY = "abcd1234.0123456789abcdef"


def clean(
    error: APIError,
    key: str = KEY,
    headers: HeaderPairs = (),
    query: str = "",
    fields: Mapping[str, object] | None = None,
) -> None:
    """Redact an error as the call would that sent these."""
    request = Request("POST", f"https://h.test/v1?{query}", HeaderLines(headers), b"", 1.0)
    Redactor(secrets_of(request, hidden(key), fields or {})).error(error)


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
    clean(error)
    assert KEY not in f"{error!s} {error!r} {vars(error)} {error.args}"
    assert KEY.encode() not in pickle.dumps(error)
    assert error.message == f"Who is {HIDDEN}?"
    assert error.body == {"headers": [f"Bearer {HIDDEN}", 1, None], HIDDEN: {"deep": HIDDEN}}
    assert error.headers == {"x-echo": HIDDEN, "x-other": "kept"}
    assert pickle.loads(pickle.dumps(error)) == error


def test_what_holds_no_key_stays_as_it_is() -> None:
    error = ResponseValidationError("No.", status_code=200, body=b"short", headers={"a": "b"})
    before = dict(vars(error))
    clean(error)
    clean(error, "short"[:2])
    clean(error, "")
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
    clean(error, headers=headers)
    shown = "Bearer [hidden] Basic [hidden] [hidden] [hidden] not-a-secret application/json short"
    assert (error.message, error.body, error.headers["x-echo"]) == (shown, shown, shown)
    assert error.raw == shown.encode()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("after", ["", '"', ".", "0"])
def test_a_text_full_of_beginnings_of_the_key_is_read_once(after: str) -> None:
    said = (KEY[:SHORTEST] + after) * 300_000
    error = APIStatusError(said, status_code=500)
    clean(error)
    assert (HIDDEN in error.message[:100]) == (after == '"')


def test_a_part_of_a_cookie_is_taken_out_too() -> None:
    error = APIStatusError("Bad session 0123456789, in dark.", status_code=500)
    clean(error, headers=(("cookie", "theme=dark; session=0123456789"),))
    assert error.message == "Bad session [hidden], in dark."


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("a=1&token=hunter2-hunter2", {}),
        ("api_key=hunter2-hunter2", {}),
        ("", {"api-key": "hunter2-hunter2", "max_tokens": 4096}),
        ("", {"password": "hunter2-hunter2", "user": "visible-name"}),
        ("", {"nested": [{"token": "hunter2-hunter2", "user": "visible-name"}]}),
        ("", {"headers": {"Authorization": "Bearer hunter2-hunter2"}}),
        ("", {"tokens": ["hunter2-hunter2"], "user": ("visible-name", 4096, None)}),
    ],
)
def test_secrets_of_the_query_and_of_added_fields_are_taken_out_too(query: str, fields: dict[str, object]) -> None:
    error = APIStatusError("No hunter2-hunter2 of visible-name; 4096.", status_code=400)
    clean(error, query=query, fields=fields)
    assert error.message == "No [hidden] of visible-name; 4096."


@pytest.mark.parametrize(
    ("secret", "echoed"),
    [
        ("p@ss/word&more", "token=p%40ss%2Fword%26more"),
        ('quo"ted\\secret', '{"token": "quo\\"ted\\\\secret"}'),
        ("umlaut-ä-secret", "umlaut-%C3%A4-secret"),
        ("umlaut-ä-secret", '"umlaut-\\u00e4-secret"'),
        ("p@ss/word&more", "token=p%40ss%2fword%26more"),
        ("p@ss<word>&more", "<pre>token: p@ss&lt;word&gt;&amp;more</pre>"),
        ("quo\"ted'secret", "<b>quo&quot;ted&#x27;secret</b>"),
    ],
)
def test_a_secret_is_found_as_a_url_or_json_has_it(secret: str, echoed: str) -> None:
    error = APIStatusError(echoed, status_code=400, raw=echoed.encode())
    clean(error, fields={"token": secret})
    assert "[hidden]" in error.message
    assert "word" not in error.message
    assert "secret" not in error.message
    assert b"[hidden]" in error.raw


WHOLE = "abcdefgh0123456789"


@pytest.mark.parametrize("kept", range(1, len(WHOLE)))
def test_a_key_that_was_cut_with_its_text_is_taken_out_too(kept: int) -> None:
    cut = WHOLE[:kept]
    body = f"x{cut}".encode()
    error = APIStatusError(f"Bearer {cut}...", status_code=500, body=f"no {cut}", raw=body, headers={"x": f"'{cut}'"})
    clean(error, WHOLE)
    shown = cut if kept < SHORTEST else HIDDEN
    assert error.message == f"Bearer {shown}..."
    assert (error.body, error.raw, error.headers) == (f"no {shown}", f"x{shown}".encode(), {"x": f"'{shown}'"})


def test_what_only_begins_like_a_secret_stays() -> None:
    said = f"{KEY[:12]}-other and {KEY[:9]} at last"
    error = APIStatusError(said, status_code=500)
    clean(error)
    assert error.message == said


def test_headers_that_echo_nothing_are_the_same_object() -> None:
    redactor = Redactor([Secret(KEY, HIDDEN)])
    headers = Headers([("x-request-id", "r1")])
    assert redactor.headers(headers) is headers
    assert redactor.headers(Headers([("x-request-id", f"r-{KEY}")])) == Headers([("x-request-id", f"r-{HIDDEN}")])


@given(st.text("ab", max_size=40), st.text("ab", min_size=8, max_size=12))
def test_no_text_keeps_a_whole_secret(text: str, secret: str) -> None:
    error = APIStatusError(text, status_code=500)
    clean(error, fields={"token": secret})
    assert secret not in error.message
