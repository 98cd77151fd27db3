"""The names under which `openai.types` has what is here under others."""

from __future__ import annotations

import subprocess
import sys

import pytest

import baseten_sdk
from baseten_sdk import errors, types
from baseten_sdk.types import chat, openai_chat


@pytest.mark.parametrize("name", [name for name in vars(openai_chat) if name.startswith(("ChatCompletion", "Parsed"))])
def test_what_openai_calls_chat_is_in_chat(name: str) -> None:
    assert getattr(chat, name) is getattr(openai_chat, name)


def test_one_class_has_both_names() -> None:
    assert chat.ChatCompletionMessageToolCall is chat.ToolCall
    assert chat.ParsedChatCompletion is baseten_sdk.Parsed
    assert types.CompletionUsage is chat.Usage
    assert types.Model is baseten_sdk.Model
    assert {name: getattr(types, name).__name__ for name in types.__all__}["CompletionUsage"] == "Usage"
    assert errors.LengthFinishReasonError is errors.LengthLimitError
    assert errors.ContentFilterFinishReasonError is errors.ContentFilterError
    assert errors.APIResponseValidationError is errors.ResponseValidationError
    assert errors.RequestTooLargeError is errors.ContentTooLargeError is errors.PayloadTooLargeError


def test_parameters_can_be_made_by_their_class() -> None:
    message = chat.ChatCompletionUserMessageParam(role="user", content="Hi")
    assert message == {"role": "user", "content": "Hi"}


@pytest.mark.parametrize("module", [types, chat])
def test_what_is_not_there_is_no_attribute(module: object) -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'ChatCompletionNonsense'"):
        _ = module.ChatCompletionNonsense  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def test_the_names_cost_nothing_until_they_are_used() -> None:
    program = """
import sys, baseten_sdk, baseten_sdk.types
print("pydantic" in sys.modules)
from baseten_sdk.types.chat import ChatCompletion
print(any(name.startswith("baseten_sdk.types.") and name.endswith(("params", "openai_chat")) for name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
