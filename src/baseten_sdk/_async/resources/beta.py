"""`client.beta`: where OpenAI's users find `chat.completions.parse` and `stream`, which are the same as without it."""

from __future__ import annotations

from .chat import AsyncChat


class AsyncBeta:
    """What was in beta at OpenAI when programs were written.

    Attributes:
        chat: the same as `client.chat`.
    """

    def __init__(self, chat: AsyncChat) -> None:
        self.chat = chat
