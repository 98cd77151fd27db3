"""The work on a server's text grows as the text does, whatever the text.

Of a text no clock is read: it is so long that quadratic work on it would not end within the limit of a test. What is
done for each piece of a stream is compared with eight times as many, in time of this thread's own, and the best of
several tries counts, so that a busy machine does no harm.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from pydantic import BaseModel, ValidationError

from baseten_sdk import ChatCompletionChunk
from baseten_sdk._characters import whole_text
from baseten_sdk._core.chat.accumulate import Accumulator
from baseten_sdk._core.chat.call_parts import ToolCallParts
from baseten_sdk._core.chat.events import ChatEvents
from baseten_sdk._core.chat.output import read_text
from baseten_sdk._core.schema.partial import PartialReader, read_partial
from baseten_sdk._core.schema.schema import schema_for
from baseten_sdk._core.schema.toolbox import Toolbox
from baseten_sdk._core.stream.halves import Halves
from baseten_sdk._core.stream.object_scanner import ObjectScanner
from baseten_sdk._core.stream.sse import SSEDecoder
from baseten_sdk._json_reading import decode_reply
from baseten_sdk.types.chunks import ChoiceDeltaToolCall
from baseten_sdk.types.tool_calls import as_object
from tests.core.chat.deltas import piece, spoken
from tests.growth import FEW, TIMES, grows_evenly

pytestmark = pytest.mark.timeout(60)

LONG = 400_000


class Answer(BaseModel):
    text: str


SCHEMA = schema_for(Answer)

TEXTS = {
    "a fence and newlines": "```json" + "\n" * LONG,
    "a fence and blanks": "```json" + " " * LONG,
    "a fence and letters": "```" + "a" * LONG,
    "fences that never close": "```a\n" * (LONG // 5),
    "fences that never open": "```a " * (LONG // 5),
    "backticks": "`" * LONG,
    "thoughts": "<think>" * (LONG // 7),
    "ends of thoughts": "</think>" * (LONG // 8),
    "half an end": "</think" * (LONG // 7),
    "blanks": " " * LONG,
    "brackets": "[" * LONG,
    "braces": "{" * LONG,
    "braces and blanks": ("{" + " " * 999) * (LONG // 1000),
    "numbers in brackets": "[1," * (LONG // 3),
    "quotes": '{"' * (LONG // 2),
    "backslashes": '{"' + "\\" * LONG,
    "digits": '{"text": ' + "1" * LONG,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_an_answer_is_looked_through_once(text: str) -> None:
    with pytest.raises(ValidationError):
        read_text(SCHEMA, text)
    read_partial(SCHEMA, text)
    as_object(text)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("size", [1000, LONG])
def test_an_answer_that_comes_in_pieces_is_looked_through_once(text: str, size: int) -> None:
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    reader, scanner = PartialReader(SCHEMA), ObjectScanner()
    for each in pieces:
        reader.add(each)
        scanner.feed(each)
    reader.end()


@pytest.mark.parametrize("text", [r"\\ud83d", r"\\", r"\u", r"\ud83d\ud83d", "\\u00", '\\"'])
def test_escapes_are_looked_through_once(text: str) -> None:
    body = b'"' + text.encode() * (LONG // len(text))
    with pytest.raises(ValueError, match="JSON"):
        decode_reply(body)


CALLS: dict[str, Callable[[int], dict[str, object]]] = {
    "ids of their own": lambda n: piece(None, f"t{n}", "f", "{}"),
    "ids of their own, one index": lambda n: piece(0, f"t{n}", "f", "{}"),
    "fresh ids": lambda n: piece(None, f"t{n}", None, "{"),
    "fresh ids and the name each time": lambda n: piece(0, f"t{n}", "f", "}"),
    "fresh ids, never whole": lambda n: piece(0, f"t{n}", "f", '"}'),
    "indices": lambda n: piece(n, f"t{n}", "f", "{"),
    "indices, backwards": lambda n: piece(10**6 - n, f"t{n}", "f", "{}"),
    "neither": lambda n: piece(None, None, "f", "{"),
    "pieces of a name": lambda n: piece(0, "t", "ab"[n % 2], ""),
    "pieces of arguments": lambda n: piece(0, "t", None, "{"),
}


@pytest.mark.parametrize("make", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("at_once", [True, False])
def test_calls_find_their_pieces_at_once(make: Callable[[int], dict[str, object]], at_once: bool) -> None:
    deltas = [ChoiceDeltaToolCall.model_validate(make(n)) for n in range(FEW * TIMES)]

    def add(count: int) -> None:
        parts = ToolCallParts()
        if at_once:
            parts.add(deltas[:count])
        else:
            for each in deltas[:count]:
                parts.add([each])

    assert grows_evenly(add)


@pytest.mark.parametrize("make", CALLS.values(), ids=CALLS)
def test_calls_are_told_of_at_once(make: Callable[[int], dict[str, object]]) -> None:
    chunks = [ChatCompletionChunk.model_validate(spoken({"tool_calls": [make(n)]})) for n in range(FEW * TIMES)]

    def tell(count: int) -> None:
        reader: ChatEvents[None] = ChatEvents(Toolbox(()), None)
        for each in chunks[:count]:
            reader.read(each)
        reader.end()

    assert grows_evenly(tell)


def test_unknown_fields_are_merged_once() -> None:
    deltas = [
        ChatCompletionChunk.model_validate(
            spoken({"audio": {"data": "ab"}, f"field{n}": "x", "thoughts": [{"text": "a"}], "constant": "c"})
        )
        for n in range(FEW * TIMES)
    ]

    def merge(count: int) -> None:
        accumulator = Accumulator()
        for each in deltas[:count]:
            accumulator.add(each)
        found = accumulator.completion()
        assert found is not None
        assert (found.message.model_extra or {})["audio"] == {"data": "ab" * count}

    assert grows_evenly(merge)


def test_halves_are_put_together_once() -> None:
    def join(count: int) -> None:
        halves = Halves()
        calls = [piece(n, f"t{n}", "f", "\ud83d") for n in range(count)]
        choices: list[object] = [{"index": n, "delta": {"content": "\ud83d"}} for n in range(count)]
        first = {"choices": [{"index": count, "delta": {"tool_calls": calls}}, *choices]}
        last = {"choices": [{"index": n, "delta": {}, "finish_reason": "stop"} for n in range(count + 1)]}
        halves.joined(json.dumps(first).encode())
        assert len(halves.waiting) == count + 1
        assert json.loads(halves.joined(json.dumps(last).encode()))["choices"][0]["delta"] == {"content": "\ufffd"}
        assert not halves.waiting

    assert grows_evenly(join)


@pytest.mark.parametrize(
    "text", [b"\n", b"\r", b"data", b"data:\n", b": ", b"data: a\n", b"\xff", b"event: a\nid: b\n"]
)
@pytest.mark.parametrize("times", [1, 100])
def test_events_are_cut_once(text: bytes, times: int) -> None:
    def cut(count: int) -> None:
        decoder = SSEDecoder(10**9)
        for _ in range(count):
            decoder.feed(text * times)
        decoder.flush()

    assert grows_evenly(cut)


def test_halves_of_a_text_are_found_once() -> None:
    assert len(whole_text("\ud83d" * LONG)) == LONG
