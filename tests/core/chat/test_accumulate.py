"""Chunks add up to the completion that they were cut from, whatever the backend's way of writing them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.chat.accumulate import Accumulator
from baseten_sdk.types.chat import ChatCompletion, ToolCall, Usage
from baseten_sdk.types.chunks import ChatCompletionChunk
from tests.core.chat.deltas import (
    OLDER,
    VERBOSE,
    Delta,
    added,
    calls_of,
    chunk,
    completion,
    message,
    piece,
    spoken,
    usage,
)


@pytest.mark.parametrize("style", [VERBOSE, OLDER, {}], ids=["verbose", "older", "sparse"])
def test_every_style_of_deltas_gives_the_same_completion(style: Delta) -> None:
    found = completion(
        spoken({**style, "reasoning_content": "Th"}),
        spoken({**style, "reasoning_content": "ink"}),
        spoken({**style, "reasoning_content": ""}),
        spoken({**style, "content": "Hel"}),
        spoken(style),
        spoken({**style, "content": "lo"}, "stop"),
        chunk([], usage(3, 4)),
    )
    assert (found.id, found.created, found.model, found.object) == ("chatcmpl-x", 1, "org/m", "chat.completion")
    assert found.message.model_dump(exclude_unset=True) == {
        "role": "assistant",
        "content": "Hello",
        "reasoning_content": "Think",
    }
    assert (found.text, found.message.reasoning) == ("Hello", "Think")
    assert found.choices[0].finish_reason == "stop"
    assert found.usage == Usage(prompt_tokens=3, completion_tokens=4, total_tokens=7)


def test_usage_is_cumulative_and_the_last_one_counts() -> None:
    found = completion(
        chunk([{"index": 0, "delta": {"content": "a"}}], usage(5, 1)),
        chunk([{"index": 0, "delta": {"content": "b"}}], usage(5, 2)),
        chunk([{"index": 0, "delta": {"content": "c"}}], None),
        chunk([], usage(5, 3)),
        chunk([]),
    )
    assert found.usage is not None
    assert (found.usage.prompt_tokens, found.usage.completion_tokens, found.usage.total_tokens) == (5, 3, 8)


def test_without_any_usage_there_is_none() -> None:
    assert completion(spoken({"content": "a"})).usage is None


def test_content_after_the_finish_reason_is_kept() -> None:
    found = completion(spoken({"reasoning_content": "x"}), spoken({}, "stop"), spoken({"content": "the answer"}))
    assert (found.text, found.choices[0].finish_reason) == ("the answer", "stop")


def test_the_last_finish_reason_counts_and_null_says_nothing() -> None:
    chunks = [spoken({}, "length"), spoken({}, None), spoken({}, "stop"), spoken({}, "")]
    assert completion(*chunks).choices[0].finish_reason == "stop"


def test_a_finish_reason_may_share_a_chunk_with_the_last_tool_call() -> None:
    call = {"index": 1, "id": "t2", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    found = completion(
        spoken({"tool_calls": [{"index": 0, "id": "t1", "function": {"name": "f", "arguments": '{"a": '}}]}),
        spoken({"tool_calls": [{"index": 0, "id": "t1", "function": {"arguments": "1}"}}]}),
        spoken({"tool_calls": [call]}, "tool_calls", stop_reason=154829),
        chunk([], usage(1, 1)),
    )
    assert calls_of(found.message) == [("t1", "f", '{"a": 1}'), ("t2", "f", "{}")]
    assert (found.choices[0].finish_reason, found.choices[0].stop_reason) == ("tool_calls", 154829)
    assert "content" not in found.message.model_fields_set


def test_finished_means_that_a_choice_has_told_why_it_ended() -> None:
    assert not added([spoken({"content": "a"})]).finished
    assert added([spoken({"content": "a"}), spoken({}, "stop")]).finished
    assert added([spoken({}, index=0), spoken({}, "length", index=1)]).finished


def test_several_choices_are_kept_apart_and_in_order() -> None:
    found = completion(
        spoken({"content": "x"}, index=1),
        spoken({"content": "a"}, index=0),
        chunk([{"index": 0, "delta": {"content": "b"}}, {"index": 1, "delta": {"content": "y"}}]),
        spoken({}, "length", index=1),
        spoken({}, "stop", index=0),
    )
    assert [(c.index, c.message.content, c.finish_reason) for c in found.choices] == [
        (0, "ab", "stop"),
        (1, "xy", "length"),
    ]


def test_refusals_are_joined() -> None:
    found = message({"role": "assistant", "refusal": "I "}, {"refusal": "will not"}, {"refusal": None})
    assert (found.refusal, found.content) == ("I will not", None)


def token(text: str) -> dict[str, object]:
    return {"token": text, "logprob": -0.5, "bytes": [1], "top_logprobs": [{"token": "?", "logprob": -1}]}


def test_logprobs_are_gathered() -> None:
    found = completion(
        spoken({"content": "a"}, logprobs={"content": [token("a")], "refusal": None}),
        spoken({"content": "b"}, logprobs=None),
        spoken({"content": "cd"}, logprobs={"content": [token("c"), token("d")]}),
        spoken({"refusal": "n"}, logprobs={"content": None, "refusal": [token("n")]}),
    )
    logprobs = found.choices[0].logprobs
    assert logprobs is not None
    assert logprobs.content is not None
    assert logprobs.refusal is not None
    assert [each.token for each in logprobs.content] == ["a", "c", "d"]
    assert [each.token for each in logprobs.refusal] == ["n"]
    assert logprobs.content[0].top_logprobs[0].logprob == -1


def test_without_logprobs_there_are_none() -> None:
    assert completion(spoken({"content": "a"}, logprobs={"content": None})).choices[0].logprobs is None


@pytest.mark.parametrize("names", [("reasoning_content",), ("reasoning",), ("reasoning", "reasoning_content")])
def test_reasoning_is_joined_under_the_names_it_came_with(names: tuple[str, ...]) -> None:
    pieces = ["ha", "ha", "", " ha", "ha"]
    found = message(*(dict.fromkeys(names, text) for text in pieces), {"content": "Done"})
    assert found.reasoning == "haha haha"
    dumped = found.model_dump(exclude_unset=True)
    assert {name: dumped[name] for name in dumped if name.startswith("reasoning")} == dict.fromkeys(names, "haha haha")


def test_reasoning_that_never_came_is_absent() -> None:
    found = message({"reasoning": "", "reasoning_content": ""}, {"reasoning": None, "content": "a"})
    assert not found.reasoning
    assert found.model_dump(exclude_unset=True) == {"role": "assistant", "content": "a"}


def test_unknown_fields_are_kept_at_every_level() -> None:
    tool = {"index": 0, "id": "t1", "function": {"name": "f", "parsed": {"a": 1}}, "vendor": {"b": 2}}
    found = completion(
        spoken({"content": "a", "citations": [1]}, routed="eu"),
        {**spoken({"citations": [2], "tool_calls": [tool]}), "timings": {"ms": 1}},
        {**spoken({"citations": None}, routed="eu"), "timings": {"ms": 2}},
    )
    assert found.model_extra == {"timings": {"ms": 2}}
    assert found.choices[0].model_extra == {"routed": "eu"}
    assert found.message.model_extra == {"citations": [1, 2]}
    (call,) = found.message.tool_calls
    assert (call.model_extra, call.function.model_extra) == ({"vendor": {"b": 2}}, {"parsed": {"a": 1}})


def test_unknown_text_is_joined_unless_it_is_the_same_all_along() -> None:
    said = message({"thought": "ha"}, {"thought": "ha"}, {"thought": "!"})
    assert said.model_extra == {"thought": "haha!"}
    constant = message({"provider": "p"}, {"provider": ""}, {"provider": "p"})
    assert constant.model_extra == {"provider": "p"}


def test_the_tier_and_the_fingerprint_are_kept() -> None:
    found = completion(
        {**spoken({"content": "a"}), "service_tier": "default", "system_fingerprint": "fp1"},
        {**spoken({"content": "b"}), "service_tier": None, "system_fingerprint": None},
    )
    assert (found.service_tier, found.system_fingerprint) == ("default", "fp1")
    assert not found.model_extra


def test_the_first_id_model_and_time_that_are_there_count() -> None:
    found = completion(
        {"choices": [], "prompt_filter_results": [1]},
        {"id": "a", "created": 5, "choices": [{"delta": {"content": "x"}}]},
        {"id": "b", "created": 6, "model": "m", "choices": [{"delta": {"content": "y"}}]},
    )
    assert (found.id, found.created, found.model, found.text) == ("a", 5, "m", "xy")


@pytest.mark.parametrize("choices", [[], None])
def test_without_a_choice_there_is_no_completion(choices: object) -> None:
    assert added([]).completion() is None
    assert added([chunk(choices, usage(1, 0)), {}]).completion() is None


def test_a_completion_may_be_asked_for_at_any_time() -> None:
    accumulator = Accumulator()
    texts: list[str] = []
    for text in "abc":
        accumulator.add(ChatCompletionChunk.model_validate(spoken({"content": text})))
        found = accumulator.completion()
        assert found is not None
        texts.append(found.text)
    assert texts == ["a", "ab", "abc"]


def cut(text: str, places: Iterable[int]) -> list[str]:
    edges = [0, *sorted(min(place, len(text)) for place in places), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


TEXT = st.text('ab {}"\\é😀', max_size=30)
PLACES = st.lists(st.integers(0, 30), max_size=8)


@given(TEXT, TEXT, TEXT, PLACES, PLACES, PLACES, st.sampled_from([VERBOSE, OLDER, {}]))
def test_text_is_the_same_however_it_is_cut_into_deltas(
    content: str,
    reasoning: str,
    arguments: str,
    content_cuts: list[int],
    reasoning_cuts: list[int],
    argument_cuts: list[int],
    style: Delta,
) -> None:
    found = message(
        *({**style, "reasoning": text, "reasoning_content": text} for text in cut(reasoning, reasoning_cuts)),
        *({**style, "content": text} for text in cut(content, content_cuts)),
        {**style, "tool_calls": [piece(0, "t1", "f", "")]},
        *({**style, "tool_calls": [piece(0, None, None, text)]} for text in cut(arguments, argument_cuts)),
    )
    assert (found.content or "") == content
    assert (found.reasoning or "") == reasoning
    assert calls_of(found) == [("t1", "f", arguments)]


def test_the_completion_of_a_completion_cut_into_chunks_is_that_completion() -> None:
    given_message = {"role": "assistant", "content": "Hi", "tool_calls": [{"id": "t1", "function": {"name": "f"}}]}
    whole = ChatCompletion.model_validate(
        {"id": "c", "created": 1, "model": "m", "choices": [{"message": given_message, "finish_reason": "stop"}]}
    )
    again = completion(
        {"id": "c", "created": 1, "model": "m", "choices": [{"delta": given_message, "finish_reason": "stop"}]}
    )
    assert again.choices[0].message.to_param() == whole.choices[0].message.to_param()
    assert isinstance(again.message.tool_calls[0], ToolCall)


def looked_at(accumulator: Accumulator) -> int:
    """How many pieces are kept, which is how many there are to join."""
    (parts,) = accumulator.choices.values()
    return len(parts.content) + len(parts.reasoning) + len(parts.tool_calls.calls[0].arguments)


def test_a_chunk_adds_one_piece_and_touches_no_other() -> None:
    accumulator = Accumulator()
    delta = {
        "content": "a",
        "reasoning_content": "b",
        "reasoning": "b",
        "thought": "c",
        "tool_calls": [piece(0, "t1", "f", "d")],
    }
    each = ChatCompletionChunk.model_validate(spoken(delta))
    accumulator.add(each)
    (parts,) = accumulator.choices.values()
    kept = [parts.content, parts.reasoning, parts.tool_calls.calls[0].arguments]
    for count in range(2, 50):
        accumulator.add(each)
        assert looked_at(accumulator) == 3 * count
    assert all(
        have is now
        for have, now in zip(kept, [parts.content, parts.reasoning, parts.tool_calls.calls[0].arguments], strict=True)
    )
    found = accumulator.completion()
    assert found is not None
    assert (found.text, found.message.reasoning) == ("a" * 49, "b" * 49)


TOOL_CALL = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "role": st.none() | st.just("assistant"),
                "content": st.none() | st.text(max_size=3),
                "refusal": st.none() | st.text(max_size=3),
                "reasoning_content": st.none() | st.text(max_size=3),
            },
        ),
        min_size=1,
        max_size=5,
    ),
    st.none() | st.just("stop"),
)
def test_an_answer_of_text_alone_is_that_of_one_with_a_call_but_for_the_call(deltas: list[Delta], end: object) -> None:
    chunks = [*(spoken(delta) for delta in deltas), spoken({}, end), chunk([], usage(1, 2))]
    text, called = completion(*chunks), completion(*chunks, spoken({"tool_calls": [TOOL_CALL]}))
    called.message.tool_calls = []
    called.message.model_fields_set.discard("tool_calls")
    assert text == called
    assert text.model_dump(exclude_unset=True) == called.model_dump(exclude_unset=True)
