"""What is told of a call, and what is not: attributes and content as plain values."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from pydantic_core import to_json

from baseten_sdk import CallStarted, ChatCompletion
from baseten_sdk.integrations.otel import attributes, content
from baseten_sdk.types.completions import TextCompletion
from baseten_sdk.types.messages import Message
from baseten_sdk.types.responses import ModelResponse


def started(url: str, body: object = None, *, streamed: bool = False) -> CallStarted:
    return CallStarted("POST", url, streamed, {}, b"" if body is None else to_json(body))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://inference.baseten.co/v1/chat/completions", "chat"),
        ("https://model-abcd1234.api.baseten.co/environments/production/sync/v1/chat/completions", "chat"),
        ("https://model-abcd1234.api.baseten.co/environments/production/sync/v1/embeddings", "embeddings"),
        ("https://model-abcd1234.api.baseten.co/environments/production/sync/v1/completions", "text_completion"),
        ("https://model-abcd1234.api.baseten.co/environments/production/predict", "predict"),
        ("https://model-abcd1234.api.baseten.co/development/async_predict", "async_predict"),
        ("https://model-abcd1234.api.baseten.co/async_request/0123", "async_request"),
        ("https://model-abcd1234.api.baseten.co/production/sync/items/1", "sync"),
        ("https://chain-abcd1234.api.baseten.co/production/run_remote", "run_remote"),
        ("https://inference.baseten.co/v1/models", "models"),
        ("https://inference.baseten.co", "post"),
    ],
)
def test_an_operation_has_the_name_of_the_conventions_or_of_its_path(url: str, name: str) -> None:
    assert attributes.operation(started(url)) == name


def test_the_body_of_other_operations_is_not_read() -> None:
    url = "https://model-abcd1234.api.baseten.co/production/predict"
    assert attributes.parameters(started(url, {"model": "secret", "temperature": 1})) == {}


@pytest.mark.parametrize("body", [b"", b"not json", b"[1]", b"\xff"])
def test_a_body_that_is_no_object_has_no_parameters(body: bytes) -> None:
    call = CallStarted("POST", "https://x/v1/chat/completions", False, {}, body)
    assert attributes.parameters(call) == {}


def test_parameters_of_the_wrong_type_are_left_out() -> None:
    call = started("https://x:8443/v1/chat/completions", streamed=True)
    sent = {
        "model": 1,
        "temperature": "hot",
        "seed": True,
        "n": 2,
        "stop": ["a", 1],
        "response_format": {"type": "json_schema"},
    }
    assert attributes.of_request(call, sent) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "baseten",
        "gen_ai.request.stream": True,
        "gen_ai.request.choice.count": 2,
        "gen_ai.request.stop_sequences": ["a"],
        "gen_ai.output.type": "json",
        "server.address": "x",
        "server.port": 8443,
    }


def test_messages_have_the_form_of_the_conventions() -> None:
    told = content.of_request(
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "What is this?"},
                        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                        {"type": "input_audio", "input_audio": {"data": "x", "format": "wav"}},
                    ],
                },
                {
                    "role": "assistant",
                    "content": None,
                    "reasoning_content": "Hm.",
                    "tool_calls": [{"id": "t1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
                },
                {"role": "tool", "tool_call_id": "t1", "content": "42"},
                "nonsense",
            ]
        }
    )
    assert json.loads(str(told["gen_ai.input.messages"])) == [
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "What is this?"},
                {"type": "uri", "modality": "image", "uri": "https://example.com/a.png"},
                {"type": "input_audio", "input_audio": {"data": "x", "format": "wav"}},
            ],
        },
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "Hm."},
                {"type": "tool_call", "id": "t1", "name": "f", "arguments": "{}"},
            ],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "response": "42"}]},
    ]


def test_answers_have_the_form_of_the_conventions() -> None:
    completion = ChatCompletion.model_validate(
        {"choices": [{"message": {"content": "Hi", "refusal": "No"}, "finish_reason": "stop"}]}
    )
    (answer,) = json.loads(str(content.of_reply(completion)["gen_ai.output.messages"]))
    parts = [{"type": "text", "content": "Hi"}, {"type": "text", "content": "No"}]
    assert answer == {"role": "assistant", "parts": parts, "finish_reason": "stop"}
    assert content.of_reply(None) == {}


def test_nothing_of_it_is_imported_with_the_package() -> None:
    program = (
        "import sys, baseten_sdk; baseten_sdk.Client(api_key='x'); baseten_sdk.Observer;"
        "watching = ('opentelemetry', 'baseten_sdk._sync.streams.observed');"
        "assert not [name for name in sys.modules if name.startswith(watching)]"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": "src"})


def test_a_message_tells_what_a_chat_does() -> None:
    call = started("https://x/v1/messages", {"model": "a/b", "max_tokens": 9, "stop_sequences": ["END"]})
    assert attributes.operation(call) == "chat"
    asked = attributes.of_request(call, attributes.parameters(call))
    assert asked["gen_ai.request.stop_sequences"] == ["END"]
    block = {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}}
    thought = {"type": "thinking", "thinking": "Hm", "signature": "s"}
    message = Message.model_validate(
        {
            "id": "msg_1",
            "model": "a/b",
            "content": [thought, {"type": "text", "text": "Hi"}, block],
            "stop_reason": "tool_use",
            "usage": {
                "input_tokens": 4,
                "cache_read_input_tokens": 6,
                "cache_creation_input_tokens": 0,
                "output_tokens": 3,
                "output_tokens_details": {"thinking_tokens": 2},
            },
        }
    )
    assert attributes.of_reply(message) == {
        "gen_ai.response.id": "msg_1",
        "gen_ai.response.model": "a/b",
        "gen_ai.response.finish_reasons": ["tool_use"],
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 3,
        "gen_ai.usage.cache_read.input_tokens": 6,
        "gen_ai.usage.cache_creation.input_tokens": 0,
        "gen_ai.usage.reasoning.output_tokens": 2,
    }
    (answer,) = json.loads(str(content.of_reply(message)["gen_ai.output.messages"]))
    assert answer["finish_reason"] == "tool_use"
    assert answer["parts"] == [
        {"type": "reasoning", "content": "Hm"},
        {"type": "text", "content": "Hi"},
        {"type": "tool_call", "id": "t1", "name": "f", "arguments": {"a": 1}},
    ]
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "2"}
    told = content.of_request({"system": "Be brief.", "messages": [{"role": "user", "content": [result]}]})
    assert json.loads(str(told["gen_ai.system_instructions"])) == [{"type": "text", "content": "Be brief."}]
    (turn,) = json.loads(str(told["gen_ai.input.messages"]))
    assert turn["parts"] == [{"type": "tool_call_response", "id": "t1", "response": "2"}]


@pytest.mark.parametrize(
    "reply",
    [
        Message.model_validate({"id": "1", "model": "a/b", "content": []}),
        Message.model_validate(
            {"id": "1", "model": "a/b", "content": [], "usage": {"input_tokens": 0, "output_tokens": 0}}
        ),
        ModelResponse.model_validate({"id": "1", "model": "a/b"}),
        TextCompletion.model_validate({"id": "1", "model": "a/b", "choices": [{"text": "x"}]}),
    ],
    ids=["message", "message of zeros", "response", "text"],
)
def test_a_reply_that_reports_no_tokens_tells_none(reply: Message | ModelResponse | TextCompletion) -> None:
    assert not [name for name in attributes.of_reply(reply) if "usage" in name]


def test_a_message_that_tells_nothing_of_its_cache_tells_none_of_it() -> None:
    usage = {"input_tokens": 4, "output_tokens": 3}
    told = attributes.of_reply(Message.model_validate({"content": [], "usage": usage}))
    assert told == {"gen_ai.usage.input_tokens": 4, "gen_ai.usage.output_tokens": 3}


def test_a_response_that_tells_nothing_of_its_cache_or_its_reasoning_tells_none_of_them() -> None:
    usage = {"input_tokens": 4, "output_tokens": 3}
    told = attributes.of_reply(ModelResponse.model_validate({"status": "in_progress", "output": [], "usage": usage}))
    assert told == {"gen_ai.usage.input_tokens": 4, "gen_ai.usage.output_tokens": 3}


def test_the_content_of_a_text_completion_is_its_prompt_and_its_texts() -> None:
    asked = content.of_request({"prompt": "Once"})
    assert json.loads(str(asked["gen_ai.input.messages"])) == [
        {"role": "user", "parts": [{"type": "text", "content": "Once"}]}
    ]
    reply = TextCompletion.model_validate({"choices": [{"text": " upon", "finish_reason": "length"}]})
    assert json.loads(str(content.of_reply(reply)["gen_ai.output.messages"])) == [
        {"role": "assistant", "parts": [{"type": "text", "content": " upon"}], "finish_reason": "length"}
    ]
