"""A call describes its errors and replies."""

from __future__ import annotations

import pytest

from baseten_sdk._core.reply.advice import OF_DEPLOYMENTS
from baseten_sdk._core.reply.call_record import CallRecord
from baseten_sdk._core.reply.sent_secrets import HIDDEN
from baseten_sdk._core.request.header_lines import HeaderLines
from baseten_sdk._core.request.options import Options
from baseten_sdk._core.request.request import Request
from baseten_sdk.errors import APIConnectionError, APIError, NotFoundError
from baseten_sdk.types.meta import Headers
from tests.hiding import hidden

KEY = "abcd1234.0123456789abcdef"
HEADERS = HeaderLines((("x-gateway-key", "gateway-secret"),))
REQUEST = Request("POST", "https://h/v1/predict?key=hunter2", HEADERS, b"a prompt", 1.0)


def call(request_id: str | None = None) -> CallRecord:
    return CallRecord(REQUEST, Options(request_id=request_id), 100.0, hidden(KEY), attempts=2)


@pytest.mark.parametrize(
    ("own", "served", "given", "shown"),
    [
        ("r1", "r2", "mine", "r1"),
        (None, "r2", "mine", "r2"),
        (None, None, "mine", "mine"),
        (None, None, None, None),
    ],
)
def test_an_error_says_where_and_when_it_was_and_has_the_best_id_that_is_known(
    own: str | None, served: str | None, given: str | None, shown: str | None
) -> None:
    error = APIError("Failed.", request_id=own)
    assert call(given).describe(error, 101.5, served) is error
    assert (error.method, error.url, error.attempts, error.elapsed) == ("POST", "https://h/v1/predict", 2, 1.5)
    assert error.request_id == shown
    assert "hunter2" not in str(error)


def test_an_error_shows_no_secret_of_the_call_not_even_as_an_id() -> None:
    error = call().describe(APIError(f"Who is {KEY} at gateway-secret?", request_id=f"r-{KEY}"), 101.0)
    assert error.message == f"Who is {HIDDEN} at [hidden]?"
    assert error.request_id == f"r-{HIDDEN}"


def test_a_reply_is_told_with_what_it_took() -> None:
    meta = call().meta(200, Headers([("x-request-id", "r1")]), 103.0)
    assert (meta.status_code, meta.request_id, meta.attempts, meta.elapsed) == (200, "r1", 2, 3.0)
    assert (meta.method, meta.url) == ("POST", "https://h/v1/predict")


def test_a_call_shows_nothing_of_what_it_sends() -> None:
    shown = f"{call()!r} {call().key!r} {REQUEST!r} {REQUEST.headers!r}"
    for secret in (KEY, "gateway-secret", "hunter2", "a prompt"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("https://inference.baseten.co/v1/chat/completions", NotFoundError.advice),
        ("https://inference.baseten.co/chat/completions", "The base URL may lack its /v1: check base_url=."),
        ("https://gateway.test/models", "The base URL may lack its /v1: check base_url=."),
        ("https://gateway.test/v1/models", NotFoundError.advice),
        ("https://model-abcd1234.api.baseten.co/environments/production/predict", OF_DEPLOYMENTS),
        ("https://chain-abcd1234.api.baseten.co/development/run_remote", OF_DEPLOYMENTS),
        ("http://127.0.0.1:8787/model/abcd1234/environments/production/sync/v1/chat/completions", OF_DEPLOYMENTS),
        ("https://model-abcd1234.api.baseten.co/async_request/0f1e", OF_DEPLOYMENTS),
    ],
)
def test_the_advice_of_a_404_is_that_of_what_was_called(url: str, advice: str) -> None:
    error = NotFoundError("No.", status_code=404)
    CallRecord(REQUEST._replace(url=url), Options(), 0.0).describe(error, 1.0)
    assert error.advice == advice


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ("Cannot connect: [SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate.", "SSL_CERT_FILE"),
        ("Cannot connect to h:80: [SSL: WRONG_VERSION_NUMBER] wrong version number.", "does not speak TLS"),
        ("The connection broke while waiting for the reply: Expected HTTP/, RTSP/ or ICE/.", "does not speak HTTP/1.1"),
        ("The connection broke while waiting for the reply: illegal request line.", "does not speak HTTP/1.1"),
        ("Cannot connect to h:80: connection refused.", APIConnectionError.advice),
    ],
)
def test_the_advice_on_a_connection_is_that_of_what_went_wrong(message: str, advice: str) -> None:
    assert advice in call().describe(APIConnectionError(message, phase="connect"), 101.0).advice


def test_an_error_of_a_connection_that_has_advice_of_its_own_keeps_it() -> None:
    error = APIConnectionError("Expected HTTP/ from the proxy.", phase="connect", advice="Ask the proxy's owner.")
    assert call().describe(error, 101.0).advice == "Ask the proxy's owner."
