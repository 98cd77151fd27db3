"""`verify`: what is taken, what is refused and by which check, and what is read of it."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import Message
from enum import StrEnum
from itertools import permutations

import httpx
import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import Headers

from baseten_sdk import (
    ConfigurationError,
    InvalidRequestError,
    JsonValue,
    ResponseValidationError,
    WebhookSignatureError,
    verify,
)
from baseten_sdk.webhooks import HeadersLike, parse, sign

NEW = "whsec_" + "n" * 40
OLD = "whsec_" + "o" * 40
MOMENT = datetime(2026, 11, 20, 10, 0, 2, 500_000, UTC)
NOW = MOMENT.timestamp()
NAME = "X-BASETEN-SIGNATURE"


class Transcript(BaseModel):
    text: str


class Level(StrEnum):
    LOW = "low"


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)
    level: Level
    day: date
    parts: tuple[int, ...]


@dataclass
class Point:
    x: int


def body_of(**fields: object) -> bytes:
    told = {"request_id": "r1", "model_id": "abcd1234", "time": "2026-11-20T10:00:02.5Z", "data": {"text": "é"}}
    return json.dumps({**told, **fields}, ensure_ascii=False).encode()


def refused(body: bytes, headers: HeadersLike, secrets: str | list[str] = NEW, now: float = NOW) -> str:
    """The check that refuses a request."""
    with pytest.raises(WebhookSignatureError) as caught:
        verify(body, headers, secrets, now=now)
    assert NEW not in str(caught.value)
    assert sign(body, NEW) not in str(caught.value)
    return caught.value.check


# --- signatures


@pytest.mark.parametrize("secrets", [NEW, [NEW], [OLD, NEW], (NEW, OLD), f"{NEW}\n"])
def test_a_signature_by_any_of_the_secrets_is_taken(secrets: str | list[str]) -> None:
    body = body_of()
    assert verify(body, {NAME: sign(body, NEW)}, secrets, now=NOW).request_id == "r1"


@pytest.mark.parametrize("order", list(permutations([sign(body_of(), NEW), sign(body_of(), OLD), "v1=" + "0" * 64])))
@pytest.mark.parametrize("secrets", [NEW, OLD, [NEW, OLD], ["whsec_other", OLD]])
def test_during_a_rotation_any_of_several_signatures_will_do(order: tuple[str, ...], secrets: str | list[str]) -> None:
    assert verify(body_of(), {NAME: ",".join(order)}, secrets, now=NOW).request_id == "r1"


@pytest.mark.parametrize(
    "shape",
    [
        "{}",
        " {} ",
        "{},",
        ",{}",
        "v2=abc,{}",
        "{},v0=,v3",
        "v1=,{}",
        "{}\t,\tv1=short",
        "v1,v1=={},{}",
    ],
)
def test_odd_headers_are_read(shape: str) -> None:
    body = body_of()
    assert verify(body, {NAME: shape.replace("{}", sign(body, NEW))}, NEW, now=NOW).request_id == "r1"


def test_spaces_and_capitals_in_a_signature_do_not_matter() -> None:
    body = body_of()
    digest = sign(body, NEW).removeprefix("v1=")
    for value in (f"v1={digest.upper()}", f"v1 = {digest}", f"v1= {digest} , v1=00"):
        assert verify(body, {NAME: value}, NEW, now=NOW).request_id == "r1"


def message(*pairs: tuple[str, str]) -> Message:
    found = Message()
    for name, value in pairs:
        found[name] = value
    return found


GOOD = sign(body_of(), NEW)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-baseten-signature": GOOD},
        {"X-Baseten-Signature": GOOD, "X-BASETEN-REQUEST-ID": "r1"},
        Headers({NAME: GOOD}),
        Headers(raw=[(b"x-baseten-signature", b"v1=00"), (b"x-baseten-signature", GOOD.encode())]),
        httpx.Headers([(NAME, "v1=00"), (NAME, GOOD)]),
        message((NAME, "v1=00"), (NAME, GOOD)),
        [(b"content-type", b"\xff"), (b"x-baseten-signature", GOOD.encode())],
        [("x-baseten-signature", "v2=1"), ("X-Baseten-Signature", GOOD)],
        iter([(b"X-BASETEN-SIGNATURE", GOOD.encode())]),
    ],
    ids=lambda headers: type(headers).__name__,
)
def test_headers_come_in_many_forms(headers: HeadersLike) -> None:
    assert verify(body_of(), headers, NEW, now=NOW).request_id == "r1"


@pytest.mark.parametrize("body", [body_of(), bytearray(body_of()), memoryview(body_of())])
def test_raw_bytes_are_taken_in_any_form(body: bytes) -> None:
    assert verify(body, {NAME: GOOD}, NEW, now=NOW).request_id == "r1"


@pytest.mark.parametrize("headers", [{}, {"Signature": GOOD}, {NAME: ""}, {NAME: " "}, [], [(b"host", b"x")]])
def test_a_request_without_a_signature_is_unsigned(headers: HeadersLike) -> None:
    assert refused(body_of(), headers) == "unsigned"
    assert verify(body_of(), headers, NEW, allow_unsigned=True, now=NOW).request_id == "r1"
    assert verify(body_of(), headers, [], allow_unsigned=True, now=NOW).request_id == "r1"


@pytest.mark.parametrize(
    "value",
    [
        "v1=" + "0" * 64,
        "v1=",
        "v1",
        "v2=" + GOOD.removeprefix("v1="),
        GOOD.removeprefix("v1="),
        GOOD[:-1],
        GOOD + "0",
        f"V1={GOOD.removeprefix('v1=')}",
        "v1=\ud800é\x00",
        sign(body_of(), OLD),
        "," * 1000,
    ],
)
@pytest.mark.parametrize("allow_unsigned", [False, True])
def test_a_signature_that_fits_no_secret_is_refused(value: str, allow_unsigned: bool) -> None:
    assert refused(body_of(), {NAME: value}) == "signature"
    with pytest.raises(WebhookSignatureError, match="No signature"):
        verify(body_of(), {NAME: value}, NEW, allow_unsigned=allow_unsigned, now=NOW)


def test_a_body_that_was_parsed_and_written_again_does_not_fit() -> None:
    body = b'{"request_id": "r1",  "time": "2026-11-20T10:00:02.5Z"}'
    assert verify(body, {NAME: sign(body, NEW)}, NEW, now=NOW).request_id == "r1"
    assert refused(json.dumps(json.loads(body)).encode(), {NAME: sign(body, NEW)}) == "signature"


def test_whoever_cannot_sign_does_not_learn_what_else_is_wrong() -> None:
    for body in (b"no delivery", body_of(time="2020-01-01T00:00:00Z"), body_of(time=None), body_of()):
        assert refused(body, {NAME: "v1=" + "0" * 64}) == "signature"


@given(st.binary(max_size=200), st.sampled_from([NEW, OLD]))
def test_one_byte_more_or_less_is_another_body(body: bytes, secret: str) -> None:
    signature = sign(body, secret)
    for other in (body + b" ", b" " + body, body[:-1] if body else b"x"):
        with pytest.raises(WebhookSignatureError, match="No signature"):
            verify(other, {NAME: signature}, [NEW, OLD])


@given(st.lists(st.text(max_size=80), max_size=4), st.text(max_size=20))
def test_no_header_of_a_stranger_does_more_than_fail(parts: list[str], name: str) -> None:
    with pytest.raises(WebhookSignatureError):
        verify(body_of(), {name: "x", NAME: ",".join(parts)}, NEW, now=NOW)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl here")
def test_openssl_signs_the_same() -> None:
    body = body_of(data="x" * 1000)
    command = ["openssl", "dgst", "-sha256", "-hmac", NEW]
    shown = subprocess.run(command, input=body, capture_output=True, check=True).stdout.decode()
    assert f"v1={shown.split()[-1]}" == sign(body, NEW)


def test_sign_writes_one_signature_for_each_secret() -> None:
    assert sign(b"x", [NEW, OLD]) == f"{sign(b'x', NEW)},{sign(b'x', OLD)}"


@pytest.mark.parametrize("secrets", ["", " ", [], [""], [NEW, ""], [b"whsec"], [None]])
def test_without_secrets_nothing_can_be_checked(secrets: list[str]) -> None:
    with pytest.raises(ConfigurationError, match="secrets must be"):
        verify(body_of(), {NAME: GOOD}, secrets)
    if secrets:
        with pytest.raises(ConfigurationError, match="secrets must be"):
            verify(body_of(), {NAME: GOOD}, secrets, allow_unsigned=True)


def test_text_is_no_body() -> None:
    text: object = body_of().decode()
    with pytest.raises(ConfigurationError, match="raw bytes of the request, not str"):
        verify(text, {NAME: GOOD}, NEW)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]


# --- time


@pytest.mark.parametrize(("age", "taken"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)])
def test_a_delivery_has_an_age(age: float, taken: bool) -> None:
    if taken:
        assert verify(body_of(), {NAME: GOOD}, NEW, now=NOW + age).time == MOMENT
    else:
        assert refused(body_of(), {NAME: GOOD}, now=NOW + age) == "time"


@pytest.mark.parametrize(
    ("age", "words"), [(301, "sent 301 s ago; 300 s are allowed"), (-400, "400 s ahead of this machine's clock")]
)
def test_an_age_is_told_in_words(age: float, words: str) -> None:
    with pytest.raises(WebhookSignatureError, match=words):
        verify(body_of(), {NAME: GOOD}, NEW, now=NOW + age)


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ("2026-11-20T10:00:02Z", True),
        ("2026-11-20T10:00:02.500000Z", True),
        ("2026-11-20T10:00:02.500000123Z", True),
        ("2026-11-20T12:00:02+02:00", True),
        ("2026-11-20T10:00:02", True),  # in UTC, as all times of the service
        (NOW, True),
        (None, False),
        ("", False),
        ("yesterday", False),
        ([], False),
    ],
)
def test_a_time_is_read_or_the_age_cannot_be_checked(told: object, taken: bool) -> None:
    body = body_of(time=told)
    headers = {NAME: sign(body, NEW)}
    if taken:
        found = verify(body, headers, NEW, now=NOW).time
        assert found is not None
        assert abs(found.timestamp() - NOW) < 1
        assert found.utcoffset() is not None
    else:
        assert refused(body, headers) == "time"
        assert verify(body, headers, NEW, None).time is None


def test_the_age_can_be_of_no_interest_or_of_more() -> None:
    assert verify(body_of(), {NAME: GOOD}, NEW, None, now=NOW + 1e9).request_id == "r1"
    assert verify(body_of(), {NAME: GOOD}, NEW, tolerance=5000, now=NOW + 4000).request_id == "r1"
    with pytest.raises(WebhookSignatureError):
        verify(body_of(), {NAME: GOOD}, NEW, 10, now=NOW + 20)


@pytest.mark.parametrize("tolerance", [0, -1, math.nan, True])
def test_a_tolerance_is_a_number_of_seconds(tolerance: float) -> None:
    with pytest.raises(ConfigurationError, match="tolerance"):
        verify(body_of(), {NAME: GOOD}, NEW, tolerance)


def test_the_machine_s_own_clock_is_asked() -> None:
    body = body_of(time=datetime.now(UTC).isoformat())
    assert verify(body, {NAME: sign(body, NEW)}, NEW).request_id == "r1"
    with pytest.raises(WebhookSignatureError, match="ago"):
        verify(body_of(time="2020-01-01T00:00:00Z"), {NAME: sign(body_of(time="2020-01-01T00:00:00Z"), NEW)}, NEW)


# --- what it says


def read(**fields: object) -> JsonValue:
    return parse(body_of(**fields)).data


def test_a_result_is_read() -> None:
    result = parse(body_of(deployment_id="wxyz123", type="async_request_completed", errors=[], new="unknown"))
    assert (result.request_id, result.model_id, result.chain_id, result.deployment_id) == (
        "r1",
        "abcd1234",
        None,
        "wxyz123",
    )
    assert (result.type, result.time, result.data, result.errors) == (
        "async_request_completed",
        MOMENT,
        {"text": "é"},
        (),
    )
    assert result.succeeded


def test_a_failure_is_read() -> None:
    errors = [{"code": "MODEL_PREDICT_ERROR", "message": "boom"}]
    for result in (
        parse(body_of(data=None, errors=errors)),
        parse(body_of(data=None, errors=errors), response_model=Transcript),
    ):
        assert not result.succeeded
        assert result.data is None
        assert [(each.code, each.message) for each in result.errors] == [("MODEL_PREDICT_ERROR", "boom")]


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        (None, []),
        ([], []),
        ({}, []),
        ("boom", [("", "boom")]),
        (["boom"], [("", "boom")]),
        ({"code": 7, "message": None}, [("7", "")]),
        ([{"code": None, "message": {"a": 1}}], [("", '{"a": 1}')]),
        ([None], [("", "")]),
    ],
)
def test_errors_are_read_whichever_way_they_are_told(errors: object, told: list[tuple[str, str]]) -> None:
    result = parse(body_of(errors=errors))
    assert [(each.code, each.message) for each in result.errors] == told
    assert result.succeeded is not bool(told)


@pytest.mark.parametrize("field", ["model_id", "chain_id", "deployment_id", "type", "time"])
def test_an_odd_field_costs_that_field_alone(field: str) -> None:
    result = parse(body_of(**{field: [1]}))
    assert result.data == {"text": "é"}
    assert getattr(result, field) in (None, "async_request_completed")


@pytest.mark.parametrize("data", [None, "", "text", 0, 1.5, True, [], {}, [1, None], 12345678901234567890123])
def test_any_json_is_an_output(data: object) -> None:
    assert read(data=data) == data


def test_numbers_that_are_none_are_read() -> None:
    data = parse(b'{"request_id": "r1", "data": [NaN, Infinity, -Infinity]}').data
    assert isinstance(data, list)
    assert [str(each) for each in data] == ["nan", "inf", "-inf"]


@pytest.mark.parametrize(
    "data", ["[" * 500 + "]" * 500, '"\\ud800"', '"\udcff"'], ids=["deep", "half of a pair", "no UTF-8"]
)
def test_what_a_strict_parser_refuses_is_not_lost(data: str) -> None:
    body = f'{{"request_id": "r1", "data": {data}}}'.encode("utf-8", "surrogateescape")
    assert verify(body, {NAME: sign(body, NEW)}, NEW, None).request_id == "r1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"{}",
        b'{"request_id": null}',
        b'{"request_id": ""}',
        b'{"request_id": 7}',
        b'{"request_id": "a\\u0000b"}',
        b'{"request_id": "\\ud800"}',
        b"\xff",
        b"[" * 100_000,
        b'{"type": "API_BILLING_USAGE", "data": {"events": []}}',
    ],
)
def test_what_is_signed_but_no_delivery_is_refused_as_such(body: bytes) -> None:
    assert refused(body, {NAME: sign(body, NEW)}) == "body"
    with pytest.raises(ResponseValidationError, match="not a delivery"):
        parse(body)


def kinds() -> Iterable[tuple[type[object], object, object]]:
    yield Transcript, {"text": "x"}, Transcript(text="x")
    yield Point, {"x": 1}, Point(1)
    yield list[int], [1, 2], [1, 2]
    yield dict[str, Point], {"a": {"x": 1}}, {"a": Point(1)}
    yield str, "text", "text"
    yield int, 3, 3
    strict = {"level": "low", "day": "2026-11-20", "parts": [1, 2]}
    yield Strict, strict, Strict(level=Level.LOW, day=date(2026, 11, 20), parts=(1, 2))


@pytest.mark.parametrize(("kind", "data", "expected"), list(kinds()))
def test_an_output_is_validated_into_any_type(kind: type[object], data: object, expected: object) -> None:
    body = body_of(data=data)
    assert verify(body, {NAME: sign(body, NEW)}, NEW, now=NOW, response_model=kind).data == expected


def test_an_output_of_another_type_is_told_with_its_body() -> None:
    with pytest.raises(
        ResponseValidationError, match=r"async request r1 is not a Transcript: text: Field required"
    ) as caught:
        parse(body_of(data={"words": 1}), response_model=Transcript)
    assert b"words" in caught.value.body
    with pytest.raises(ResponseValidationError):
        parse(body_of(data=None), response_model=Transcript)


def test_a_type_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="not a type that pydantic can validate"):
        parse(body_of(), response_model=httpx.Client)


def test_half_of_a_surrogate_pair_in_a_typed_output_is_kept() -> None:
    assert parse(b'{"request_id": "r1", "data": ["\\ud800"]}', response_model=list[str]).data == ["\ud800"]
