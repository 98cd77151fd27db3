"""Whole messages as servers and translating proxies write them."""

from __future__ import annotations

import json

import pytest

from baseten_sdk import ResponseValidationError
from baseten_sdk._core.messages.reply import read_message
from baseten_sdk._core.reply.response import WholeResponse
from baseten_sdk.types.message_blocks import TextBlock, ToolUseBlock
from baseten_sdk.types.messages import Message
from baseten_sdk.types.meta import Headers


def read(*content: object, **more: object) -> Message:
    body = {"id": "msg_1", "role": "assistant", "content": [*content], "stop_reason": "end_turn", **more}
    headers = Headers([("content-type", "application/json")])
    return read_message(WholeResponse(200, headers, json.dumps(body).encode()))


TEXT = {"type": "text", "text": "Hi"}
CALL = {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}}


@pytest.mark.parametrize(
    "content",
    [
        "Hi",
        TEXT,
        ["Hi"],
        [None, TEXT],
        [{"text": "Hi"}],
        [{"type": None, "text": "Hi"}],
        [{"type": "", "text": "Hi"}],
        [{"type": ["text"], "text": "Hi"}],
        [{"type": {"of": "text"}}, TEXT],
        ["H", {"type": "text", "text": "i"}],
        [{"type": "tool_result", "tool_use_id": "t1", "content": 3, "is_error": "no"}, TEXT],
    ],
    ids=[
        "text",
        "one block",
        "texts",
        "null",
        "no type",
        "null type",
        "empty type",
        "types",
        "no word",
        "mixed",
        "odd result",
    ],
)
def test_text_is_found_however_the_content_is_written(content: object) -> None:
    assert read(content=content).text == "Hi"


@pytest.mark.parametrize(
    ("sent", "given"),
    [
        ({"a": 1}, {"a": 1}),
        ('{"a": 1}', {"a": 1}),
        (None, {}),
        ([], {}),
        ("", {}),
        ([1], {"raw_arguments": "[1]"}),
        (3, {"raw_arguments": "3"}),
    ],
    ids=["object", "text", "null", "empty list", "empty text", "list", "number"],
)
def test_the_input_of_a_call_is_an_object(sent: object, given: object) -> None:
    assert [each.input for each in read({**CALL, "input": sent}).tool_uses] == [given]


def test_a_block_without_a_type_is_known_by_its_fields() -> None:
    found = read({"thinking": "Hm"}, {"id": "t1", "name": "f", "input": {"a": 1}}, {"text": "Hi"}, {"other": 1})
    assert (found.thinking, found.text, len(found.content)) == ("Hm", "Hi", 4)
    assert isinstance(found.content[1], ToolUseBlock)


def test_what_a_server_may_leave_out_reads_as_none() -> None:
    found = read(TEXT)
    assert isinstance(found.content[0], TextBlock)
    assert (found.content[0].citations, found.container, found.stop_details) == (None, None, None)
    assert (found.usage.cache_creation, found.usage.server_tool_use, found.usage.service_tier) == (None, None, None)


def test_what_is_cited_can_be_read_as_attributes() -> None:
    found = read({**TEXT, "citations": [{"type": "page_location", "cited_text": "so", "start_page_number": 3}]})
    assert isinstance(found.content[0], TextBlock)
    cited = (found.content[0].citations or [])[0]
    assert (getattr(cited, "cited_text"), cited.to_dict()["start_page_number"]) == ("so", 3)  # noqa: B009
    assert found.to_param()["content"] == [
        {**TEXT, "citations": [{"type": "page_location", "cited_text": "so", "start_page_number": 3}]}
    ]


def test_a_call_that_is_sent_twice_is_one() -> None:
    assert [each.input for each in read(CALL, TEXT, CALL).tool_uses] == [{"a": 1}]
    others = ({**CALL, "id": "t2"}, {**CALL, "input": {"a": 2}}, {**CALL, "name": "g"})
    assert len(read(CALL, *others).tool_uses) == 4


@pytest.mark.parametrize("content", [3, [3], [[TEXT]]], ids=repr)
def test_content_that_is_none_is_an_error(content: object) -> None:
    with pytest.raises(ResponseValidationError):
        read(content=content)
