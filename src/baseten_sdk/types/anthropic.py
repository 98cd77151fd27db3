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
    BlockDelta,
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
from .models import Model as ListedModel
from .parsed_message import ParsedMessage as ParsedMessage
from .reply import Details

MessageParam = MessagesTurnParam
AssistantMessageParam = MessagesTurnParam
UserMessageParam = MessagesTurnParam
MetadataParam: TypeAlias = dict[str, object]
Model = str
ModelParam = str
ModelInfo = ListedModel
Usage = MessageUsage
MessageDeltaUsage = MessageUsage

TextCitation = Details
CitationCharLocation = Details
CitationContentBlockLocation = Details
CitationPageLocation = Details

RawMessageStartEvent = MessageStartEvent
RawMessageDeltaEvent = MessageDeltaEvent
RawContentBlockStartEvent = ContentBlockStartEvent
RawContentBlockDeltaEvent = ContentBlockDeltaEvent

RawContentBlockDelta = BlockDelta
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
Base64PDFSourceParam: TypeAlias = dict[str, object]
CacheControlEphemeralParam: TypeAlias = dict[str, object]
CitationsConfigParam: TypeAlias = dict[str, object]
ContentBlockParam: TypeAlias = dict[str, object]
ContentBlockSourceParam: TypeAlias = dict[str, object]
DocumentBlockParam: TypeAlias = dict[str, object]
ImageBlockParam: TypeAlias = dict[str, object]
JSONOutputFormatParam: TypeAlias = dict[str, object]
OutputConfigParam: TypeAlias = dict[str, object]
PlainTextSourceParam: TypeAlias = dict[str, object]
RedactedThinkingBlockParam: TypeAlias = dict[str, object]
SearchResultBlockParam: TypeAlias = dict[str, object]
TextBlockParam: TypeAlias = dict[str, object]
TextCitationParam: TypeAlias = dict[str, object]
ThinkingBlockParam: TypeAlias = dict[str, object]
ToolParam: TypeAlias = dict[str, object]
ToolReferenceBlockParam: TypeAlias = dict[str, object]
ToolResultBlockParam: TypeAlias = dict[str, object]
ToolUnionParam: TypeAlias = dict[str, object]
ToolUseBlockParam: TypeAlias = dict[str, object]
URLImageSourceParam: TypeAlias = dict[str, object]
URLPDFSourceParam: TypeAlias = dict[str, object]
