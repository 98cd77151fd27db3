"""The names that `openai.types.responses` has for what a request holds here. `types.responses` has them too."""

from __future__ import annotations

from typing import TypeAlias

from .response_items import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText
from .response_params import (
    ReasoningParam,
    ResponseInputItem,
    ResponseInputItemParam,
    ResponseTextFormatParam,
    ResponseToolParam,
)

ResponseInputParam: TypeAlias = list[ResponseInputItem]

EasyInputMessageParam = ResponseInputItemParam
ResponseFunctionToolCallParam = ResponseInputItemParam
ResponseOutputMessageParam = ResponseInputItemParam
ResponseReasoningItemParam = ResponseInputItemParam

FunctionToolParam = ResponseToolParam
ToolParam = ResponseToolParam

ResponseFormatTextConfigParam = ResponseTextFormatParam
ResponseFormatTextJSONSchemaConfigParam = ResponseTextFormatParam

ResponseInputContentParam: TypeAlias = dict[str, object]
ResponseInputFileParam: TypeAlias = dict[str, object]
ResponseInputImageParam: TypeAlias = dict[str, object]
ResponseInputMessageContentListParam: TypeAlias = list[ResponseInputContentParam]
ResponseInputTextParam: TypeAlias = dict[str, object]
ResponseOutputRefusalParam: TypeAlias = dict[str, object]
ResponseOutputTextParam: TypeAlias = dict[str, object]
ToolChoiceAllowedParam: TypeAlias = dict[str, object]
ToolChoiceFunctionParam: TypeAlias = dict[str, object]
ToolChoiceTypesParam: TypeAlias = dict[str, object]

ResponseIncludable = str
ResponseStatus = str
ToolChoiceOptions = str

Reasoning = ReasoningParam

ParsedResponseFunctionToolCall = ResponseFunctionToolCall
ParsedResponseOutputMessage = ResponseOutputMessage
ParsedResponseOutputText = ResponseOutputText
