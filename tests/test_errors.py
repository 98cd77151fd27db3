"""Every error is plain data: it can be copied and pickled, and says what happened, where, and what to do."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from baseten_sdk import errors
from baseten_sdk.errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AsyncRequestError,
    AuthenticationError,
    BasetenError,
    BatchRowError,
    BatchStopped,
    ConfigurationError,
    ConnectTimeout,
    DeadlineExceeded,
    FirstByteTimeout,
    GatewayTimeoutError,
    IdleTimeout,
    InternalServerError,
    InvalidRequestError,
    ModelError,
    NotFoundError,
    OutputError,
    OverloadedError,
    PermissionDeniedError,
    RateLimitError,
    ResponseValidationError,
    ServiceUnavailableError,
    StreamAPIError,
    StreamDecodeError,
    StreamError,
    StreamInterrupted,
    ToolArgumentError,
    WebhookSignatureError,
)
from baseten_sdk.errors.api import QUOTA_CODES
from baseten_sdk.errors.status import BY_STATUS
from baseten_sdk.types.async_requests import AsyncRequestStatus
from baseten_sdk.types.batch import Report
from baseten_sdk.types.chat import ChatCompletion
from baseten_sdk.types.meta import Headers, Meta
from baseten_sdk.types.reply import attach_meta


def subclasses(cls: type[BasetenError]) -> Iterator[type[BasetenError]]:
    for child in cls.__subclasses__():
        yield child
        yield from subclasses(child)


def own_classes() -> list[type[BasetenError]]:
    found: set[type[BasetenError]] = {BasetenError, *subclasses(BasetenError)}
    return sorted((c for c in found if c.__module__.startswith(errors.__name__)), key=lambda c: c.__name__)


OWN = own_classes()
"""Found, not listed: a new class is tested without anyone thinking of it."""


def completion() -> ChatCompletion:
    found = ChatCompletion.model_validate(
        {
            "id": "chatcmpl-1",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hal"}, "finish_reason": "length"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
            "unknown": {"kept": [1]},
        }
    )
    return attach_meta(found, Meta(200, Headers([("X-Baseten-Request-Id", "r1")]), 2, 0.5))


def status(state: str) -> AsyncRequestStatus:
    return AsyncRequestStatus.model_validate(
        {"request_id": "0f1e", "status": state, "errors": [{"code": "MODEL_PREDICT_ERROR", "message": "boom"}]}
    )


def plain(cls: type[BasetenError]) -> BasetenError:
    return cls("It went wrong.")


def of_api(cls: type[APIError]) -> BasetenError:
    return cls("It went wrong.", request_id="r1")


def of_connection(cls: type[APIConnectionError]) -> BasetenError:
    return cls("It broke.", phase="idle", status_code=200, permanent=True, request_id="r1")


def of_time(cls: type[APITimeoutError]) -> BasetenError:
    error = cls("Too late.", phase="idle", limit=2.5, status_code=200, request_id="r1")
    error.partial = completion()
    return error


def of_status(cls: type[APIStatusError]) -> BasetenError:
    return cls(
        "Refused.",
        status_code=418,
        body={"error": {"message": "Refused", "code": 418}},
        raw=b'{"error": {"message": "Refused", "code": 418}}',
        headers={"x-baseten-error-source": "04", "x-baseten-error-code": "600", "retry-after": "7"},
        code="418",
        type="teapot",
        retry_after=7.0,
        request_id="r1",
    )


def of_stream(cls: type[StreamError]) -> BasetenError:
    return cls("It was cut.", partial=completion(), request_id="r1")


def of_output(cls: type[OutputError]) -> BasetenError:
    return cls("Not what was asked for.", completion=completion(), partial={"name": "Ada"})


def of_request(cls: type[AsyncRequestError]) -> BasetenError:
    return cls("It ended badly.", status=status("FAILED"))


def of_reply(cls: type[ResponseValidationError]) -> BasetenError:
    return cls("Unreadable.", status_code=200, body=b"<html>", headers={"content-type": "text/html"}, request_id="r1")


def of_event(cls: type[StreamAPIError]) -> BasetenError:
    return cls("Overloaded.", partial=completion(), body={"error": "x"}, code="529", request_id="r1")


def of_arguments(cls: type[ToolArgumentError]) -> BasetenError:
    return cls("No such city.", completion=completion(), tool="weather", arguments='{"city": 1}', partial=None)


def of_row(cls: type[BatchRowError]) -> BasetenError:
    return cls("Line 7 is not JSON.", number=7)


def of_batch(cls: type[BatchStopped]) -> BasetenError:
    error = cls("It ended early.")
    error.report = Report(ok=3, failed=1, stopped="It ended early.")
    return error


def of_signature(cls: type[WebhookSignatureError]) -> BasetenError:
    return cls("Not signed.", check="signature")


def of_code(status: int, code: str | None = None, type: str | None = None) -> APIStatusError:
    cls = BY_STATUS.get(status, InternalServerError if status >= 500 else APIStatusError)
    return cls("m", status_code=status, code=code, type=type)


SAMPLES: list[tuple[type[BasetenError], Callable[..., BasetenError]]] = [
    (BatchRowError, of_row),
    (BatchStopped, of_batch),
    (ToolArgumentError, of_arguments),
    (WebhookSignatureError, of_signature),
    (StreamAPIError, of_event),
    (ResponseValidationError, of_reply),
    (AsyncRequestError, of_request),
    (OutputError, of_output),
    (StreamError, of_stream),
    (APIStatusError, of_status),
    (APITimeoutError, of_time),
    (APIConnectionError, of_connection),
    (APIError, of_api),
    (BasetenError, plain),
]
"""How to make an error of a class or of those below it; the nearest comes first."""


def sample(cls: type[BasetenError]) -> BasetenError:
    make = next(make for base, make in SAMPLES if issubclass(cls, base))
    error = make(cls)
    if isinstance(error, APIError):
        error.method, error.url, error.attempts, error.elapsed = "POST", "https://h/v1/chat/completions", 3, 1.25
    error.add_note("3 attempts: 503 (waited 0.10 s), 503 (waited 0.20 s), 503.")
    return error


def same(error: BasetenError) -> BasetenError:
    return error


def pickled(error: BasetenError) -> object:
    return pickle.loads(pickle.dumps(error))


def pickled_as_of_old(error: BasetenError) -> object:
    return pickle.loads(pickle.dumps(error, 2))


def test_every_class_is_public_and_documented() -> None:
    assert len(OWN) > 40
    for cls in OWN:
        assert hasattr(errors, cls.__name__), f"{cls.__name__} is missing in errors"
        assert cls.__doc__, f"{cls.__name__} has no docstring"


@pytest.mark.parametrize("cls", OWN, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled, pickled_as_of_old])
def test_a_copy_of_an_error_is_the_error(cls: type[BasetenError], copied: Callable[[BasetenError], object]) -> None:
    error = sample(cls)
    twin = copied(error)
    assert type(twin) is cls
    assert twin == error
    assert twin is not error
    assert hash(twin) == hash(error)
    assert isinstance(twin, BasetenError)
    assert str(twin) == str(error)
    assert twin.args == error.args == (error.message,)
    assert twin.__dict__ == error.__dict__
    assert twin.__notes__ == ["3 attempts: 503 (waited 0.10 s), 503 (waited 0.20 s), 503."]


def test_errors_of_other_classes_or_with_other_data_differ() -> None:
    one = RateLimitError("m", status_code=429, headers={"a": "1"})
    assert one == RateLimitError("m", status_code=429, headers={"a": "1"})
    assert one != RateLimitError("m", status_code=429, headers={"a": "2"})
    assert one != RateLimitError("n", status_code=429, headers={"a": "1"})
    assert one != OverloadedError("m", status_code=429, headers={"a": "1"})
    assert one != "m"


def test_the_meta_of_a_partial_completion_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(of_stream(StreamInterrupted)))
    assert error.partial.meta.request_id == "r1"
    assert error.partial.model_extra == {"unknown": {"kept": [1]}}


def test_errors_come_back_from_a_process_pool() -> None:
    samples = [sample(cls) for cls in OWN]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(same, samples, chunksize=len(samples))) == samples


def test_an_error_says_what_happened_what_to_do_and_where() -> None:
    error = RateLimitError("Rate limit exceeded.", status_code=429, request_id="r1")
    assert str(error) == (
        "429: Rate limit exceeded. Slow down, lower Limits(concurrency=...), or ask for a higher limit. [request id r1]"
    )
    error.method, error.url, error.attempts, error.elapsed = "POST", "https://h/p", 1, 0.1234
    assert str(error).endswith(" [POST https://h/p, 1 attempt in 0.12 s, request id r1]")
    error.attempts, error.elapsed, error.request_id = 3, None, None
    assert str(error).endswith(" [POST https://h/p, 3 attempts]")


@pytest.mark.parametrize("cls", OWN, ids=lambda cls: cls.__name__)
def test_every_error_shows_its_message_and_advice(cls: type[BasetenError]) -> None:
    error = sample(cls)
    assert error.message in str(error)
    assert cls.advice in str(error)
    assert not cls.advice or cls.advice.endswith(".")
    if isinstance(error, APIError):
        for part in ("POST https://h/v1/chat/completions", "3 attempts in 1.25 s"):
            assert part in str(error)
        if error.request_id:
            assert "request id r1" in str(error)


@pytest.mark.parametrize(
    ("error", "advised", "silent"),
    [
        (of_code(429), "Slow down", "billing"),
        (of_code(429, code="insufficient_quota"), "waiting does not help", "Slow down"),
        (of_code(429, type="budget_exceeded"), "app.baseten.co/settings/billing", "Slow down"),
        (of_code(503, code="quota_exceeded"), "waiting does not help", "Try again later"),
        (of_code(402), "waiting does not help", "Slow down"),
        (WebhookSignatureError("m", check="unsigned"), "Create a webhook secret", "byte for byte"),
        (WebhookSignatureError("m", check="signature"), "Check the secrets", "clock"),
        (WebhookSignatureError("m", check="time"), "clock", "secrets"),
        (WebhookSignatureError("m", check="body"), "not a delivery", "clock"),
    ],
)
def test_advice_fits_what_happened(error: BasetenError, advised: str, silent: str) -> None:
    assert advised in str(error)
    assert silent not in str(error)


def test_an_unsigned_webhook_names_the_secret_before_the_way_around_it() -> None:
    text = str(WebhookSignatureError("Not signed.", check="unsigned"))
    assert text.index("secret") < text.index("allow_unsigned")


def test_advice_of_its_own_survives_pickling() -> None:
    error = errors.DeadlineExceeded("Late.", phase="idle", limit=1, advice="Wait.")
    assert str(pickle.loads(pickle.dumps(error))) == str(error) == "Late. Wait."


def test_an_error_without_a_place_or_advice_is_its_message() -> None:
    assert str(APIError("Failed.")) == "Failed."
    assert str(ConfigurationError("No.")) == "No."


TREE: list[tuple[type[BasetenError], type[BaseException]]] = [
    (APIError, BasetenError),
    (ConfigurationError, BasetenError),
    (InvalidRequestError, ConfigurationError),
    (InvalidRequestError, ValueError),
    (errors.ClientClosedError, ConfigurationError),
    (APIConnectionError, APIError),
    (APITimeoutError, APIConnectionError),
    (APITimeoutError, TimeoutError),
    (ConnectTimeout, APITimeoutError),
    (FirstByteTimeout, APITimeoutError),
    (IdleTimeout, APITimeoutError),
    (DeadlineExceeded, APITimeoutError),
    (APIStatusError, APIError),
    (errors.BadRequestError, APIStatusError),
    (AuthenticationError, APIStatusError),
    (PermissionDeniedError, AuthenticationError),
    (errors.PaymentRequiredError, APIStatusError),
    (NotFoundError, APIStatusError),
    (errors.RequestTimeoutError, APIStatusError),
    (errors.ConflictError, APIStatusError),
    (errors.PayloadTooLargeError, APIStatusError),
    (errors.UnprocessableEntityError, APIStatusError),
    (RateLimitError, APIStatusError),
    (InternalServerError, APIStatusError),
    (ModelError, InternalServerError),
    (errors.BadGatewayError, InternalServerError),
    (ServiceUnavailableError, InternalServerError),
    (GatewayTimeoutError, InternalServerError),
    (OverloadedError, InternalServerError),
    (StreamError, APIError),
    (StreamInterrupted, StreamError),
    (errors.ContinuationError, StreamInterrupted),
    (StreamAPIError, StreamError),
    (StreamDecodeError, StreamError),
    (ResponseValidationError, APIError),
    (OutputError, BasetenError),
    (errors.RefusalError, OutputError),
    (errors.LengthLimitError, OutputError),
    (errors.ContentFilterError, OutputError),
    (errors.OutputValidationError, OutputError),
    (ToolArgumentError, OutputError),
    (AsyncRequestError, BasetenError),
    (errors.AsyncRequestFailed, AsyncRequestError),
    (errors.AsyncRequestExpired, AsyncRequestError),
    (errors.AsyncRequestCanceled, AsyncRequestError),
    (errors.WebhookDeliveryFailed, AsyncRequestError),
    (WebhookSignatureError, BasetenError),
]


@pytest.mark.parametrize(("cls", "base"), TREE, ids=lambda cls: cls.__name__)
def test_the_tree_is_as_promised(cls: type[BasetenError], base: type[BaseException]) -> None:
    assert issubclass(cls, base)


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        *((of_code(status), True) for status in (408, 429, 500, 502, 503, 504, 520, 529)),
        *((of_code(status), False) for status in (304, 400, 401, 402, 403, 404, 409, 413, 418, 422)),
        (ModelError("m", status_code=500), False),
        (of_code(429, code="insufficient_quota"), False),
        (of_code(503, type="billing_hard_limit_reached"), False),
        (APIConnectionError("m", phase="connect"), True),
        (APIConnectionError("m", phase="idle", status_code=200), True),
        (APIConnectionError("m", phase="connect", permanent=True), False),
        (ConnectTimeout("m", phase="connect"), True),
        (FirstByteTimeout("m", phase="first_byte"), True),
        (DeadlineExceeded("m", phase="queue"), True),
        (StreamInterrupted("m"), True),
        (StreamDecodeError("m"), False),
        (StreamAPIError("m", code="529"), True),
        (StreamAPIError("m", code="408"), True),
        (StreamAPIError("m", code="400"), False),
        (StreamAPIError("m", body={"type": "error", "error": {"type": "overloaded_error"}}), True),
        (StreamAPIError("m", body={"type": "error", "error": {"type": "invalid_request_error"}}), False),
        (StreamAPIError("m", code="server_error"), True),
        (StreamAPIError("m", code="rate_limit_error", body={"error": {"type": "insufficient_quota"}}), False),
        (StreamAPIError("m"), False),
        (StreamAPIError("m", code="429", body={"error": {"type": "insufficient_quota"}}), False),
        (ResponseValidationError("m", status_code=200, body=b""), False),
        (InvalidRequestError("m"), False),
        (of_output(errors.RefusalError), False),
    ],
)
def test_an_error_says_whether_it_may_pass_by_itself(error: BasetenError, transient: bool) -> None:
    assert error.transient is transient


@pytest.mark.parametrize(
    ("error", "exhausted"),
    [
        (of_code(402), True),
        *((of_code(429, code=code), True) for code in QUOTA_CODES),
        *((of_code(429, type=code), True) for code in QUOTA_CODES),
        (of_code(403, code="insufficient_quota"), True),
        (StreamAPIError("m", code="insufficient_quota"), True),
        (of_code(429), False),
        (of_code(429, code="rate_limit_exceeded"), False),
        (APIConnectionError("m", phase="connect"), False),
        (ConfigurationError("m"), False),
    ],
)
def test_an_error_says_whether_a_quota_is_used_up(error: BasetenError, exhausted: bool) -> None:
    assert error.quota_exhausted is exhausted
    assert not (error.quota_exhausted and error.transient)


def test_an_error_that_is_no_api_error_has_not_reached_the_service() -> None:
    for cls in (ConfigurationError, OutputError, AsyncRequestError, WebhookSignatureError):
        assert not issubclass(cls, APIError)
    assert not issubclass(APIStatusError, APIConnectionError)


def test_a_status_error_tells_whose_fault_it_was() -> None:
    error = of_status(ModelError)
    assert isinstance(error, ModelError)
    assert (error.error_source, error.error_code, error.code, error.type) == ("04", "600", "418", "teapot")
    assert InternalServerError("m", status_code=500).error_source is None


def test_a_model_error_tells_the_remote_exception_and_its_stack() -> None:
    frame = {"filename": "/app/model.py", "lineno": 12, "name": "run_remote", "line": "raise ValueError"}
    error = ModelError(
        "m",
        status_code=500,
        body={"error": {"exception_cls_name": "ValueError", "user_stack_trace": [frame, "odd", frame]}},
    )
    assert error.exception == "ValueError"
    assert error.stack == ["/app/model.py:12 in run_remote: raise ValueError"] * 2


@pytest.mark.parametrize(
    "body",
    [None, "text", [], {"error": "text"}, {"error": {"exception_cls_name": 5, "user_stack_trace": "none"}}],
)
def test_a_model_error_without_them_tells_nothing(body: object) -> None:
    error = ModelError("m", status_code=500, body=body)
    assert error.exception is None
    assert error.stack == []


def test_a_status_error_does_not_share_the_headers_it_was_given() -> None:
    headers = {"a": "1"}
    error = APIStatusError("m", status_code=400, headers=headers)
    headers["a"] = "2"
    assert error.headers == {"a": "1"}


@pytest.mark.parametrize("cls", [cls for cls in OWN if issubclass(cls, APIStatusError)], ids=lambda cls: cls.__name__)
def test_the_text_of_a_status_error_shows_neither_headers_nor_body(cls: type[APIStatusError]) -> None:
    error = cls(
        "Refused.",
        status_code=400,
        body={"echo": "Bearer hunter2"},
        raw=b"Bearer hunter2",
        headers={"set-cookie": "hunter2"},
    )
    error.method, error.url = "GET", "https://h/p"
    assert "hunter2" not in str(error)
    assert "hunter2" not in repr(error)


def test_every_error_of_a_call_says_what_to_do() -> None:
    silent = {BasetenError, APIError, OutputError}
    for cls in OWN:
        if issubclass(cls, APIError | OutputError | AsyncRequestError | WebhookSignatureError) and cls not in silent:
            assert cls.advice.endswith("."), cls.__name__


def answered(text: str, request_id: str | None = "r1") -> ChatCompletion:
    completion = ChatCompletion.model_validate(
        {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]}
    )
    headers = [] if request_id is None else [("x-baseten-request-id", request_id)]
    return attach_meta(completion, Meta(200, Headers(headers), 1, 0.1))


def test_an_output_error_has_the_request_id_and_the_beginning_of_the_answer() -> None:
    error = errors.OutputValidationError(
        "The answer is not a valid Invoice: total: Field required.", completion=answered("{}")
    )
    assert error.request_id == "r1"
    assert str(error) == (
        "The answer is not a valid Invoice: total: Field required. The answer begins: '{}'. "
        "The whole reply is in .completion. [request id r1]"
    )
    assert pickle.loads(pickle.dumps(error)).request_id == "r1"


def test_of_a_long_answer_an_output_error_shows_the_beginning() -> None:
    error = errors.LengthLimitError("The answer was cut.", completion=answered("x\n" * 10_000))
    assert f"The answer begins: {('x' + chr(10)) * 100 + '...'!r}." in str(error)
    assert len(str(error)) < 600


def test_an_output_error_says_a_thing_once_and_nothing_of_what_is_not_there() -> None:
    refusal = errors.RefusalError("The model refused: I cannot.", completion=answered("The model refused"))
    assert str(refusal).count("The model refused") == 1
    empty = errors.OutputValidationError("The model gave no text.", completion=answered("", None))
    assert str(empty) == "The model gave no text. The whole reply is in .completion."


def test_an_error_of_arguments_shows_them() -> None:
    error = ToolArgumentError("Bad.", completion=answered("Let me see."), tool="f", arguments='{"city": 1}')
    assert "The answer begins: '{\"city\": 1}'." in str(error)
