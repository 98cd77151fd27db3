"""Under which name a message has its reasoning. It goes back to the engine under the same name."""

from __future__ import annotations

from .. import ChatCompletionMessage

__all__ = ["reasoning_name"]


def reasoning_name(message: ChatCompletionMessage) -> str | None:
    """The name of the reasoning where it is not the usual `reasoning_content`; None where it is."""
    if message.reasoning_content or not message.reasoning:
        return None
    return "reasoning"
