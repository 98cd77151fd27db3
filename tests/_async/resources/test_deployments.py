"""Deployments over a socket: targets, `predict` in every form, `sync`, queue status and waking."""

from __future__ import annotations

import dataclasses
import io
import math
from datetime import UTC, datetime
from typing import TypeAlias

import pytest
from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    AsyncDeployment,
    ConfigurationError,
    InvalidRequestError,
    JsonValue,
    ModelError,
    NotFoundError,
    PayloadTooLargeError,
    ResponseValidationError,
    UnprocessableEntityError,
)
from baseten_sdk.emulator import Emulator
from tests.asking import behaving, fields, only

pytestmark = pytest.mark.anyio


Target: TypeAlias = dict[str, str]

TARGETS: list[tuple[Target, str]] = [
    ({}, "/model/abcd1234/environments/production"),
    ({"environment": "production"}, "/model/abcd1234/environments/production"),
    ({"environment": "staging"}, "/model/abcd1234/environments/staging"),
    ({"environment": "a b/../c".replace("/../", "-")}, "/model/abcd1234/environments/a%20b-c"),
    ({"environment": "development"}, "/model/abcd1234/development"),
    ({"deployment_id": "wxyz123"}, "/model/abcd1234/deployment/wxyz123"),
    ({"regional": "prod-us"}, "/regional/abcd1234/prod-us"),
]


@pytest.mark.parametrize(("target", "prefix"), TARGETS)
async def test_every_call_goes_to_its_target(client: AsyncClient, emu: Emulator, target: Target, prefix: str) -> None:
    deployment = client.deployments("abcd1234", **target)
    assert deployment.model_id == "abcd1234"
    assert deployment.openai_base_url == f"{emu.url}{prefix}/sync/v1"
    assert f"{emu.url}{prefix}" in repr(deployment)
    await deployment.predict({"a": 1})
    async with deployment.stream_predict({"a": 1}) as stream:
        assert [piece async for piece in stream.bytes()]
    await deployment.sync("items/1")
    job = await deployment.async_predict({"a": 1})
    await deployment.queue_status()
    await deployment.wake()
    await job.status()
    assert [(request.method, request.path) for request in emu.requests] == [
        ("POST", f"{prefix}/predict"),
        ("POST", f"{prefix}/predict"),
        ("GET", f"{prefix}/sync/items/1"),
        ("POST", f"{prefix}/async_predict"),
        ("GET", f"{prefix}/async_queue_status"),
        ("POST", f"{prefix}/wake"),
        ("GET", f"{prefix if 'regional' in target else '/model/abcd1234'}/async_request/{job.request_id}"),
    ]
    assert {request.headers["authorization"] for request in emu.requests} == {f"Bearer {emu.api_key}"}


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ({"environment": "staging", "deployment_id": "wxyz123"}, "environment and deployment_id"),
        ({"deployment_id": "wxyz123", "regional": "eu"}, "deployment_id and regional"),
        ({"environment": ""}, "environment"),
        ({"environment": ".."}, "environment"),
        ({"environment": "a/b"}, "environment"),
        ({"deployment_id": "%2e%2e"}, "deployment_id"),
        ({"regional": "eu.evil.example"}, "regional"),
    ],
)
async def test_a_target_that_cannot_be_is_refused(client: AsyncClient, target: Target, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        client.deployments("abcd1234", **target)


@pytest.mark.parametrize("model_id", ["", "a.b", "evil.example/", "a@b", "a#b", "a b", "é", "x" * 100, "{x}", "a\n"])
async def test_a_model_id_cannot_change_the_host(client: AsyncClient, model_id: str) -> None:
    with pytest.raises(InvalidRequestError, match="model_id"):
        client.deployments(model_id)


@pytest.fixture
def deployment(client: AsyncClient) -> AsyncDeployment:
    return client.deployments("abcd1234")


VALUES: list[JsonValue] = [
    {"prompt": "héllo \U0001f600", "nested": {"list": [1, 2.5, None, True]}},
    [],
    [1, "two", None],
    "text",
    "",
    0,
    -1.5,
    2**53 + 1,
    True,
    None,
    {},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
async def test_any_json_value_goes_in_and_comes_out(
    deployment: AsyncDeployment, emu: Emulator, value: JsonValue
) -> None:
    output = await deployment.predict(value)
    assert output == value
    assert type(output) is type(value)
    assert only(emu).json == value
    assert only(emu).headers["content-type"] == "application/json"
    assert only(emu).headers["accept"] == "application/json"


class Item(BaseModel):
    name: str
    price: float = 1.5


@dataclasses.dataclass
class Point:
    x: int
    y: int


async def test_models_dataclasses_and_dates_are_encoded(deployment: AsyncDeployment) -> None:
    sent = {"item": Item(name="a"), "at": datetime(2026, 1, 2, tzinfo=UTC), "where": (Point(1, 2),)}
    assert await deployment.predict(sent) == {
        "item": {"name": "a", "price": 1.5},
        "at": "2026-01-02T00:00:00Z",
        "where": [{"x": 1, "y": 2}],
    }


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": [1, math.nan]}, r"a\[1\]"),
        ({"a": {"b": math.inf}}, r"a\.b"),
        ({"a": object()}, "a"),
        ({"a": "\ud800"}, "a"),
    ],
)
async def test_a_value_without_a_json_form_is_refused_with_its_path(
    deployment: AsyncDeployment, emu: Emulator, value: object, path: str
) -> None:
    with pytest.raises(InvalidRequestError, match=path):
        await deployment.predict(value)
    assert len(emu.requests) == 0


