"""Error replies over a socket: which class, what it says, what it keeps, and that it travels."""

from __future__ import annotations

import copy
import pickle
import traceback

import pytest

from baseten_sdk import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AsyncClient,
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
    StreamInterrupted,
    UnprocessableEntityError,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, IDLE, MODEL, behaving

pytestmark = pytest.mark.anyio

STATUSES: list[tuple[int, type[APIStatusError]]] = [
    (400, BadRequestError),
    (401, AuthenticationError),
    (402, PaymentRequiredError),
    (403, PermissionDeniedError),
    (404, NotFoundError),
    (408, RequestTimeoutError),
    (409, ConflictError),
    (412, APIStatusError),
    (413, PayloadTooLargeError),
    (422, UnprocessableEntityError),
    (429, RateLimitError),
    (500, InternalServerError),
    (501, InternalServerError),
    (502, BadGatewayError),
    (503, ServiceUnavailableError),
    (504, GatewayTimeoutError),
    (529, OverloadedError),
]


async def failing(client: AsyncClient, spec: str, retries: int = 0) -> APIStatusError:
    with pytest.raises(APIStatusError) as caught:
        await client.chat.completions.create(
            model=MODEL, messages=HELLO, extra_headers=behaving(spec), max_retries=retries
        )
    assert IDLE in repr(client)
    return caught.value


@pytest.mark.parametrize(("status", "kind"), STATUSES)
async def test_each_status_has_its_class(client: AsyncClient, status: int, kind: type[APIStatusError]) -> None:
    error = await failing(client, f"status={status}, message=a certain text")
    assert type(error) is kind
    assert error.status_code == status
    assert error.message == "a certain text."
    assert str(error).startswith(f"{status}: a certain text.")
    assert error.advice in str(error)
    assert error.attempts == 1
    assert error.method == "POST"
    assert (error.url or "").endswith("/v1/chat/completions")
    assert error.elapsed is not None
    assert error.request_id == error.headers["x-baseten-request-id"]
    assert f"request id {error.request_id}" in str(error)


@pytest.mark.parametrize(
    ("shape", "message", "code", "kind"),
    [
        ("1", "out of luck.", None, None),
        ("2", "out of luck.", "client_error", None),
        ("3", "out of luck.", "400", "Bad Request"),
        ("4", "out of luck.", "400", "Bad Request"),
        ("5", "out of luck.", None, None),
        ("5-list", "body.input: out of luck.", None, None),
        ("6", "ValueError: out of luck.", None, None),
        ("7", "out of luck.", None, "invalid_request_error"),
        ("8-text", "out of luck.", None, None),
    ],
)
async def test_each_shape_of_body_is_read(
    client: AsyncClient, shape: str, message: str, code: str | None, kind: str | None
) -> None:
    error = await failing(client, f"status=400, shape={shape}, message=out of luck")
    assert error.message == message
    assert error.code == code
    assert error.type == kind
    assert b"out of luck" in error.raw
    assert isinstance(error.body, str) == (shape == "8-text")


async def test_a_page_is_an_error_with_its_text(client: AsyncClient) -> None:
    error = await failing(client, "bad-gateway")
    assert type(error) is BadGatewayError
    assert "502" in error.message
    assert isinstance(error.body, str)
    assert error.body.startswith("<html>")


@pytest.mark.parametrize("reply", ["empty", "not-json", "truncated"])
async def test_a_body_that_says_nothing_leaves_the_status(client: AsyncClient, reply: str) -> None:
    error = await failing(client, f"status=503, reply={reply}")
    assert type(error) is ServiceUnavailableError
    assert error.message
    if reply == "empty":
        assert error.message == "HTTP status 503."
        assert (error.body, error.raw) == (None, b"")


async def test_whose_fault_it_was_is_told(client: AsyncClient) -> None:
    model = await failing(client, "model-error")
    assert type(model) is ModelError
    assert (model.error_source, model.error_code) == ("04", "600")
    platform = await failing(client, "unhandled")
    assert type(platform) is InternalServerError
    assert (platform.error_source, platform.error_code) == ("04", "500")
    neither = await failing(client, "status=500")
    assert type(neither) is InternalServerError
    assert (neither.error_source, neither.error_code) == (None, None)


