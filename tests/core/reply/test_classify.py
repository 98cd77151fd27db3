"""From statuses and error bodies, in all their shapes, to the error that says what happened."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.reply.classify import read_error, status_error
from baseten_sdk._core.reply.response import WholeResponse
from baseten_sdk.errors import (
    APIStatusError,
    AuthenticationError,
    BadGatewayError,
    BadRequestError,
    ConflictError,
    GatewayTimeoutError,
    InternalServerError,
    ModelError,
    NotFoundError,
    OverloadedError,
    PayloadTooLargeError,
    PaymentRequiredError,
    PermissionDeniedError,
    RateLimitError,
    RequestTimeoutError,
    ServiceUnavailableError,
    UnprocessableEntityError,
)
from baseten_sdk.errors.api import KEPT
from baseten_sdk.errors.status import BY_STATUS
from baseten_sdk.types.meta import Headers

NOW = 1_790_000_000.0

STATUSES: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: PaymentRequiredError,
    403: PermissionDeniedError,
    404: NotFoundError,
    405: APIStatusError,
    408: RequestTimeoutError,
    409: ConflictError,
    412: APIStatusError,
    413: PayloadTooLargeError,
    418: APIStatusError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    499: APIStatusError,
    500: InternalServerError,
    501: InternalServerError,
    502: BadGatewayError,
    503: ServiceUnavailableError,
    504: GatewayTimeoutError,
    520: InternalServerError,
    529: OverloadedError,
    599: InternalServerError,
}

FRAME = {"filename": "/packages/main.py", "lineno": 12, "name": "run_remote", "line": "raise ValueError"}

SHAPES: list[tuple[str, object, str, str | None, str | None]] = [
    ("text", {"error": "it broke"}, "it broke.", None, None),
    ("text and sentence", {"error": "It broke!"}, "It broke!", None, None),
    (
        "specified",
        {"error": "it broke", "error_code": "model_unavailable", "detail": "at length"},
        "it broke.",
        "model_unavailable",
        None,
    ),
    ("specified, detail alone", {"error_code": "timeout", "detail": "at length"}, "at length.", "timeout", None),
    (
        "object",
        {"error": {"message": "it broke", "type": "Bad Request", "code": 400}},
        "it broke.",
        "400",
        "Bad Request",
    ),
    ("object with text code", {"error": {"message": "it broke", "code": "429"}}, "it broke.", "429", None),
    ("bare", {"message": "it broke", "type": "Bad Request", "code": 400}, "it broke.", "400", "Bad Request"),
    ("detail", {"detail": "Not Found"}, "Not Found.", None, None),
    (
        "details",
        {"detail": [{"loc": ["body", "items", 0], "msg": "field required", "type": "missing"}, {"msg": "other"}]},
        "body.items.0: field required; other.",
        None,
        None,
    ),
    (
        "details as the error",
        {"error": [{"loc": ["body", "items", 0], "msg": "field required", "type": "missing"}]},
        "body.items.0: field required.",
        None,
        None,
    ),
    ("many details", {"detail": [{"msg": each} for each in "abcdefg"]}, "a; b; c; d; e; and 2 more.", None, None),
    ("details without places", {"detail": [{"msg": "field required"}]}, "field required.", None, None),
    (
        "chain",
        {
            "error": {
                "exception_cls_name": "ValueError",
                "exception_module_name": "builtins",
                "exception_message": "it broke",
                "user_stack_trace": [FRAME],
            }
        },
        "ValueError: it broke.",
        None,
        None,
    ),
    (
        "messages",
        {"type": "error", "error": {"type": "overloaded_error", "message": "it broke"}},
        "it broke.",
        None,
        "overloaded_error",
    ),
    ("error is a mapping of its own", {"error": {"a": 1}}, "{'a': 1}.", None, None),
    ("error is a list", {"error": ["a", 1]}, "['a', 1].", None, None),
    ("error is a number", {"error": 5}, "5.", None, None),
    ("error is null", {"error": None, "message": "it broke"}, "it broke.", None, None),
    ("error is empty", {"error": {}, "detail": "it broke"}, "it broke.", None, None),
    ("error is blank", {"error": " ", "message": "it broke"}, "it broke.", None, None),
    ("code is a boolean", {"error": "it broke", "code": True}, "it broke.", None, None),
    ("numeric error_code", {"error": "it broke", "error_code": 600}, "it broke.", "600", None),
    ("unknown", {"reason": "it broke"}, "{'reason': 'it broke'}.", None, None),
    ("a JSON string", "it broke", "it broke.", None, None),
    ("a JSON list", ["it", "broke"], "['it', 'broke'].", None, None),
    ("a JSON number", 0, "0.", None, None),
]

NOTHING: list[object] = [None, {}, [], "", {"error": ""}, {"error": {"message": "", "type": None}}, {"detail": []}]


def answer(status: int, body: bytes = b"", /, **headers: str) -> WholeResponse:
    return WholeResponse(status, Headers([(name.replace("_", "-"), value) for name, value in headers.items()]), body)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape[0])
def test_every_shape_is_read_under_every_status(
    status: int, shape: tuple[str, object, str, str | None, str | None]
) -> None:
    name, body, message, code, kind = shape
    raw = json.dumps(body, indent="\t").encode()
    error = status_error(answer(status, raw, content_type="application/json"), NOW)
    expected = ModelError if (status, name) == (500, "chain") else STATUSES[status]
    assert type(error) is expected
    assert (error.message, error.code, error.type) == (message, code, kind)
    assert (error.status_code, error.body, error.raw) == (status, body, raw)


def test_the_table_of_statuses_is_complete() -> None:
    assert BY_STATUS.keys() <= STATUSES.keys()


@pytest.mark.parametrize("body", NOTHING)
def test_a_body_that_says_nothing_leaves_the_status_to_speak(body: object) -> None:
    assert status_error(answer(502, json.dumps(body).encode()), NOW).message == "HTTP status 502."


def test_an_empty_body_leaves_the_status_to_speak() -> None:
    error = status_error(answer(503), NOW)
    assert (error.message, error.body, error.raw) == ("HTTP status 503.", None, b"")


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (500, "600", ModelError),
        (500, "500", InternalServerError),
        (500, "700", InternalServerError),
        (503, "600", ServiceUnavailableError),
        (422, "600", UnprocessableEntityError),
        (429, "600", RateLimitError),
    ],
)
def test_a_500_with_the_code_of_the_models_own_exceptions_is_a_model_error(
    status: int, code: str, expected: type[APIStatusError]
) -> None:
    body = b'{"error":"Internal Server Error (in model/chainlet)."}'
    error = status_error(answer(status, body, X_BASETEN_ERROR_SOURCE="04", X_BASETEN_ERROR_CODE=code), NOW)
    assert type(error) is expected
    assert (error.error_source, error.error_code) == ("04", code)
    assert error.message == "Internal Server Error (in model/chainlet)."


def test_a_chain_tells_its_remote_exception() -> None:
    body = {"error": {"exception_cls_name": "KeyError", "user_stack_trace": [FRAME]}}
    error = status_error(answer(500, json.dumps(body).encode()), NOW)
    assert isinstance(error, ModelError)
    assert (error.message, error.exception) == ("KeyError.", "KeyError")
    assert error.stack == ["/packages/main.py:12 in run_remote: raise ValueError"]


@pytest.mark.parametrize("body", [b"<html>\n<h1>502   Bad\tGateway</h1>\n</html>", b"\xff upstream\n\n said no"])
def test_a_page_of_a_proxy_is_shown_on_one_line(body: bytes) -> None:
    error = status_error(answer(502, body, content_type="text/html"), NOW)
    assert type(error) is BadGatewayError
    assert error.body == body.decode("utf-8", "replace")
    assert error.message.rstrip(".") == " ".join(body.decode("utf-8", "replace").split())


@pytest.mark.parametrize(
    "body",
    [
        b"<html>" + b"x " * 500_000,
        b'{"error": "' + b"x" * 1_000_000,
        b"[" * 1_000_000,
        json.dumps({"unknown": "x" * 100_000}).encode(),
        json.dumps({"error": ["x" * 100_000]}).encode(),
    ],
    ids=["page", "cut JSON", "brackets", "JSON", "list"],
)
def test_a_huge_body_is_kept_in_part_and_shown_in_small_part(body: bytes) -> None:
    error = status_error(answer(500, body), NOW)
    assert len(error.raw) == KEPT == 65_536
    assert len(error.message) < 600
    if isinstance(error.body, str):
        assert len(error.body) <= KEPT


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_redirect_is_an_error_that_says_where_it_led(status: int) -> None:
    error = status_error(answer(status, b"<html>", location="https://elsewhere.example.com/"), NOW)
    assert type(error) is APIStatusError
    assert "'https://elsewhere.example.com/' not followed" in error.message
    assert "nowhere" in status_error(answer(status), NOW).message


@pytest.mark.parametrize(
    ("headers", "request_id"),
    [
        ({"X_Baseten_Request_Id": "b1", "X_Request_Id": "x1"}, "b1"),
        ({"X_Request_Id": "x1"}, "x1"),
        ({}, None),
    ],
)
def test_the_request_id_is_the_services_own(headers: dict[str, str], request_id: str | None) -> None:
    assert status_error(answer(400, b"", **headers), NOW).request_id == request_id


@pytest.mark.parametrize(
    ("headers", "request_id"), [({}, "req_1"), ({"X_Baseten_Request_Id": "b1"}, "b1"), ({"X_Request_Id": ""}, "req_1")]
)
def test_a_body_tells_the_request_id_where_no_header_does(headers: dict[str, str], request_id: str) -> None:
    body = {"type": "error", "request_id": "req_1", "error": {"type": "invalid_request_error", "message": "no"}}
    error = status_error(answer(400, json.dumps(body).encode(), **headers), NOW)
    assert (error.request_id, error.type, error.message) == (request_id, "invalid_request_error", "no.")


@pytest.mark.parametrize(
    "body",
    [
        b'event: error\ndata: {"error": {"message": "it broke"}}\n\n',
        b'data: {"error": {"message": "it broke"}}\r\n\r\ndata: [DONE]\r\n\r\n',
        b': ping\n\ndata:{"message": "it broke"}',
    ],
)
def test_an_error_that_comes_as_an_event_stream_is_read(body: bytes) -> None:
    error = status_error(answer(500, body, Content_Type="text/event-stream; charset=utf-8"), NOW)
    assert error.message == "it broke."


def test_headers_and_the_wait_that_was_asked_for_are_kept() -> None:
    error = status_error(answer(429, b"{}", Retry_After="7"), NOW)
    assert error.retry_after == 7
    assert error.headers == {"retry-after": "7"}


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["error", "message", "detail", "code", "type", "error_code", "exception_cls_name", "loc", "msg"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)


@given(JSON)
def test_a_body_of_any_shape_gives_a_message(body: object) -> None:
    message, code, kind = read_error(body)
    assert message is None or message.strip() or not str(body).strip()
    assert code is None or code
    assert kind is None or kind
    error = status_error(answer(500, json.dumps(body).encode()), NOW)
    assert error.message.rstrip(".!?")


@given(st.binary(max_size=40))
def test_a_body_of_any_bytes_gives_an_error(body: bytes) -> None:
    error = status_error(answer(500, body), NOW)
    assert error.raw == body
    assert error.message