async def test_a_reply_is_validated_as_what_was_asked_for(deployment: AsyncDeployment) -> None:
    item = await deployment.predict({"name": "a", "price": 2}, response_model=Item)
    assert item == Item(name="a", price=2.0)
    assert await deployment.predict([{"x": 1, "y": 2}], response_model=list[Point]) == [Point(1, 2)]
    assert await deployment.predict({"a": [1]}, response_model=dict[str, list[int]]) == {"a": [1]}
    assert await deployment.predict("text", response_model=str) == "text"
    assert await deployment.predict({"a": 1}, response_model=bytes) in (b'{"a":1}', b'{"a": 1}')


async def test_a_reply_that_does_not_fit_says_where(deployment: AsyncDeployment) -> None:
    with pytest.raises(ResponseValidationError, match="price") as caught:
        await deployment.predict({"name": "a", "price": "dear"}, response_model=Item)
    assert caught.value.body in (b'{"name":"a","price":"dear"}', b'{"name": "a", "price": "dear"}')
    assert caught.value.status_code == 200
    assert caught.value.request_id is not None


@pytest.mark.parametrize("given", [b"\x00\xff\x81", bytearray(b"abc"), memoryview(b"abc")])
async def test_bytes_go_in_and_come_out(
    deployment: AsyncDeployment, emu: Emulator, given: bytes | bytearray | memoryview
) -> None:
    output = await deployment.predict(given)
    assert isinstance(output, bytes)
    assert output == bytes(given) == only(emu).body
    assert only(emu).headers["content-type"] == "application/octet-stream"
    assert only(emu).headers["accept"] == "*/*"


async def test_bytes_may_be_of_another_type(deployment: AsyncDeployment, emu: Emulator) -> None:
    assert await deployment.predict(b'{"a": 1}', content_type="application/json") == {"a": 1}
    assert only(emu).headers["content-type"] == "application/json"


async def test_a_form_is_sent_with_files_and_fields(deployment: AsyncDeployment) -> None:
    output = await deployment.predict(
        files={"audio": ("a.wav", io.BytesIO(b"RIFF"), "audio/wav"), "raw": b"\x00"}, data={"language": "en", "n": 2}
    )
    assert isinstance(output, dict)
    parts = output["parts"]
    assert isinstance(parts, list)
    shown = [
        (part["name"], part.get("value"), part["filename"], part["content_type"], part["size"])
        for part in parts
        if isinstance(part, dict)
    ]
    assert shown == [
        ("language", "en", None, None, 2),
        ("n", "2", None, None, 1),
        ("audio", None, "a.wav", "audio/wav", 4),
        ("raw", None, "upload", "application/octet-stream", 1),
    ]


