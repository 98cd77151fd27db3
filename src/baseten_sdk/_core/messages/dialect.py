"""How messages add the turns of a tool run to a conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from ...types.chat import ChatCompletion
from ...types.message_completion import as_completion
from ...types.message_params import MessageTurn
from ...types.messages import Message
from ..chat.dialect import Result
from ..chat.result_parts import Shapes


class MessageDialect:
    """The dialect of messages: the results of a turn's calls are blocks of one user turn."""

    parts: ClassVar[Shapes] = {
        "text": ("text",),
        "image": ("source",),
        "document": ("source",),
        "search_result": ("source",),
        "tool_reference": ("tool_name",),
    }

    def completion(self, reply: Message) -> ChatCompletion:
        return as_completion(reply)

    def turn(self, reply: Message) -> Sequence[MessageTurn]:
        return (reply,) if reply.to_param()["content"] else ()

    def results(self, results: Sequence[Result]) -> Sequence[MessageTurn]:
        blocks = [_block(each) for each in results]
        return ({"role": "user", "content": blocks},) if blocks else ()


def _block(result: Result) -> Mapping[str, object]:
    block: dict[str, object] = {"type": "tool_result", "tool_use_id": result.id, "content": result.content}
    return {**block, "is_error": True} if result.failed else block
