"""Replies that are none: an error at the call, which keeps the body and tells what it says."""

from __future__ import annotations

import gzip
import time
import zlib
from functools import cache

import pytest
from pydantic import BaseModel

from baseten_sdk import (
    APIConnectionError,
    APIStatusError,
    AsyncClient,
    BadRequestError,
    Endpoints,
    InternalServerError,
    Limits,
    ResponseValidationError,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from tests._async.calling import KEY, LONG, client_of
from tests.asking import HELLO, IDLE, MODEL
from tests.faults.scripted import Action, Hold, More, Read, ScriptedServer, Send, reply

pytestmark = pytest.mark.anyio

GOOD = b'{"choices": [{"message": {"content": "fine"}}]}'
DEEP = b"[" * 10_000 + b"]" * 10_000
DIGITS = b"9" * 6_000


class Output(BaseModel):
    """What a model gives."""

    output: int


UNREADABLE: dict[str, bytes] = {
    "empty": b"",
    "blank": b" " * 1000,
    "html": b"<html><body>Welcome to nginx!</body></html>",
    "truncated": b'{"choices": [{"mess',
    "two-values": GOOD + GOOD,
    "null": b"null",
    "list": b"[]",
    "number": b"5",
    "no-choices": b'{"id": "x"}',
    "choices-null": b'{"choices": null}',
    "choices-empty": b'{"choices": []}',
    "choices-text": b'{"choices": "many"}',
    "choice-null": b'{"choices": [null]}',
    "choice-empty": b'{"choices": [{}]}',
    "message-null": b'{"choices": [{"message": null}]}',
    "message-text": b'{"choices": [{"message": "hi"}]}',
    "content-object": b'{"choices": [{"message": {"content": {}}}]}',
    "invalid-utf8": b'{"choices": [{"message": {"content": "\xff\xfe"}}]}',
    "utf16": GOOD.decode().encode("utf-16"),
    "control": b'{"choices": [{"message": {"content": "\x00"}}]}',
    "digits": b'{"choices": [{"message": {"content": ' + DIGITS[:5000] + b"}}]}",
    "digits-alone": DIGITS,
    "deep": DEEP,
    "deep-beside": b'{"x": ' + DEEP + b', "choices": [{"message": {"content": "x"}}]}',
}

IN_DISGUISE: dict[str, bytes] = {
    "object": b'{"error": {"message": "out of luck", "code": 500}}',
    "text": b'{"error": "out of luck"}',
    "with-choices": b'{"error": {"message": "out of luck"}, "choices": []}',
    "with-answer": b'{"error": {"message": "out of luck"}, "choices": [{"message": {"content": "x"}}]}',
    "object-error": b'{"object": "error", "message": "out of luck", "code": 404}',
}


async def refused(client: AsyncClient) -> ResponseValidationError:
    """A chat whose reply is none: the error says where, and the client works on."""
    with pytest.raises(ResponseValidationError) as caught:
        await client.chat.completions.create(model=MODEL, messages=HELLO)
    error = caught.value
    assert (error.status_code, error.attempts, error.method) == (200, 1, "POST")
    assert error.url is not None
    assert error.url in str(error)
    assert IDLE in repr(client)
    return error


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_is_no_completion_is_an_error_at_the_call(body: bytes, transport: TransportName) -> None:
    with ScriptedServer([reply(body), reply(GOOD), Hold()]) as server:
        async with client_of(transport, server) as client:
            error = await refused(client)
            assert error.body == body[:65536]
            assert len(str(error)) < 2000
            assert (await client.chat.completions.create(model=MODEL, messages=HELLO)).text == "fine"


@pytest.mark.parametrize("body", IN_DISGUISE.values(), ids=IN_DISGUISE)
async def test_an_error_under_a_status_of_success_is_told(body: bytes, transport: TransportName) -> None:
    with ScriptedServer([reply(body), Hold()]) as server:
        async with client_of(transport, server) as client:
            assert "it is an error: out of luck." in str(await refused(client))


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
async def test_no_body_takes_a_status_away(body: bytes, transport: TransportName) -> None:
    with ScriptedServer([reply(body, "400 Bad Request"), Hold()]) as server:
        async with client_of(transport, server) as client:
            with pytest.raises(BadRequestError) as caught:
                await client.chat.completions.create(model=MODEL, messages=HELLO)
    assert caught.value.raw == body
    assert len(str(caught.value)) < 6000
    assert "\x00" not in str(caught.value)


@pytest.mark.parametrize("status", ["201 Created", "202 Accepted", "204 No Content", "205 Reset Content"])
async def test_a_success_without_a_body_is_no_completion(status: str, transport: TransportName) -> None:
    with ScriptedServer([Send(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()), Hold()]) as server:
        async with client_of(transport, server) as client:
            with pytest.raises(ResponseValidationError, match="it is empty"):
                await client.chat.completions.create(model=MODEL, messages=HELLO)


@pytest.mark.parametrize("body", [DEEP, DIGITS, b'"\xff"', b"{"], ids=["deep", "digits", "invalid-utf8", "cut"])
async def test_a_models_output_that_is_no_json_is_an_error(body: bytes, transport: TransportName) -> None:
    with ScriptedServer([reply(body), reply(body), Hold()]) as server:
        endpoints = Endpoints(model=f"http://127.0.0.1:{server.port}/{{model_id}}")
        async with AsyncClient(
            api_key=KEY, endpoints=endpoints, base_url=server.url, transport=transport, max_retries=0
        ) as client:
            with pytest.raises(ResponseValidationError):
                await client.deployments("abcd1234").predict({})
            raw = await client.request("GET", "anything")
            with pytest.raises(ResponseValidationError) as caught:
                raw.json()
            assert caught.value.url == f"{server.url}/anything"
            with pytest.raises(ResponseValidationError) as parsed:
                raw.parse(dict[str, int])
            assert parsed.value.attempts == 1


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_compressed_bodies_are_read(encoding: str, transport: TransportName) -> None:
    packed = gzip.compress(GOOD) if encoding == "gzip" else zlib.compress(GOOD)
    with ScriptedServer([reply(packed, headers={"Content-Encoding": encoding}), Hold()]) as server:
        async with client_of(transport, server) as client:
            assert (await client.chat.completions.create(model=MODEL, messages=HELLO)).text == "fine"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "aws-chunked", "gzip"])
