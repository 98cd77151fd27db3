"""Histories of messages and of chats: what both can say survives the way there and back."""

from __future__ import annotations

import json
from itertools import chain, pairwise

import pytest
from hypothesis import given, strategies as st

from baseten_sdk import InvalidRequestError
from baseten_sdk.histories import to_chat, to_messages
from baseten_sdk.types.messages import Message

Json = dict[str, object]

TEXT = st.text(min_size=1, max_size=8)
NAMES = st.text("abc_", min_size=1, max_size=5)
INPUTS = st.dictionaries(st.text(max_size=4), st.one_of(st.integers(-9, 9), TEXT, st.none()), max_size=2)

TEXT_PART = st.fixed_dictionaries({"type": st.just("text"), "text": TEXT})
IMAGE_PART = st.sampled_from(
    [
        {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]
)


def call(name: str, given: Json) -> Json:
    return {"id": f"c_{name}", "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}


def assistant(text: object, thought: str | None, calls: list[Json]) -> Json:
    message: Json = {"role": "assistant", "content": text}
    if thought:
        message["reasoning_content"] = thought
    return {**message, "tool_calls": calls} if calls else message


def exchange(user: object, message: Json, result: object) -> list[Json]:
    """A question, the answer, and the results of the answer's calls."""
    calls = message.get("tool_calls")
    made = calls if isinstance(calls, list) else []
    results: list[Json] = [{"role": "tool", "tool_call_id": each["id"], "content": result} for each in made]
    last: list[Json] = [{"role": "assistant", "content": "ok"}] if made else []
    return [{"role": "user", "content": user}, message, *results, *last]


def chat(system: object, exchanges: list[list[Json]]) -> list[Json]:
    first: list[Json] = [{"role": "system", "content": system}] if system else []
    return [*first, *chain.from_iterable(exchanges)]


NO_CALLS: st.SearchStrategy[list[Json]] = st.builds(list)
CALLS = st.lists(st.builds(call, NAMES, INPUTS), max_size=2, unique_by=lambda each: str(each["id"]))
SYSTEMS = st.one_of(TEXT, st.lists(TEXT_PART, min_size=1, max_size=2))
USERS = st.one_of(TEXT, st.lists(st.one_of(TEXT_PART, IMAGE_PART), min_size=1, max_size=3))
ANSWERS = st.one_of(
    st.builds(assistant, TEXT, st.one_of(st.none(), TEXT), CALLS),
    st.builds(assistant, st.none(), st.none(), st.lists(st.builds(call, NAMES, INPUTS), min_size=1, max_size=1)),
    st.builds(assistant, st.lists(TEXT_PART, min_size=2, max_size=3), st.none(), NO_CALLS),
)
CHATS = st.builds(
    chat, st.one_of(st.none(), SYSTEMS), st.lists(st.builds(exchange, USERS, ANSWERS, USERS), min_size=1, max_size=3)
)


def plain(history: list[Json]) -> list[Json]:
    """A chat whose arguments are values, so that spaces in them do not count."""
    text = json.loads(json.dumps(history))
    for message in text:
        for each in message.get("tool_calls", ()):
            each["function"]["arguments"] = json.loads(each["function"]["arguments"])
    return list(text)


@given(CHATS)
def test_a_chat_survives_the_way_to_messages_and_back(history: list[Json]) -> None:
    converted = to_messages(history)
    roles = [turn["role"] for turn in converted["messages"] if isinstance(turn, dict)]
    assert len(roles) == len(converted["messages"])
    assert all(one != other for one, other in pairwise(roles))
    back = to_chat(converted["messages"], system=converted.get("system", ""))
    assert plain(back) == plain(history)
    assert to_messages(back) == converted


TURNS: list[Json] = [
    {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "Hm", "signature": "sealed"},
            {"type": "text", "text": "Let me look."},
            {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}},
        ],
    },
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "t1", "content": "no", "is_error": True},
            {"type": "text", "text": "And now?", "cache_control": {"type": "ephemeral"}},
        ],
    },
]


def test_turns_become_messages_and_what_is_not_said_is_left_behind() -> None:
    expected: list[Json] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
        {
            "role": "assistant",
            "content": "Let me look.",
            "reasoning_content": "Hm",
            "tool_calls": [{"id": "t1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}],
        },
        {"role": "tool", "tool_call_id": "t1", "content": "Error: no"},
        {"role": "user", "content": [{"type": "text", "text": "And now?"}]},
    ]
    assert to_chat(TURNS, system="Be brief.") == expected
    message = Message.model_validate(TURNS[1])
    assert to_chat([TURNS[0], message, TURNS[2]], system="Be brief.") == expected


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("no", "Error: no"),
        ("Error: no", "Error: no"),
        (None, "Error: "),
        ([{"type": "text", "text": "no"}], [{"type": "text", "text": "Error: no"}]),
        (
            [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}],
            [
                {"type": "text", "text": "Error:"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            ],
        ),
    ],
)
def test_a_chat_says_that_a_call_has_failed_however_its_result_is_written(content: object, told: object) -> None:
    result: Json = {"type": "tool_result", "tool_use_id": "t1", "content": content, "is_error": True}
    assert to_chat([{"role": "user", "content": [result]}])[0]["content"] == told


def test_what_holds_nothing_that_only_messages_have_is_the_same_in_both() -> None:
    plain_turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    assert to_chat(plain_turns) == plain_turns
    assert to_messages(plain_turns) == {"messages": plain_turns}


@pytest.mark.parametrize(
    ("history", "path"),
    [
        ([{"role": "user", "content": "x", "name": "Ann"}], "messages[0].name"),
        ([{"role": "assistant", "refusal": "no", "content": None}], "messages[0].refusal"),
        ([{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}], "messages[0].content[0]"),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u", "detail": "high"}}]}],
            "messages[0].content[0].image_url.detail",
        ),
        ([{"role": "user", "content": "x"}, {"role": "system", "content": "y"}], "messages[1]"),
        ([{"role": "function", "content": "x"}], "messages[0].role"),
    ],
)
def test_a_chat_that_messages_cannot_hold_is_refused_with_the_path(history: list[Json], path: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        to_messages(history)
    assert refused.value.message.startswith(path)


def said(*blocks: Json) -> list[Json]:
    return [{"role": "assistant", "content": list(blocks)}]


CALL: Json = {"type": "tool_use", "id": "t1", "name": "f", "input": {}}
RESULT: Json = {"type": "tool_result", "tool_use_id": "t1", "content": "x"}
SAID: Json = {"type": "text", "text": "x"}


@pytest.mark.parametrize(
    ("history", "path"),
    [
        (said({"type": "redacted_thinking", "data": "x"}), "messages[0].content[0]"),
        (said(SAID, {"type": "thinking", "thinking": "x"}), "messages[0].content[1]"),
        (said(CALL, SAID), "messages[0].content[1]"),
        (said({**CALL, "caller": "x"}), "messages[0].content[0].caller"),
        ([{"role": "user", "content": [SAID, RESULT]}], "messages[0].content[1]"),
        ([{"role": "user", "content": [RESULT, {"type": "document"}]}], "messages[0].content[1]"),
        (
            [{"role": "user", "content": [{**RESULT, "content": [{"type": "image", "source": {}}]}]}],
            "messages[0].content[0].content[0]",
        ),
    ],
)
def test_turns_that_a_chat_cannot_hold_are_refused_with_the_path(history: list[Json], path: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        to_chat(history)
    assert refused.value.message.startswith(path)
