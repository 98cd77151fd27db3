"""The names under which `openai.types` has what is here under others."""

from __future__ import annotations

import subprocess
import sys

import pytest

import baseten_sdk
from baseten_sdk import errors, types
from baseten_sdk._elsewhere import INSTEAD
from baseten_sdk.types import anthropic, chat, openai_chat, openai_responses, responses


@pytest.mark.parametrize("name", [name for name in vars(openai_chat) if name.startswith(("ChatCompletion", "Parsed"))])
def test_what_openai_calls_chat_is_in_chat(name: str) -> None:
    assert getattr(chat, name) is getattr(openai_chat, name)


@pytest.mark.parametrize("name", [name for name in vars(openai_responses) if name[0].isupper()])
def test_what_openai_calls_what_a_request_holds_is_in_responses(name: str) -> None:
    assert hasattr(responses, name) or name == "TypeAlias"


def test_one_class_has_both_names() -> None:
    assert chat.ChatCompletionMessageToolCall is chat.ToolCall
    assert chat.ParsedChatCompletion is baseten_sdk.Parsed
    assert types.CompletionUsage is chat.Usage
    assert types.Model is anthropic.ModelInfo is baseten_sdk.Model
    assert issubclass(baseten_sdk.TextCompletion, types.Completion)
    assert issubclass(baseten_sdk.TextCompletionChunk, types.Completion)
    assert responses.ParsedResponseOutputText is responses.ResponseOutputText
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


@pytest.mark.parametrize("name", INSTEAD)
def test_an_import_of_what_only_other_packages_have_says_what_to_use(name: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"from baseten_sdk import {name}"], capture_output=True, text=True)
    assert f"ImportError: baseten_sdk has no {name}. {INSTEAD[name]}" in done.stderr.splitlines()
    assert name not in dir(baseten_sdk)


def test_the_names_cost_nothing_until_they_are_used() -> None:
    program = """
import sys, baseten_sdk, baseten_sdk.types
print("pydantic" in sys.modules)
from baseten_sdk.types.chat import ChatCompletion
print(any(name.startswith("baseten_sdk.types.") and name.endswith(("params", "openai_chat")) for name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