@pytest.mark.parametrize("status", ["200 OK", "500 Internal Server Error"])
async def test_an_encoding_that_is_not_known_is_a_typed_error(
    encoding: str, status: str, transport: TransportName
) -> None:
    with ScriptedServer([reply(b"\x1b\x05\x00\xa0", status, {"Content-Encoding": encoding}), Hold()]) as server:
        async with client_of(transport, server) as client:
            with pytest.raises(APIConnectionError if status == "200 OK" else InternalServerError) as caught:
                await client.models.list()
            assert vars(caught.value)["status_code"] == int(status[:3])
            assert IDLE in repr(client)


@cache
def bomb_of(size: int) -> bytes:
    return gzip.compress(bytes(size))


async def test_a_bomb_is_bounded(transport: TransportName) -> None:
    packed = bomb_of(200_000_000)
    assert len(packed) < 200_000
    bomb = {"Content-Encoding": "gzip"}
    with ScriptedServer([reply(packed, headers=bomb)], [reply(packed, "500 Oops", bomb)]) as server:
        async with AsyncClient(
            api_key=KEY, base_url=server.url, transport=transport, max_retries=0, limits=Limits(body=10_000_000)
        ) as client:
            began = time.monotonic()
            with pytest.raises(ResponseValidationError, match=r"Limits\(body=10000000\)") as caught:
                await client.models.list()
            assert len(caught.value.body) == 65536
            with pytest.raises(APIStatusError) as failed:
                await client.models.list()
            assert len(failed.value.raw) == 65536
            assert time.monotonic() - began < LONG


@pytest.mark.parametrize("status", [b"200 OK", b"502 Bad Gateway"])
async def test_an_endless_body_is_bounded(status: bytes, transport: TransportName) -> None:
    endless: list[Action] = [Read(), More(b"HTTP/1.1 " + status + b"\r\n\r\n"), *[More(b"x" * 1_000_000)] * 100]
    with ScriptedServer(endless, [reply(b'{"data": []}'), Hold()]) as server:
        async with AsyncClient(
            api_key=KEY, base_url=server.url, transport=transport, max_retries=0, limits=Limits(body=2_000_000)
        ) as client:
            with pytest.raises((ResponseValidationError, APIStatusError)):
                await client.models.list()
            assert len(await client.models.list()) == 0


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
async def test_a_redirect_goes_nowhere(status: int, transport: TransportName) -> None:
    with ScriptedServer([reply(b"stolen"), Hold()]) as elsewhere:
        location = {"Location": f"http://127.0.0.1:{elsewhere.port}/v1/models?key=secret"}
        with ScriptedServer([reply(b"", f"{status} Go", location), Hold()]) as server:
            async with client_of(transport, server) as client:
                with pytest.raises(APIStatusError, match="not followed") as caught:
                    await client.chat.completions.create(model=MODEL, messages=HELLO)
        assert caught.value.status_code == status
        assert "key=secret" not in str(caught.value)
        assert elsewhere.connections == 0


