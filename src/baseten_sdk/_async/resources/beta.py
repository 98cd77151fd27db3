"""`client.beta`: `chat.completions.parse` and `stream` under their old names in OpenAI's client."""

from __future__ import annotations

from .chat import AsyncChat


class AsyncBeta:
    """What was in beta at OpenAI when programs were written.

    Attributes:
        chat: the same as `client.chat`.
    """

    def __init__(self, chat: AsyncChat) -> None:
        self.chat = chat
