"""Lines of outcomes: whole, JSON, and their keys come back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel

from baseten_sdk.batch.calls.usage import Tokens, tokens_of
from baseten_sdk.batch.results.lines import Lines, Name, OwnLines
from baseten_sdk.batch.results.openai_lines import OpenAILines, openai_request
from baseten_sdk.errors import (
    BatchRowError,
    InvalidRequestError,
    RateLimitError,
    UnprocessableEntityError,
)
from baseten_sdk.types.batch import Failed, Ok
from baseten_sdk.types.chat import ChatCompletion
from baseten_sdk.types.messages import Message
from baseten_sdk.types.meta import Headers, Meta
from baseten_sdk.types.parsed import Parsed
from baseten_sdk.types.response import Response

KEYS = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(["\u2028", '"', "\\", '","output":', "\x85"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
USAGE = {"prompt_tokens": 3, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 2}}


def raw(body: bytes) -> Response:
    return Response(200, Headers(), body, Meta(200, Headers([("x-request-id", "r1")]), 1, 0.1))


def both() -> list[Lines[object, object]]:
    return [OwnLines[object, object](), OpenAILines()]


def is_one_line(data: bytes) -> None:
    assert data.endswith(b"\n")
    assert data.decode().splitlines(keepends=True) == [data.decode()]


@given(KEYS, VALUES)
def test_a_result_is_one_line_and_its_key_comes_back(key: str, value: object) -> None:
    own = OwnLines[object, object]()
    line = own.of_result(Ok(key, None, value, 1)).data
    is_one_line(line)
    assert json.loads(line) == {"key": key, "output": value}
    assert own.name_of(line) == Name(key, 0)
    reply = raw(json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass"))
    line = OpenAILines().of_result(Ok(key, None, reply, 1)).data
    is_one_line(line)
    record = json.loads(line)
    assert record.pop("id").startswith("batch_req_")
    response = {"status_code": 200, "request_id": "r1", "body": value}
    assert record == {"custom_id": key, "response": response, "error": None}
    assert OpenAILines().name_of(line) == Name(key, 0)


@given(KEYS, st.text(max_size=20), st.booleans(), st.integers(1, 10**9))
def test_a_failure_is_one_line_and_its_key_or_place_comes_back(
    key: str, message: str, refused: bool, number: int
) -> None:
    error = BatchRowError(message, number=number) if refused else ValueError(message)
    for lines in both():
        line = lines.of_failure(Failed(key, None, error, number, 2, 0.5))
        is_one_line(line)
        record = json.loads(line)
        assert record["error"]["type"] == type(error).__name__
        assert record["attempts"] == 2
        assert record["line"] == number
        assert lines.name_of(line) == (Name(None, number) if refused else Name(key, 0))


def test_a_failure_tells_what_the_service_said() -> None:
    error = RateLimitError("Slow down.", status_code=429, body={"error": "slow"}, code="x", request_id="r9")
    error.add_note("3 attempts: 429, 429, 429.")
    own = json.loads(OwnLines[object, object]().of_failure(Failed("k", None, error, 7, 3)))
    assert own["error"]["type"] == "RateLimitError"
    assert (own["error"]["status"], own["error"]["code"], own["error"]["request_id"]) == (429, "x", "r9")
    assert own["error"]["notes"] == ["3 attempts: 429, 429, 429."]
    record = json.loads(OpenAILines().of_failure(Failed("k", None, error, 7, 3)))
    assert record["response"] == {"status_code": 429, "request_id": "r9", "body": {"error": "slow"}}
    assert record["error"]["code"] == "x"
    other = json.loads(OpenAILines().of_failure(Failed("k", None, ValueError("\ud800"), 7)))
    assert other["response"] is None
    assert other["error"] == {"code": "ValueError", "type": "ValueError", "message": "\\ud800"}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\x00\x00\n",
        b"{}\n",
        b"[]\n",
        b'{"output": 1}\n',
        b'{"key":"a","output":1\n',
        b'{"key": 5}\n',
        b'{"key": null}\n',
    ],
)
def test_what_no_job_wrote_is_noticed(line: bytes) -> None:
    for lines in both():
        with pytest.raises(ValueError, match=r"."):
            lines.name_of(line)


class Answer(BaseModel):
    name: str


def completion() -> ChatCompletion:
    message = {"role": "assistant", "content": '{"name": "a"}'}
    return ChatCompletion.model_validate(
        {"id": "c", "choices": [{"message": message}], "usage": USAGE, "vendor": {"kept": 1}}
    )


@pytest.mark.parametrize(
    ("value", "written", "tokens"),
    [
        (completion(), {"id": "c", "vendor": {"kept": 1}}, Tokens(3, 5, 2)),
        (Parsed(completion(), (Answer(name="a"),)), {"parsed": {"name": "a"}}, Tokens(3, 5, 2)),
        (raw(b'{"a": 1.50, "usage": {"input_tokens": 4, "output_tokens": 1}}'), {"a": 1.5}, Tokens(4, 1, 0)),
        (
            raw(b'{"usage": {"input_tokens": "9", "cache_read_input_tokens": 6, "output_tokens": 1}}'),
            {},
            Tokens(9, 1, 6),
        ),
        (raw(b'{"usage": {"input_tokens": 1, "cache_read_input_tokens": 6, "output_tokens": 1}}'), {}, Tokens(7, 1, 6)),
        (
            raw(b'{"usage": {"input_tokens": 9, "input_tokens_details": {"cached_tokens": 6}, "output_tokens": 1}}'),
            {},
            Tokens(9, 1, 6),
        ),
        (Message(content=[]), {}, Tokens()),
        ({"usage": {"prompt_tokens": True}, "x": float("nan")}, {"x": None}, Tokens()),
        (b"\xff", {"base64": "/w=="}, Tokens()),
    ],
    ids=["chat", "parse", "sync", "messages", "exclusive", "responses", "no usage", "predict", "bytes"],
)
def test_a_reply_is_written_as_it_came_and_its_tokens_are_counted(
    value: object, written: dict[str, object], tokens: Tokens
) -> None:
    line = OwnLines[object, object]().of_result(Ok("k", None, value, 1))
    output = json.loads(line.data)["output"]
    assert written.items() <= output.items()
    assert line.tokens == tokens


def test_a_reply_that_is_no_json_is_a_text() -> None:
    assert json.loads(OwnLines[object, object]().of_result(Ok("k", None, raw(b"plain"), 1)).data)["output"] == "plain"
    assert json.loads(OwnLines[object, object]().of_result(Ok("k", None, raw(b"NaN"), 1)).data)["output"] == "NaN"


def test_the_caller_may_say_what_is_written() -> None:
    own = OwnLines[str, ChatCompletion](lambda ok: {"row": ok.row, "text": ok.value.text})
    line = own.of_result(Ok("k", "r", completion(), 1))
    assert json.loads(line.data)["output"] == {"row": "r", "text": '{"name": "a"}'}
    assert line.tokens == Tokens(3, 5, 2)
    assert tokens_of(object()) == Tokens()


def test_openai_lines_are_for_replies_as_they_came() -> None:
    with pytest.raises(TypeError, match="ChatCompletion"):
        OpenAILines().of_result(Ok("k", None, completion(), 1))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("text", "not a line of an OpenAI batch file"),
        ({"custom_id": "c", "url": "/v1/x"}, "not a line of an OpenAI batch file"),
        ({"url": "https://evil.test/v1/x", "body": {}}, "url must be a path"),
        ({"url": "/v1/chat/completions", "body": {"stream": True}}, "stream must not be set"),
        ({"url": "/v1/x", "body": {}, "method": 5}, "url must be a path"),
    ],
)
def test_a_row_that_is_no_request_is_refused(row: object, problem: str) -> None:
    with pytest.raises(InvalidRequestError, match=problem):
        openai_request()(row)


def test_an_error_of_the_service_is_told_apart_from_a_row_that_could_not_be_taken() -> None:
    line = OpenAILines().of_failure(Failed("c", None, UnprocessableEntityError("No.", status_code=422), 1, 1))
    assert OpenAILines().name_of(line) == Name("c", 0)
