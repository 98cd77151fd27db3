"""Where chunks can be cut before their usage, and that what is read then is what would be read of the whole."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.chat.chunks import ChunkReader
from baseten_sdk._core.chat.usage_cut import LESSONS, UsageCut
from baseten_sdk.config import Limits
from baseten_sdk.types.chunks import ChatCompletionChunk
from baseten_sdk.types.unread_usage import kept_usage

CHOICES = '"choices":[{"index":0,"delta":{"content":"a"}}]'

DETAILS = '"prompt_tokens_details":{"cached_tokens":64},"completion_tokens_details":null'

NULL = '"x":null'


def usage(prompt: object = 1, completion: object = 2, details: str = DETAILS) -> str:
    return f'{{"prompt_tokens":{prompt},"completion_tokens":{completion},{details}}}'


def read(chunks: Iterable[str]) -> list[ChatCompletionChunk]:
    reader = ChunkReader(Limits())
    found = [chunk for text in chunks for chunk in reader.feed(f"data: {text}\n\n".encode())]
    assert reader.error is None
    return found


def read_whole(chunks: Iterable[str]) -> list[ChatCompletionChunk]:
    """Each as the first of a stream, of which nothing was learnt yet."""
    return [chunk for text in chunks for chunk in read([text])]


def unread(chunk: ChatCompletionChunk) -> bool:
    return isinstance(kept_usage(chunk), bytes)


def test_the_first_chunk_is_read_whole_and_what_follows_in_its_shape_is_not() -> None:
    found = read([f'{{"id":"c{n}",{CHOICES},"usage":{usage(n, 10**n)}}}' for n in range(4)])
    assert [unread(chunk) for chunk in found] == [False, True, True, True]
    assert [chunk.id for chunk in found] == ["c0", "c1", "c2", "c3"]
    assert [chunk.text for chunk in found] == ["a"] * 4
    assert [chunk.usage and chunk.usage.completion_tokens for chunk in found] == [1, 10, 100, 1000]
    assert [chunk.usage and chunk.usage.cached_tokens for chunk in found] == [64] * 4
    assert "usage" in found[3].model_fields_set


SHAPES = {
    "blanks": f'{{{CHOICES}, "usage" : {usage()} }}',
    "a twin": f'{{"usage":{usage(7)},{CHOICES},"usage":{usage()}}}',
    "no choice": f'{{"choices":[],"usage":{usage()}}}',
    "null beside": f'{{{CHOICES},"usage":{usage(details=NULL)}}}',
    "empty": f'{{{CHOICES},"usage":{{}}}}',
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_plain_usages_are_left_unread(text: str) -> None:
    assert [unread(chunk) for chunk in read([text, text])] == [False, True]
    assert read([text, text])[1] == ChatCompletionChunk.model_validate_json(text)


OTHERS = {
    "no usage": f"{{{CHOICES}}}",
    "null": f'{{{CHOICES},"usage":null}}',
    "not the last": f'{{{CHOICES},"usage":{usage()},"id":"c"}}',
    "an object behind it": f'{{{CHOICES},"usage":{usage()},"beyond":{{"a":{{}}}}}}',
    "inside of something": f'{{{CHOICES},"beyond":{{"a":1,"usage":{usage()}}}}}',
    "inside of a choice": f'{{"choices":[{{"index":0,"delta":{{"content":"a"}},"usage":{usage()}}}]}}',
    "text in it": f'{{{CHOICES},"usage":{usage(details=chr(34) + "x" + chr(34) + ":" + chr(34) + "}}" + chr(34))}}}',
    "a fraction": f'{{{CHOICES},"usage":{usage(details=chr(34) + "cost" + chr(34) + ":1.5")}}}',
    "a list": f'{{{CHOICES},"usage":{usage(details=chr(34) + "x" + chr(34) + ":[1]")}}}',
    "deeper": f'{{{CHOICES},"usage":{usage(details=chr(34) + "x" + chr(34) + ":" + json.dumps({"a": {"b": 1}}))}}}',
    "only in the text": json.dumps({"choices": [{"delta": {"content": f',"usage":{usage()}}}'}}]}),
    "odd": f'{{{CHOICES},"usage":{usage(chr(34) + "many" + chr(34))}}}',
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_everything_else_is_read_whole(text: str) -> None:
    found = read([text] * (LESSONS + 2))
    assert not any(unread(chunk) for chunk in found)
    assert found == read_whole([text] * (LESSONS + 2))


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_everything_else_is_read_whole_after_a_lesson_too(text: str) -> None:
    known = f'{{{CHOICES},"usage":{usage()}}}'
    found = read([known, text, known])
    assert [unread(chunk) for chunk in found] == [False, False, True]
    assert found == read_whole([known, text, known])


def test_a_new_shape_is_learnt_when_it_comes() -> None:
    short = f'{{{CHOICES},"usage":{{"total_tokens":3}}}}'
    long = f'{{{CHOICES},"usage":{usage()}}}'
    assert [unread(chunk) for chunk in read([short, short, long, long])] == [False, True, False, True]


def test_a_server_that_changes_it_at_each_is_learnt_from_a_few_times() -> None:
    texts = [f'{{{CHOICES},"usage":{{"{"x" * n}":{n}}}}}' for n in range(2, LESSONS + 6)]
    assert not any(unread(chunk) for chunk in read(texts))


def test_what_is_made_to_be_slow_to_look_at_is_not() -> None:
    blanks = b'"a":' + b" " * 40
    for data in (b"," * 10**6, b',"usage":{' * 10**5, b'{"b":1,"usage":{' + blanks * 90 + b"!}}"):
        cut = UsageCut()
        cut.learn(data)
        assert cut.shape is None


def test_a_stream_without_usage_is_given_up() -> None:
    cut = UsageCut()
    going_on = [cut.learn(b"{}") for _ in range(LESSONS)]
    assert going_on == [True] * (LESSONS - 1) + [False]


def test_wrong_numbers_cost_no_text() -> None:
    texts = [f'{{{CHOICES},"usage":{{"total_tokens":{number}}}}}' for number in ("1", "", "007")]
    found = read(texts)
    assert [chunk.text for chunk in found] == ["a", "a", "a"]
    assert [chunk.usage and chunk.usage.total_tokens for chunk in found] == [1, None, None]


NUMBERS = st.one_of(st.none(), st.integers(0, 10**12))
USAGES = st.dictionaries(
    st.sampled_from(["prompt_tokens", "completion_tokens", "total_tokens", "beyond", "x2"]),
    NUMBERS | st.dictionaries(st.sampled_from(["cached_tokens", "y"]), NUMBERS),
)
TEXTS = st.text(st.sampled_from(',"usage:{}\\[]0')) | st.text()


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "id": TEXTS,
                "choices": st.lists(
                    st.fixed_dictionaries({"index": st.just(0), "delta": st.builds(dict, content=TEXTS)}), max_size=2
                ),
                "more": st.none() | TEXTS | st.dictionaries(st.just("usage"), USAGES),
                "usage": st.none() | USAGES,
            }
        ),
        max_size=6,
    ),
    st.booleans(),
    st.permutations(["id", "choices", "more", "usage"]),
)
def test_whatever_comes_it_is_read_as_the_whole_would_be(
    values: list[dict[str, object]], compact: bool, order: list[str]
) -> None:
    separators = (",", ":") if compact else (", ", ": ")
    texts = [json.dumps({name: value[name] for name in order}, separators=separators) for value in values]
    found, wanted = read(texts), read_whole(texts)
    assert [chunk.model_dump(exclude_unset=True) for chunk in found] == [
        chunk.model_dump(exclude_unset=True) for chunk in wanted
    ]