@pytest.mark.parametrize("name", ["created", "unknown", "usage", "id"])
async def test_an_integer_of_thousands_of_digits_costs_the_field_that_holds_it(
    name: str, transport: TransportName
) -> None:
    beside = f'"{name}": '.encode() + DIGITS
    chat = b"{" + beside + b', "choices": [{"message": {"content": "fine"}}]}'
    output = b'{"output": 5, ' + beside + b"}"
    with ScriptedServer([reply(chat), reply(output), Hold()]) as server:
        endpoints = Endpoints(model=f"http://127.0.0.1:{server.port}/{{model_id}}")
        async with AsyncClient(
            api_key=KEY, endpoints=endpoints, base_url=server.url, transport=transport, max_retries=0
        ) as client:
            completion = await client.chat.completions.create(model=MODEL, messages=HELLO)
            assert completion.text == "fine"
            found = await client.deployments("abcd1234").predict({}, response_model=Output)
            assert found.output == 5


@pytest.mark.parametrize("kind", ["text/html", "TEXT/HTML; charset=utf-8", "application/xhtml+xml"])
@pytest.mark.parametrize("model_input", [{}, b"bytes"])
async def test_a_page_is_no_output_unless_a_type_can_hold_it(
    kind: str, model_input: object, transport: TransportName
) -> None:
    page = b"<html>Please log in</html>"
    with ScriptedServer([reply(page, headers={"Content-Type": kind})] * 4) as server:
        endpoints = Endpoints(model=f"http://127.0.0.1:{server.port}/{{model_id}}")
        async with AsyncClient(api_key=KEY, endpoints=endpoints, transport=transport, max_retries=0) as client:
            deployment = client.deployments("abcd1234")
            with pytest.raises(ResponseValidationError, match="it is a web page") as caught:
                await deployment.predict(model_input)
            assert caught.value.body == page
            with pytest.raises(ResponseValidationError):
                await deployment.predict(model_input, response_model=Output)
            assert await deployment.predict(model_input, response_model=str) == page.decode()
            assert await deployment.predict(model_input, response_model=bytes) == page


async def test_a_reply_without_content_is_no_output_unless_none_is_fine(transport: TransportName) -> None:
    nothing = Send(b"HTTP/1.1 204 No Content\r\n\r\n")
    with ScriptedServer([nothing] * 4) as server:
        endpoints = Endpoints(
            model=f"http://127.0.0.1:{server.port}/{{model_id}}", chain=f"http://127.0.0.1:{server.port}/{{chain_id}}"
        )
        async with AsyncClient(api_key=KEY, endpoints=endpoints, transport=transport, max_retries=0) as client:
            deployment = client.deployments("abcd1234")
            with pytest.raises(ResponseValidationError, match="it is empty"):
                await deployment.predict({})
            with pytest.raises(ResponseValidationError):
                await deployment.predict({}, response_model=Output)
            assert await deployment.predict({}, response_model=None) is None
            assert await client.chains("abcd1234").run_remote({}, response_model=None) is None


async def test_half_a_character_in_a_reply_costs_that_character(transport: TransportName) -> None:
    chat = b'{"choices": [{"message": {"content": "a\\ud83d b\\\\ud83d \\ud83d\\ude00"}}]}'
    with ScriptedServer(
        [reply(chat), reply(b'{"text": "a\\ude00"}'), reply(b'{"text": "a\\ud83d"}'), Hold()]
    ) as server:
        endpoints = Endpoints(model=f"http://127.0.0.1:{server.port}/{{model_id}}")
        async with AsyncClient(
            api_key=KEY, endpoints=endpoints, base_url=server.url, transport=transport, max_retries=0
        ) as client:
            completion = await client.chat.completions.create(model=MODEL, messages=HELLO)
            assert completion.text == "a\ufffd b\\ud83d \U0001f600"
            deployment = client.deployments("abcd1234")
            assert await deployment.predict({}) == {"text": "a\ufffd"}
            assert await deployment.predict({}, response_model=dict[str, str]) == {"text": "a\ufffd"}
