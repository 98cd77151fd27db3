"""The names of `anthropic.types` for the types of messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from .message_events import (
    BlockDelta,
    ContentBlockDeltaEvent as ContentBlockDeltaEvent,
    ContentBlockStartEvent as ContentBlockStartEvent,
    ContentBlockStopEvent as ContentBlockStopEvent,
    InputJsonEvent as InputJsonEvent,
    MessageDeltaEvent as MessageDeltaEvent,
    MessageStartEvent as MessageStartEvent,
    MessageStopEvent as MessageStopEvent,
    MessageStreamEvent as MessageStreamEvent,
    RawMessageStreamEvent as RawMessageStreamEvent,
    SignatureEvent as SignatureEvent,
    TextEvent as TextEvent,
    ThinkingEvent as ThinkingEvent,
)
from .message_params import MessagesTurnParam, ThinkingConfig, ToolUseChoice
from .messages import (
    ContentBlock as ContentBlock,
    Message as Message,
    MessageTokensCount as MessageTokensCount,
    MessageUsage,
    RedactedThinkingBlock as RedactedThinkingBlock,
    StopReason as StopReason,
    TextBlock as TextBlock,
    ThinkingBlock as ThinkingBlock,
    ToolUseBlock as ToolUseBlock,
)
from .parsed_message import ParsedMessage as ParsedMessage

MessageParam = MessagesTurnParam
ThinkingConfigParam = ThinkingConfig
ToolChoiceParam = ToolUseChoice
Usage = MessageUsage

TextDelta = BlockDelta
ThinkingDelta = BlockDelta
InputJSONDelta = BlockDelta

ContentBlockParam: TypeAlias = Mapping[str, object]
ImageBlockParam: TypeAlias = Mapping[str, object]
TextBlockParam: TypeAlias = Mapping[str, object]
ToolParam: TypeAlias = Mapping[str, object]
ToolResultBlockParam: TypeAlias = Mapping[str, object]
ToolUseBlockParam: TypeAlias = Mapping[str, object]
