"""The names that `openai.types.responses` has for what a request holds here. `types.responses` has them too."""

from __future__ import annotations

from typing import TypeAlias

from .response_params import ReasoningParam, ResponseInputItem, ResponseInputItemParam, ResponseToolParam

ResponseInputParam: TypeAlias = list[ResponseInputItem]

EasyInputMessageParam = ResponseInputItemParam
ResponseFunctionToolCallParam = ResponseInputItemParam

FunctionToolParam = ResponseToolParam
ToolParam = ResponseToolParam

Reasoning = ReasoningParam
