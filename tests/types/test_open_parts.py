"""Fields of parts that the package does not know, read as attributes at any depth."""

from __future__ import annotations

import copy
import pickle

import pytest
from pydantic import BaseModel

from baseten_sdk.types.message_blocks import OtherBlock, TextBlock
from baseten_sdk.types.message_events import BlockDelta
from baseten_sdk.types.messages import Message
from baseten_sdk.types.response_events import ResponseUnknownEvent
from baseten_sdk.types.response_items import ResponseUnknownItem
from baseten_sdk.types.responses import ModelResponse

FIELDS = {"type": "x", "action": {"query": "q", "sources": [{"url": "u"}, "plain", [{"deep": {"er": 1}}]]}}


@pytest.mark.parametrize("kind", [OtherBlock, ResponseUnknownEvent, ResponseUnknownItem, BlockDelta])
def test_the_objects_in_unknown_fields_have_attributes_and_keys(kind: type[BaseModel]) -> None:
    part = kind.model_validate(FIELDS)
    action = getattr(part, "action")  # noqa: B009  # a field that the class does not have
    assert (action.query, action["query"], action.sources[0].url, action.sources[1]) == ("q", "q", "u", "plain")
    assert action.sources[2][0].deep.er == 1
    assert action == copy.deepcopy(action) == pickle.loads(pickle.dumps(action)) == FIELDS["action"]
    assert part.model_dump(exclude_unset=True) == FIELDS
    with pytest.raises(AttributeError, match="'nothing'"):
        getattr(action, "nothing")  # noqa: B009


def test_a_reply_of_hosted_tools_reads_as_in_other_packages() -> None:
    results = {"type": "web_search_tool_result", "content": [{"title": "T"}]}
    used = {"type": "server_tool_use", "input": {"query": "q"}}
    text = {"type": "text", "text": "Hi", "citations": [{"cited_text": "c", "at": {"page": 1}}]}
    found, asked, said = Message.model_validate({"content": [results, used, text]}).content
    assert (getattr(found, "content")[0].title, getattr(asked, "input")["query"]) == ("T", "q")  # noqa: B009
    assert isinstance(said, TextBlock)
    assert said.citations is not None
    citation = said.citations[0]
    assert (getattr(citation, "cited_text"), getattr(citation, "at").page) == ("c", 1)  # noqa: B009
    ran = {"type": "code_interpreter_call", "outputs": [{"type": "logs", "logs": "L"}]}
    (call,) = ModelResponse.model_validate({"output": [ran]}).output
    assert getattr(call, "outputs")[0].logs == "L"  # noqa: B009


@pytest.mark.parametrize("kind", [OtherBlock, ResponseUnknownEvent, ResponseUnknownItem, BlockDelta])
def test_changes_to_the_objects_in_unknown_fields_are_kept(kind: type[BaseModel]) -> None:
    part = kind.model_validate(copy.deepcopy(FIELDS))
    action = getattr(part, "action")  # noqa: B009  # a field that the class does not have
    assert action is getattr(part, "action")  # noqa: B009
    action["query"] = "other"
    action.sources[0]["title"] = "T"
    action.sources.append({"url": "v"})
    kept = part.model_dump(exclude_unset=True)["action"]
    assert kept["query"] == "other"
    assert (kept["sources"][0], kept["sources"][-1]) == ({"url": "u", "title": "T"}, {"url": "v"})
    assert action.sources[-1].url == "v"
