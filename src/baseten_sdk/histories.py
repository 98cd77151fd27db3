"""One conversation in the forms of several APIs: the messages of a chat, the items of the Responses API.

What both forms can say is kept. What only one of them can say raises `InvalidRequestError`, whose message begins with
the path, such as `messages[3].content[1]`.
"""

from __future__ import annotations

from ._core.responses.histories import (
    chat_from_responses as to_chat,
    responses_from_chat as to_responses,
)

__all__ = ["to_chat", "to_responses"]
