"""How the Responses API adds the turns of a tool run to a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ...types.chat import ChatCompletion
from ...types.response_params import ResponseInputItem
from ...types.responses import ModelResponse
from ..chat.dialect import Result
from ..chat.result_parts import Shapes
from .completion import as_completion


class ResponseDialect:
    """The dialect of responses: the model's items unchanged, followed by an output for each call."""

    parts: ClassVar[Shapes] = {
        "input_text": ("text",),
        "input_image": ("image_url", "file_id"),
        "input_file": ("file_data", "file_url", "file_id"),
    }

    def completion(self, reply: ModelResponse) -> ChatCompletion:
        return as_completion(reply)

    def turn(self, reply: ModelResponse) -> Sequence[ResponseInputItem]:
        return reply.output

    def results(self, results: Sequence[Result]) -> Sequence[ResponseInputItem]:
        return [{"type": "function_call_output", "call_id": each.id, "output": each.content} for each in results]
