"""The short ways to write a message."""

from __future__ import annotations

import pytest

from baseten_sdk.types.params import MessageParam, assistant, system, tool_result, user


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        (system("Be brief."), {"role": "system", "content": "Be brief."}),
        (user("Hi"), {"role": "user", "content": "Hi"}),
        (
            user([{"type": "text", "text": "?"}]),
            {"role": "user", "content": [{"type": "text", "text": "?"}]},
        ),
        (assistant("Hello"), {"role": "assistant", "content": "Hello"}),
        (tool_result("21", "t1"), {"role": "tool", "content": "21", "tool_call_id": "t1"}),
    ],
)
def test_a_message_is_a_plain_dict(message: MessageParam, plain: dict[str, object]) -> None:
    assert message == plain
    assert type(message) is dict
