"""Histories of a chat as items of the Responses API, and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from baseten_sdk import InvalidRequestError, MessageParam
from baseten_sdk._core.responses.chat_to_items import responses_from_chat
from baseten_sdk._core.responses.items_to_chat import chat_from_responses

Json = dict[str, object]

TEXT = st.text(min_size=1, max_size=8)
URL = st.just("https://a.test/cat.png") | st.just("data:image/png;base64,AAAA")


def text_part(said: str) -> Json:
    return {"type": "text", "text": said}


def image_part(url: str) -> Json:
    return {"type": "image_url", "image_url": {"url": url}}


AUDIO: Json = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
FILE: Json = {"type": "file", "file": {"file_data": "AAAA", "filename": "a.pdf"}}
PARTS = st.lists(
    st.one_of(TEXT.map(text_part), URL.map(image_part), st.just(AUDIO), st.just(FILE)), min_size=1, max_size=3
)


def spoken(role: str, content: str | list[Json]) -> Json:
    return {"role": role, "content": content}


def call(id: str, name: str, argument: str) -> Json:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": json.dumps({"a": argument})}}


def output(id: str, said: str) -> Json:
    return {"role": "tool", "tool_call_id": id, "content": said}


SPOKEN = st.builds(spoken, st.sampled_from(["user", "system", "developer"]), TEXT | PARTS)
CALL = st.builds(call, TEXT, TEXT, TEXT)


@st.composite
def answers(draw: st.DrawFn) -> Json:
    message: Json = {"role": "assistant"}
    if draw(st.booleans()):
        message["reasoning_content"] = draw(TEXT)
    says, calls = draw(st.booleans()), draw(st.lists(CALL, max_size=2))
    if says or not calls:
        message["content"] = draw(TEXT)
    if says and draw(st.booleans()):
        message["refusal"] = draw(TEXT)
    if calls:
        message["tool_calls"] = calls
    return message


def _no_two_answers_in_a_row(messages: list[Json]) -> bool:
    """Items that a model sent one after the other are one message of a chat."""
    roles = [message["role"] for message in messages]
    return not any(roles[at] == roles[at + 1] == "assistant" for at in range(len(roles) - 1))


HISTORY = st.lists(st.one_of(SPOKEN, answers(), st.builds(output, TEXT, TEXT)), min_size=1, max_size=6).filter(
    _no_two_answers_in_a_row
)


@given(HISTORY)
def test_a_chat_survives_the_way_there_and_back(messages: list[Json]) -> None:
    items = responses_from_chat(messages)
    assert chat_from_responses(items) == messages
    assert responses_from_chat(chat_from_responses(items)) == items


def test_the_parts_of_an_answer_become_items_in_their_order() -> None:
    answer: Json = {
        "role": "assistant",
        "reasoning_content": "Hm",
        "content": "Let me see",
        "tool_calls": [call("c1", "f", "x")],
    }
    items = responses_from_chat([answer, output("c1", "7")])
    assert items == [
        {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm"}]},
        {"role": "assistant", "content": "Let me see"},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": '{"a": "x"}'},
        {"type": "function_call_output", "call_id": "c1", "output": "7"},
    ]


def test_content_that_is_null_is_an_empty_text() -> None:
    assert responses_from_chat([{"role": "user", "content": None}]) == [{"role": "user", "content": ""}]
    assert chat_from_responses([{"role": "user", "content": None}]) == [{"role": "user", "content": ""}]


def test_instructions_stand_before_a_text() -> None:
    assert chat_from_responses("Hi", "Be brief.") == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
    ]


def test_what_a_model_sent_is_read_without_ids_and_states() -> None:
    message = {"id": "m", "type": "message", "role": "assistant", "status": "completed"}
    said = {"type": "output_text", "text": "Hi", "annotations": [], "logprobs": []}
    assert chat_from_responses([{**message, "content": [said]}]) == [{"role": "assistant", "content": "Hi"}]


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ({"role": "user", "content": "a", "name": "Ada"}, "messages[0].name"),
        ({"role": "user", "content": [{"type": "video_url", "video_url": {"url": "u"}}]}, "messages[0].content[0]"),
        (
            {"role": "user", "content": [{"type": "text", "text": "a", "cache": {"a": 1}}]},
            "messages[0].content[0]",
        ),
        ({"role": "user", "content": "a", "refusal": "No"}, "messages[0].refusal"),
        ({"role": "assistant", "content": "a", "audio": {"id": "x"}}, "messages[0].audio"),
        ({"role": "assistant", "function_call": {"name": "f"}}, "messages[0].function_call"),
        ({"role": "function", "content": "a"}, "messages[0].role"),
        ({"role": "assistant", "tool_calls": [{"id": "a", "type": "custom"}]}, "messages[0].tool_calls[0]"),
    ],
)
def test_what_no_item_can_hold_is_refused_with_its_path(message: MessageParam, path: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        responses_from_chat([message])
    assert caught.value.message.startswith(path)


@pytest.mark.parametrize(
    ("item", "path"),
    [
        ({"type": "mcp_call", "id": "m", "name": "f"}, "input[0]"),
        ({"type": "item_reference", "id": "m"}, "input[0]"),
        ({"type": "reasoning", "summary": [], "encrypted_content": "x"}, "input[0].encrypted_content"),
        ({"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}, "input[0].content[0]"),
        ({"role": "user", "content": [{"type": "input_file", "file_url": "u"}]}, "input[0].content[0]"),
        ({"role": "tool", "content": "a"}, "input[0].role"),
        (
            {"role": "assistant", "content": [{"type": "output_text", "text": "a", "annotations": [{"url": "u"}]}]},
            "input[0].content[0]",
        ),
    ],
)
def test_what_no_chat_can_hold_is_refused_with_its_path(item: Json, path: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        chat_from_responses([item])
    assert caught.value.message.startswith(path)
