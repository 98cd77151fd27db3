"""Event streams that come where no stream was asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from baseten_sdk import ChatCompletion, ResponseValidationError
from baseten_sdk._core.chat.reply import read_chat
from baseten_sdk._core.completions.reply import read_text_completion
from baseten_sdk._core.messages.reply import read_message
from baseten_sdk._core.reply.response import WholeResponse
from baseten_sdk._core.responses.reply import read_response
from baseten_sdk.types.completions import TextCompletion
from baseten_sdk.types.messages import Message
from baseten_sdk.types.meta import Headers
from baseten_sdk.types.responses import ModelResponse
from tests.core.messages.event_bodies import HELLO, wire

Read = Callable[[WholeResponse], ChatCompletion | Message | ModelResponse | TextCompletion]

RESPONSE = {"id": "resp_1", "status": "completed", "output": []}
STREAMS: Mapping[str, tuple[Read, bytes]] = {
    "chat": (
        read_chat,
        b'data: {"choices": [{"index": 0, "delta": {"content": "Hello "}}]}\n\n'
        b'data: {"choices": [{"index": 0, "delta": {"content": "world"}, "finish_reason": "stop"}]}\n\n',
    ),
    "messages": (read_message, wire(*HELLO)),
    "responses": (
        read_response,
        b'data: {"type": "response.output_text.delta", "delta": "Hello "}\n\n'
        b'data: {"type": "response.output_text.delta", "delta": "world"}\n\n'
        b'data: {"type": "response.completed", "response": %b}\n\n' % json.dumps(RESPONSE).encode(),
    ),
    "completions": (
        read_text_completion,
        b'data: {"choices": [{"index": 0, "text": "Hello "}]}\n\ndata: {"choices": [{"index": 0, "text": "world"}]}\n\n'
        b"data: [DONE]\n\n",
    ),
}


def reply(body: bytes, kind: str = "text/event-stream") -> WholeResponse:
    return WholeResponse(200, Headers([("content-type", kind)]), body)


@pytest.mark.parametrize(("read", "body"), STREAMS.values(), ids=STREAMS)
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b": ping\n\n", b"\n\n"], ids=repr)
def test_a_stream_is_read_as_the_reply_that_it_makes_up(read: Read, body: bytes, before: bytes) -> None:
    assert read(reply(before + body)).text == "Hello world"
    assert read(reply(before + body.replace(b"\n", b"\r\n"), "application/json")).text == "Hello world"


@pytest.mark.parametrize(("read", "body"), STREAMS.values(), ids=STREAMS)
def test_a_stream_that_was_cut_is_no_reply(read: Read, body: bytes) -> None:
    with pytest.raises(ResponseValidationError, match=r"it is an event stream\. The stream ended"):
        read(reply(body[: body.index(b"\n\n") + 2]))


@pytest.mark.parametrize("read", [read for read, _ in STREAMS.values()], ids=STREAMS)
def test_an_error_in_a_stream_is_told(read: Read) -> None:
    with pytest.raises(ResponseValidationError, match="out of luck"):
        read(reply(b'data: {"error": {"message": "out of luck"}}\n\n'))


@pytest.mark.parametrize("body", [b"data is bad", b"", b"<html>", b"null", b'"data: {}"'])
def test_other_bodies_are_no_streams(body: bytes) -> None:
    with pytest.raises(ResponseValidationError) as caught:
        read_message(reply(body))
    assert "event stream" not in str(caught.value).partition("cannot be read")[2]