async def test_a_form_and_an_input_do_not_go_together(deployment: AsyncDeployment, emu: Emulator) -> None:
    with pytest.raises(InvalidRequestError, match="one kind of body"):
        await deployment.predict({"a": 1}, files={"b": b""})
    assert len(emu.requests) == 0


async def test_predict_without_an_input_sends_no_body(deployment: AsyncDeployment, emu: Emulator) -> None:
    with pytest.raises(UnprocessableEntityError):
        await deployment.predict(extra_headers=behaving("status=422"))
    assert only(emu).body == b""
    assert "content-type" not in only(emu).headers


@pytest.mark.parametrize(
    ("spec", "output"),
    [
        ("content-type=text/plain; charset=utf-8", '{"a":"é"}'),
        ("content-type=application/vnd.x+json", {"a": "é"}),
        ("content-type=audio/wav", b'{"a":"\xc3\xa9"}'),
    ],
)
async def test_the_content_type_decides_how_a_reply_is_read(
    deployment: AsyncDeployment, spec: str, output: object
) -> None:
    read = await deployment.predict({"a": "é"}, extra_headers=behaving(spec.replace("; charset=utf-8", "")))
    if isinstance(read, str):
        read = read.replace(": ", ":")
    if isinstance(read, bytes):
        read = read.replace(b": ", b":")
    assert read == output


@pytest.mark.parametrize("reply", ["not-json", "truncated", "empty"])
async def test_a_reply_that_is_not_the_json_it_says_keeps_its_body(deployment: AsyncDeployment, reply: str) -> None:
    with pytest.raises(ResponseValidationError) as caught:
        await deployment.predict({"a": "long enough"}, extra_headers=behaving(f"reply={reply}"))
    assert caught.value.status_code == 200
    assert (caught.value.body == b"") == (reply == "empty")


async def test_a_bare_nan_is_read(deployment: AsyncDeployment) -> None:
    output = await deployment.predict({"a": 1}, extra_headers=behaving("nan"))
    assert isinstance(output, dict)
    assert isinstance(output["nan"], float)
    assert math.isnan(output["nan"])
    assert output["infinity"] == math.inf
    typed = await deployment.predict({"a": 1}, extra_headers=behaving("nan"), response_model=dict[str, object])
    assert typed["infinity"] == math.inf


async def test_extra_body_goes_into_an_object_and_nothing_else(deployment: AsyncDeployment, emu: Emulator) -> None:
    await deployment.predict({"a": 1, "b": 1}, extra_body={"b": 2, "c": None})
    assert fields(only(emu)) == {"a": 1, "b": 2, "c": None}
    for wrong in ([1], b"bytes"):
        with pytest.raises(InvalidRequestError, match="extra_body"):
            await deployment.predict(wrong, extra_body={"b": 2})
    assert len(emu.requests) == 1


async def test_the_models_own_failure_is_told_from_the_platforms(deployment: AsyncDeployment) -> None:
    with pytest.raises(ModelError, match="in model/chainlet") as caught:
        await deployment.predict({}, extra_headers=behaving("model-error"), max_retries=0)
    assert (caught.value.error_source, caught.value.error_code) == ("04", "600")
    with pytest.raises(PayloadTooLargeError, match="URL"):
        await deployment.predict({}, extra_headers=behaving("status=413"))


async def test_sync_is_get_unless_there_is_a_body(deployment: AsyncDeployment, emu: Emulator) -> None:
    reply = await deployment.sync("items/123", params={"q": ["a b", "c&d"], "n": 1, "none": None})
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "application/json"
    seen = reply.json()
    assert isinstance(seen, dict)
    assert (seen["method"], seen["path"], seen["body"]) == ("GET", "/items/123", None)
    assert only(emu).query == "q=a%20b&q=c%26d&n=1"
    assert reply.meta.request_id == reply.headers["x-baseten-request-id"]
    assert '"id"' in reply.text
    posted = (await deployment.sync("items/1", json={"a": [None]})).json()
    assert isinstance(posted, dict)
    assert (posted["method"], posted["body"]) == ("POST", {"a": [None]})
    null = (await deployment.sync("items/1", json=None)).json()
    assert isinstance(null, dict)
    assert null["method"] == "POST"
    assert emu.requests[-1].body == b"null"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "post", "PURGE"])