async def test_a_chain_tells_its_exception_and_its_stack(client: AsyncClient) -> None:
    error = await failing(client, "status=500, shape=6, message=boom, code=KeyError")
    assert isinstance(error, ModelError)
    assert error.exception == "KeyError"
    assert error.stack == ["/app/model/main.py:12 in run_remote: raise ValueError"]
    assert error.message == "KeyError: boom."


@pytest.mark.parametrize(("header", "seconds"), [("retry-after=7", 7.0), ("retry-after-ms=1500", 1.5)])
async def test_the_wish_of_the_service_is_in_the_error(client: AsyncClient, header: str, seconds: float) -> None:
    error = await failing(client, f"status=429, {header}")
    assert error.retry_after == seconds


async def test_a_wrong_key_is_an_authentication_error_either_way(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(transport=transport, api_key="wrong.key.entirely", endpoints=emu.endpoints) as client:
        with pytest.raises(PermissionDeniedError, match="please check the api-key") as apis:
            await client.models.list()
        with pytest.raises(AuthenticationError, match="BASETEN_API_KEY") as dedicated:
            await client.deployments("abcd1234").predict({})
    assert isinstance(apis.value, AuthenticationError)
    assert (apis.value.status_code, dedicated.value.status_code) == (403, 401)
    for caught in (apis.value, dedicated.value):
        assert caught.request_id is None
        assert "wrong.key.entirely" not in f"{caught!s} {caught!r} {vars(caught)}"


async def test_the_callers_own_id_stands_in_for_the_services(client: AsyncClient) -> None:
    with pytest.raises(APIStatusError) as caught:
        await client.chat.completions.create(
            model=MODEL,
            messages=HELLO,
            extra_headers=behaving("status=400, request-id=off"),
            request_id="mine",
        )
    assert caught.value.request_id == "mine"


async def test_errors_survive_pickle_and_copy(client: AsyncClient) -> None:
    errors: list[APIError] = [await failing(client, f"status={status}, retry-after=1") for status, _ in STATUSES]
    for spec in ("drop", "cut=1"):
        with pytest.raises(APIConnectionError) as broken:
            await client.models.list(extra_headers=behaving(spec), max_retries=0)
        errors.append(broken.value)
    stream = await client.chat.completions.create(
        model=MODEL, messages=HELLO, stream=True, extra_headers=behaving("cut=4")
    )
    with pytest.raises(StreamInterrupted) as interrupted:
        async for _ in stream:
            pass
    errors.append(interrupted.value)
    for error in errors:
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert again == error
            assert again is not error
            assert str(again) == str(error)
            assert vars(again) == vars(error)


async def test_the_final_error_has_a_note_of_all_attempts(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["drop", "status=503", "status=429"])
    with pytest.raises(RateLimitError) as caught:
        await client.models.list()
    error = caught.value
    assert error.attempts == len(emu.requests) == 3
    (note,) = error.__notes__
    assert note.startswith("3 attempts: first_byte failed (waited 0.00 s), 503 (waited 0.00 s), 429")
    assert "3 attempts in" in str(error)
    assert note in "".join(traceback.format_exception(error))
    assert pickle.loads(pickle.dumps(error)).__notes__ == error.__notes__


async def test_one_attempt_needs_no_note(client: AsyncClient) -> None:
    error = await failing(client, "status=400", retries=2)
    assert error.attempts == 1
    assert not getattr(error, "__notes__", [])


async def test_no_error_holds_the_key_or_its_cause_from_the_transport(client: AsyncClient, emu: Emulator) -> None:
    secret = f"in-{'query'}"
    with pytest.raises(APIConnectionError) as caught:
        await client.models.list(extra_headers=behaving("drop"), extra_query={"secret": secret}, max_retries=0)
    error = caught.value
    shown = f"{error!s} {error!r} {vars(error)} {''.join(traceback.format_exception(error))}"
    assert emu.requests[0].query == f"secret={secret}"
    assert emu.api_key not in shown
    assert secret not in shown
    link: BaseException | None = error
    while link is not None:
        assert type(link).__module__.startswith("baseten_sdk")
        link = link.__cause__ or link.__context__


async def test_a_redirect_is_not_followed(emu: Emulator, client: AsyncClient) -> None:
    error = await failing(client, "status=307")
    assert type(error) is APIStatusError
    assert "not followed" in error.message
    assert len(emu.requests) == 1
