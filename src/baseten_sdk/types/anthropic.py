"""The names of `anthropic.types` for the types of messages."""

from __future__ import annotations

from typing import TypeAlias

from .message_blocks import (
    ContentBlock as ContentBlock,
    RedactedThinkingBlock as RedactedThinkingBlock,
    TextBlock as TextBlock,
    ThinkingBlock as ThinkingBlock,
    ToolUseBlock as ToolUseBlock,
)
from .message_deltas import (
    BlockCitationsDelta,
    BlockInputDelta,
    BlockSignatureDelta,
    BlockTextDelta,
    BlockThinkingDelta,
)
from .message_events import (
    ContentBlockDeltaEvent as ContentBlockDeltaEvent,
    ContentBlockStartEvent as ContentBlockStartEvent,
    ContentBlockStopEvent as ContentBlockStopEvent,
    InputJsonEvent as InputJsonEvent,
    MessageDeltaEvent as MessageDeltaEvent,
    MessageStartEvent as MessageStartEvent,
    MessageStopEvent as MessageStopEvent,
    MessageStreamEvent as MessageStreamEvent,
    RawContentBlockStopEvent as RawContentBlockStopEvent,
    RawMessageStopEvent as RawMessageStopEvent,
    RawMessageStreamEvent as RawMessageStreamEvent,
    SignatureEvent as SignatureEvent,
    TextEvent as TextEvent,
    ThinkingEvent as ThinkingEvent,
)
from .message_params import MessagesTurnParam, ThinkingConfig, ToolUseChoice
from .messages import (
    Message as Message,
    MessageTokensCount as MessageTokensCount,
    MessageUsage,
    StopReason as StopReason,
)
from .parsed_message import ParsedMessage as ParsedMessage
from .reply import Details

MessageParam = MessagesTurnParam
MetadataParam: TypeAlias = dict[str, object]
Model = str
ModelParam = str
Usage = MessageUsage
TextCitation = Details

RawMessageStartEvent = MessageStartEvent
RawMessageDeltaEvent = MessageDeltaEvent
RawContentBlockStartEvent = ContentBlockStartEvent
RawContentBlockDeltaEvent = ContentBlockDeltaEvent

CitationsDelta = BlockCitationsDelta
InputJSONDelta = BlockInputDelta
SignatureDelta = BlockSignatureDelta
TextDelta = BlockTextDelta
ThinkingDelta = BlockThinkingDelta

ThinkingConfigParam = ThinkingConfig
ThinkingConfigAdaptiveParam = ThinkingConfig
ThinkingConfigDisabledParam = ThinkingConfig
ThinkingConfigEnabledParam = ThinkingConfig

ToolChoiceParam = ToolUseChoice
ToolChoiceAnyParam = ToolUseChoice
ToolChoiceAutoParam = ToolUseChoice
ToolChoiceNoneParam = ToolUseChoice
ToolChoiceToolParam = ToolUseChoice

Base64ImageSourceParam: TypeAlias = dict[str, object]
CacheControlEphemeralParam: TypeAlias = dict[str, object]
ContentBlockParam: TypeAlias = dict[str, object]
DocumentBlockParam: TypeAlias = dict[str, object]
ImageBlockParam: TypeAlias = dict[str, object]
RedactedThinkingBlockParam: TypeAlias = dict[str, object]
TextBlockParam: TypeAlias = dict[str, object]
ThinkingBlockParam: TypeAlias = dict[str, object]
ToolParam: TypeAlias = dict[str, object]
ToolResultBlockParam: TypeAlias = dict[str, object]
ToolUnionParam: TypeAlias = dict[str, object]
ToolUseBlockParam: TypeAlias = dict[str, object]
URLImageSourceParam: TypeAlias = dict[str, object]