async def test_sync_takes_any_verb(deployment: AsyncDeployment, emu: Emulator, method: str) -> None:
    await deployment.sync("items/1", method=method, content="héllo", extra_query={"x": 1})
    assert only(emu).method == method.upper()
    assert only(emu).body == "héllo".encode()
    assert only(emu).headers["content-type"] == "text/plain; charset=utf-8"
    assert only(emu).query == "x=1"


async def test_sync_carries_bytes_and_forms(deployment: AsyncDeployment) -> None:
    reply = await deployment.sync("echo", content=b"\x00\xff", content_type="audio/wav")
    assert reply.content == b"\x00\xff"
    assert reply.headers["content-type"] == "audio/wav"
    form = await deployment.sync("echo", files=[("f", b"1"), ("f", b"2")], data={"a": ["x", "y"]})
    assert form.text.count('name="f"') == form.text.count('name="a"') == 2


async def test_sync_hands_on_success_and_raises_errors(deployment: AsyncDeployment) -> None:
    assert (await deployment.sync("status/204")).status_code == 204
    assert (await deployment.sync("status/207")).status_code == 207
    for path, error in (("nowhere", NotFoundError), ("status/422", UnprocessableEntityError)):
        with pytest.raises(error):
            await deployment.sync(path)


async def test_a_head_request_has_no_body_to_wait_for(deployment: AsyncDeployment) -> None:
    reply = await deployment.sync("health", method="HEAD")
    assert reply.status_code == 200
    assert reply.content == b""


@pytest.mark.parametrize("method", ["", "GET /x", "GE T", "GET\r\nx: y"])
async def test_a_verb_that_is_none_is_refused(deployment: AsyncDeployment, emu: Emulator, method: str) -> None:
    with pytest.raises(InvalidRequestError, match="method"):
        await deployment.sync("items/1", method=method or "()")
    assert len(emu.requests) == 0


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/items/1", "items/1"),
        ("items/a b", "items/a%20b"),
        ("items/é", "items/%C3%A9"),
        ("items/a%2Fb", "items/a%252Fb"),
        ("items/a:b@c", "items/a:b@c"),
        ("items/;x=1&y", "items/%3Bx%3D1%26y"),
    ],
)
async def test_a_path_is_quoted_segment_by_segment(
    deployment: AsyncDeployment, emu: Emulator, path: str, sent: str
) -> None:
    await deployment.sync(path)
    assert only(emu).path == f"/model/abcd1234/environments/production/sync/{sent}"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "..",
        "../predict",
        "items/../../predict",
        "items/%2e%2e/x",
        "items/%252e%252e/x",
        "//evil.example",
        "https://evil.example/x",
        "items//1",
        "items?x=1",
        "items#x",
        "items\\..\\x",
        "items/\r\nx: y",
        "items/\x00",
    ],
)
async def test_no_path_leaves_the_deployment(deployment: AsyncDeployment, emu: Emulator, path: str) -> None:
    with pytest.raises(InvalidRequestError, match="path"):
        await deployment.sync(path)
    assert len(emu.requests) == 0


@pytest.mark.parametrize("request_id", ["", "..", "a/b", "a?b/../", "%2e%2e", "a\\b"])
async def test_no_request_id_leaves_its_place(client: AsyncClient, emu: Emulator, request_id: str) -> None:
    with pytest.raises(InvalidRequestError, match="request_id"):
        await client.async_requests.get(request_id, model_id="abcd1234")
    with pytest.raises(InvalidRequestError, match="request_id"):
        await client.async_requests.cancel(request_id, model_id="abcd1234")
    assert len(emu.requests) == 0
