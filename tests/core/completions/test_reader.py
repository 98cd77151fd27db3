"""From the bytes of a streamed completion to its chunks, and to the error that says how it ended badly."""

from __future__ import annotations

import json

import pytest

from baseten_sdk import Limits, StreamAPIError, StreamDecodeError, StreamError, StreamInterrupted, TextCompletionChunk
from baseten_sdk._core.completions.reader import TextReader
from baseten_sdk._core.completions.request import PARAMETERS, completion_request
from baseten_sdk._core.request.options import Options
from baseten_sdk._core.request.service_urls import BaseURL
from baseten_sdk.errors import InvalidRequestError

DONE = b"data: [DONE]\n\n"


def chunk(text: str, reason: str | None = None, index: int = 0, **more: object) -> bytes:
    choice = {"index": index, "text": text, "finish_reason": reason, **more}
    return b"data: %b\n\n" % json.dumps({"id": "cmpl-1", "model": "m", "choices": [choice]}).encode()


USAGE = b'data: {"id":"cmpl-1","choices":[],"usage":{"prompt_tokens":2,"completion_tokens":3,"total_tokens":5}}\n\n'


def read(body: bytes) -> tuple[list[TextCompletionChunk], TextReader]:
    reader = TextReader(Limits())
    chunks = list(reader.feed(body))
    if not reader.stopped:
        chunks += reader.end()
    return chunks, reader


def test_chunks_make_up_the_completion() -> None:
    logprobs = {"tokens": ["a"], "token_logprobs": [-0.1]}
    body = chunk("a", logprobs=logprobs) + chunk("b", index=1) + chunk("c", "stop", logprobs=logprobs)
    chunks, reader = read(body + chunk("", "length", index=1) + USAGE + DONE)
    assert [each.text for each in chunks] == ["a", "", "c", "", ""]
    assert reader.done
    whole = reader.partial()
    assert whole is not None
    assert [(each.text, each.finish_reason) for each in whole.choices] == [("ac", "stop"), ("b", "length")]
    found = whole.choices[0].logprobs
    assert found is not None
    assert (found.tokens, found.token_logprobs, found.top_logprobs) == (["a", "a"], [-0.1, -0.1], None)
    assert (whole.text, whole.id, whole.usage and whole.usage.total_tokens) == ("ac", "cmpl-1", 5)


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (chunk("a"), StreamInterrupted, "a"),
        (chunk("a", "stop") + chunk("b", index=1), StreamInterrupted, "a"),
        (DONE, StreamInterrupted, None),
        (b"", StreamInterrupted, None),
        (chunk("a") + b'data: {"error":{"message":"no","code":503}}\n\n', StreamAPIError, "a"),
        (chunk("a") + b"event: error\ndata: no\n\n", StreamAPIError, "a"),
        (chunk("a") + b'data: {"message":"no","code":503}\n\n', StreamAPIError, "a"),
        (chunk("a") + b'data: {"type":"error","error":null,"message":"no"}\n\n', StreamAPIError, "a"),
        (b'{"error":"no"}', StreamAPIError, None),
        (chunk("a") + b"data: nonsense\n\n", StreamDecodeError, "a"),
        (b"<html>", StreamDecodeError, None),
    ],
)
def test_a_stream_that_ends_badly_says_how(body: bytes, kind: type[StreamError], text: str | None) -> None:
    error = read(body)[1].error
    assert error is not None
    assert type(error) is kind
    assert (error.partial.text if error.partial else None) == text


def test_a_clean_end_behind_every_finish_reason_is_complete_and_so_is_a_whole_reply() -> None:
    assert read(chunk("a", "stop"))[1].done
    whole = json.dumps({"choices": [{"text": "a", "finish_reason": "stop"}]}).encode()
    chunks, reader = read(whole)
    assert ([each.text for each in chunks], reader.done) == (["a"], True)


def sent(prompt: object, **params: object) -> dict[str, object]:
    base = BaseURL("https://x.example.com/v1", 60.0)
    request = completion_request(base, "m", prompt, params, Options(), stream=False)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    body: dict[str, object] = json.loads(request.body)
    return body


@pytest.mark.parametrize("prompt", ["Once", "", ["a", "b"], [1, 2], [[1], [2, 3]]])
def test_a_prompt_is_text_or_token_ids_or_several_of_them(prompt: object) -> None:
    assert sent(prompt, suffix="end", n=None) == {"model": "m", "prompt": prompt, "suffix": "end"}


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ([], "empty"),
        (None, "not NoneType"),
        (b"x", "not bytes"),
        ([None], r"prompt\[0\]"),
        ([["a"]], r"prompt\[0\]"),
        (["a", 1], "mix"),
    ],
)
def test_what_is_no_prompt_is_refused(prompt: object, told: str) -> None:
    with pytest.raises(InvalidRequestError, match=told):
        sent(prompt)


def test_a_parameter_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError, match=r"completions has no parameter 'sufix'\. Did you mean suffix"):
        PARAMETERS.split({"sufix": "x"})


@pytest.mark.parametrize(
    ("pieces", "text"),
    [(("\ud83d", "\ude00!"), "\U0001f600!"), (("a\ud83d", "b"), "a\ufffdb"), (("a\ud83d",), "a\ufffd")],
)
def test_a_character_that_is_cut_in_two_is_put_together(pieces: tuple[str, ...], text: str) -> None:
    reader = TextReader(Limits())
    events = [{"choices": [{"index": 0, "text": piece}]} for piece in pieces]
    events.append({"choices": [{"index": 0, "text": "", "finish_reason": "stop"}]})
    body = b"".join(b"data: %b\n\n" % json.dumps(event).encode() for event in events) + b"data: [DONE]\n\n"
    assert "".join(chunk.text for chunk in reader.feed(body)) == text
    assert reader.done


def test_an_error_in_a_line_of_its_own_is_the_error() -> None:
    reader = TextReader(Limits())
    chunk = b'data: {"choices": [{"index": 0, "text": "Hi"}]}\n\n'
    assert [each.text for each in reader.feed(chunk + b'{"error": "boom"}\n')] == ["Hi"]
    assert list(reader.end()) == []
    assert isinstance(reader.error, StreamAPIError)
    assert reader.error.partial is not None
    assert reader.error.partial.text == "Hi"


def test_null_says_nothing() -> None:
    null = b"data: null\n\n"
    chunks, reader = read(null + chunk("a") + null + chunk("b", "stop") + DONE)
    assert (reader.error, [each.text for each in chunks]) == (None, ["a", "b"])


def test_the_mark_of_the_end_may_be_a_json_string() -> None:
    _, reader = read(chunk("a") + b'data: "[DONE]"\n\n')
    assert (reader.error, reader.done) == (None, True)


@pytest.mark.parametrize("choices", [[None], {}, ""], ids=repr)
def test_nothing_among_the_choices_is_left_out(choices: object) -> None:
    odd = b"data: %b\n\n" % json.dumps({"choices": choices}).encode()
    chunks, reader = read(odd + chunk("a") + chunk("b", "stop") + DONE)
    assert [each.text for each in chunks] == ["", "a", "b"]
    assert reader.error is None


def test_a_whole_reply_for_a_stream_may_be_odd() -> None:
    reply = {
        "id": 7,
        "choices": [{"text": "a", "index": 3, "logprobs": {"tokens": 5}}],
        "usage": {"prompt_tokens": "x"},
    }
    chunks, reader = read(json.dumps(reply).encode())
    assert reader.error is None
    assert [each.choices[0].text for each in chunks] == ["a"]
    whole = reader.partial()
    assert whole is not None
    assert whole.text == "a"
