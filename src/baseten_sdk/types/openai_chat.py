"""The names that `openai.types.chat` has for what is chat here. `types.chat` has them too."""

from __future__ import annotations

from .chat import TokenLogprob, ToolCall
from .chunks import ChatCompletionChunk as ChatCompletionChunk
from .params import ContentPart, MessageParam, ReasoningEffort, StreamOptions, ToolCallParam, ToolChoice, ToolParam
from .parsed import Parsed

ChatCompletionMessageParam = MessageParam
ChatCompletionSystemMessageParam = MessageParam
ChatCompletionDeveloperMessageParam = MessageParam
ChatCompletionUserMessageParam = MessageParam
ChatCompletionAssistantMessageParam = MessageParam
ChatCompletionToolMessageParam = MessageParam

ChatCompletionContentPartParam = ContentPart
ChatCompletionContentPartTextParam = ContentPart
ChatCompletionContentPartImageParam = ContentPart

ChatCompletionToolParam = ToolParam
ChatCompletionFunctionToolParam = ToolParam
ChatCompletionToolUnionParam = ToolParam
ChatCompletionToolChoiceOptionParam = ToolChoice

ChatCompletionMessageToolCall = ToolCall
ChatCompletionMessageFunctionToolCall = ToolCall
ChatCompletionMessageToolCallUnion = ToolCall
ChatCompletionMessageToolCallParam = ToolCallParam
ChatCompletionMessageFunctionToolCallParam = ToolCallParam
ChatCompletionMessageToolCallUnionParam = ToolCallParam

ChatCompletionReasoningEffort = ReasoningEffort
ChatCompletionStreamOptionsParam = StreamOptions
ChatCompletionTokenLogprob = TokenLogprob

ParsedChatCompletion = Parsed
ParsedFunctionToolCall = ToolCall
