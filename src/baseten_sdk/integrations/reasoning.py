"""Under which name a message has its reasoning. It goes back to the engine under the same name."""

from __future__ import annotations

from .. import ChatCompletionMessage


def reasoning_name(message: ChatCompletionMessage) -> str | None:
    """Return the field name of the reasoning if it is not the usual `reasoning_content`, otherwise None."""
    if message.reasoning_content or not message.reasoning:
        return None
    return "reasoning"
