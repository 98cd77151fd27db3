"""baseten-sdk: a typed, async-first client for Baseten's inference platform.

Everything public can be imported from here. Names are loaded when they are first used, so that importing the package
costs next to nothing: no network, no TLS, no environment is touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._lazy import lazy_names
from ._version import __version__ as __version__

if TYPE_CHECKING or not lazy_names(__name__, elsewhere="._elsewhere"):
    from ._async.client import AsyncClient as AsyncClient
    from ._async.queue.as_completed import AsyncCompletedJobs as AsyncCompletedJobs
    from ._async.queue.inbox import AsyncInbox as AsyncInbox
    from ._async.queue.job import AsyncJob as AsyncJob
    from ._async.resources.chains import AsyncChain as AsyncChain
    from ._async.resources.deployments import AsyncDeployment as AsyncDeployment
    from ._async.resources.exchanges import AsyncExchanges as AsyncExchanges, AsyncHttpExchange as AsyncHttpExchange
    from ._async.resources.jobs import AsyncJobs as AsyncJobs
    from ._async.resources.message_run import AsyncMessageRun as AsyncMessageRun
    from ._async.resources.pool import AsyncPool as AsyncPool
    from ._async.resources.response_run import AsyncResponseRun as AsyncResponseRun
    from ._async.speech.session import AsyncTranscriptionSession as AsyncTranscriptionSession
    from ._async.streams.chain import AsyncChainItems as AsyncChainItems, AsyncChainStream as AsyncChainStream
    from ._async.streams.chat import AsyncChatStream as AsyncChatStream
    from ._async.streams.completion import AsyncCompletionStream as AsyncCompletionStream
    from ._async.streams.message import AsyncMessageStream as AsyncMessageStream
    from ._async.streams.predict import AsyncPredictStream as AsyncPredictStream
    from ._async.streams.response import (
        AsyncModelResponseStream as AsyncModelResponseStream,
        AsyncResponseEvents as AsyncResponseEvents,
    )
    from ._async.tool_run import AsyncToolRun as AsyncToolRun
    from ._async.websocket.websocket import AsyncWebSocket as AsyncWebSocket, AsyncWebSocketItems as AsyncWebSocketItems
    from ._bulk.options import ManyOptions as ManyOptions
    from ._bulk.stream import AsyncEmbeddingStream as AsyncEmbeddingStream, EmbeddingStream as EmbeddingStream
    from ._core.decisions.markers import Levels as Levels, Question as Question
    from ._core.queue.async_predict import InferenceRetryConfig as InferenceRetryConfig
    from ._core.schema.schema import Schema as Schema, schema_for as schema_for
    from ._core.schema.tool import Tool as Tool, ToolLike as ToolLike, tool as tool
    from ._core.schema.toolbox import pydantic_function_tool as pydantic_function_tool
    from ._core.stream.sse import ServerSentEvent as ServerSentEvent
    from ._sync.client import Client as Client
    from ._sync.queue.as_completed import CompletedJobs as CompletedJobs
    from ._sync.queue.inbox import Inbox as Inbox
    from ._sync.queue.job import Job as Job
    from ._sync.resources.chains import Chain as Chain
    from ._sync.resources.deployments import Deployment as Deployment
    from ._sync.resources.exchanges import Exchanges as Exchanges, HttpExchange as HttpExchange
    from ._sync.resources.jobs import Jobs as Jobs
    from ._sync.resources.message_run import MessageRun as MessageRun
    from ._sync.resources.pool import Pool as Pool
    from ._sync.resources.response_run import ResponseRun as ResponseRun
    from ._sync.speech.session import TranscriptionSession as TranscriptionSession
    from ._sync.streams.chain import ChainItems as ChainItems, ChainStream as ChainStream
    from ._sync.streams.chat import ChatStream as ChatStream
    from ._sync.streams.completion import CompletionStream as CompletionStream
    from ._sync.streams.message import MessageStream as MessageStream
    from ._sync.streams.predict import PredictStream as PredictStream
    from ._sync.streams.response import ModelResponseStream as ModelResponseStream, ResponseEvents as ResponseEvents
    from ._sync.tool_run import ToolRun as ToolRun
    from ._sync.websocket.websocket import WebSocket as WebSocket, WebSocketItems as WebSocketItems
    from .config import (
        CallOptions as CallOptions,
        Endpoints as Endpoints,
        HttpxTimeout as HttpxTimeout,
        Limits as Limits,
        Query as Query,
        Retry as Retry,
        RetryWait as RetryWait,
        StatusOptions as StatusOptions,
        Timeout as Timeout,
        WaitOptions as WaitOptions,
    )
    from .errors import (
        APIConnectionError as APIConnectionError,
        APIError as APIError,
        APIResponseValidationError as APIResponseValidationError,
        APIStatusError as APIStatusError,
        APITimeoutError as APITimeoutError,
        AsyncRequestCanceled as AsyncRequestCanceled,
        AsyncRequestError as AsyncRequestError,
        AsyncRequestExpired as AsyncRequestExpired,
        AsyncRequestFailed as AsyncRequestFailed,
        AudioError as AudioError,
        AuthenticationError as AuthenticationError,
        BadGatewayError as BadGatewayError,
        BadRequestError as BadRequestError,
        BasetenError as BasetenError,
        BatchAbortedError as BatchAbortedError,
        BatchError as BatchError,
        BatchInputError as BatchInputError,
        BatchInterrupted as BatchInterrupted,
        BatchLockedError as BatchLockedError,
        BatchMismatchError as BatchMismatchError,
        BatchOutputError as BatchOutputError,
        BatchRowError as BatchRowError,
        BatchStopped as BatchStopped,
        BudgetExceededError as BudgetExceededError,
        ClientClosedError as ClientClosedError,
        ConfigurationError as ConfigurationError,
        ConflictError as ConflictError,
        ConnectTimeout as ConnectTimeout,
        ContentFilterError as ContentFilterError,
        ContentFilterFinishReasonError as ContentFilterFinishReasonError,
        ContentTooLargeError as ContentTooLargeError,
        ContinuationError as ContinuationError,
        DeadlineExceeded as DeadlineExceeded,
        DeliveredElsewhere as DeliveredElsewhere,
        DuplicateKeyError as DuplicateKeyError,
        FirstByteTimeout as FirstByteTimeout,
        GatewayTimeoutError as GatewayTimeoutError,
        IdleTimeout as IdleTimeout,
        InternalServerError as InternalServerError,
        InvalidRequestError as InvalidRequestError,
        LedgerError as LedgerError,
        LengthFinishReasonError as LengthFinishReasonError,
        LengthLimitError as LengthLimitError,
        LimitStoreError as LimitStoreError,
        MaxTurnsError as MaxTurnsError,
        ModelError as ModelError,
        NotFoundError as NotFoundError,
        OutputError as OutputError,
        OutputValidationError as OutputValidationError,
        OverloadedError as OverloadedError,
        PayloadTooLargeError as PayloadTooLargeError,
        PaymentRequiredError as PaymentRequiredError,
        PermissionDeniedError as PermissionDeniedError,
        RateLimitError as RateLimitError,
        RefusalError as RefusalError,
        RequestTimeoutError as RequestTimeoutError,
        RequestTooLargeError as RequestTooLargeError,
        ResponseValidationError as ResponseValidationError,
        ServiceUnavailableError as ServiceUnavailableError,
        StreamAPIError as StreamAPIError,
        StreamDecodeError as StreamDecodeError,
        StreamError as StreamError,
        StreamInterrupted as StreamInterrupted,
        ToolArgumentError as ToolArgumentError,
        TranscriptionError as TranscriptionError,
        UnprocessableEntityError as UnprocessableEntityError,
        WebhookDeliveryFailed as WebhookDeliveryFailed,
        WebhookSignatureError as WebhookSignatureError,
        WebhookStoreError as WebhookStoreError,
        WebSocketClosedError as WebSocketClosedError,
        WebSocketError as WebSocketError,
        WebSocketInterrupted as WebSocketInterrupted,
        WebSocketModelError as WebSocketModelError,
        WebSocketProtocolError as WebSocketProtocolError,
        WebSocketUnsupportedError as WebSocketUnsupportedError,
    )
    from .errors.remote import RemoteException as RemoteException, RemoteFrame as RemoteFrame
    from .hooks import (
        CallEnded as CallEnded,
        CallObserver as CallObserver,
        CallStarted as CallStarted,
        Hook as Hook,
        Observer as Observer,
        RetryEvent as RetryEvent,
        WaitEvent as WaitEvent,
    )
    from .jobs.progress import JobsProgress as JobsProgress
    from .jobs.report import JobsReport as JobsReport
    from .jobs.results import JobFailure as JobFailure, JobResult as JobResult, JobResults as JobResults
    from .types.async_requests import (
        AsyncErrorDetail as AsyncErrorDetail,
        AsyncRequestState as AsyncRequestState,
        AsyncRequestStatus as AsyncRequestStatus,
        CancelResult as CancelResult,
        QueueStatus as QueueStatus,
        WebhookState as WebhookState,
    )
    from .types.chat import (
        ChatCompletion as ChatCompletion,
        ChatCompletionMessage as ChatCompletionMessage,
        Choice as Choice,
        ChoiceLogprobs as ChoiceLogprobs,
        CompletionTokensDetails as CompletionTokensDetails,
        FinishReason as FinishReason,
        FunctionCall as FunctionCall,
        PromptTokensDetails as PromptTokensDetails,
        TokenLogprob as TokenLogprob,
        ToolCall as ToolCall,
        TopLogprob as TopLogprob,
        Usage as Usage,
    )
    from .types.chunks import (
        ChatCompletionChunk as ChatCompletionChunk,
        ChoiceDelta as ChoiceDelta,
        ChoiceDeltaToolCall as ChoiceDeltaToolCall,
        ChoiceDeltaToolCallFunction as ChoiceDeltaToolCallFunction,
        ChunkChoice as ChunkChoice,
    )
    from .types.completions import (
        TextChoice as TextChoice,
        TextCompletion as TextCompletion,
        TextCompletionChunk as TextCompletionChunk,
    )
    from .types.decisions import (
        ChoiceAnswer as ChoiceAnswer,
        Decision as Decision,
        DecisionResponse as DecisionResponse,
        DecisionUsage as DecisionUsage,
        NoulAnswer as NoulAnswer,
        ScoreAnswer as ScoreAnswer,
    )
    from .types.embeddings import (
        Classification as Classification,
        CreateEmbeddingResponse as CreateEmbeddingResponse,
        Embedding as Embedding,
        RerankResult as RerankResult,
        TokenPrediction as TokenPrediction,
    )
    from .types.events import (
        ChunkReceived as ChunkReceived,
        Finished as Finished,
        PartialObject as PartialObject,
        ReasoningDelta as ReasoningDelta,
        RefusalDelta as RefusalDelta,
        StreamEvent as StreamEvent,
        TextDelta as TextDelta,
        ToolCallDelta as ToolCallDelta,
        ToolCallDone as ToolCallDone,
        ToolCallStarted as ToolCallStarted,
        ToolResult as ToolResult,
        UsageUpdated as UsageUpdated,
    )
    from .types.http_timeout import HttpTimeout as HttpTimeout
    from .types.json import JsonValue as JsonValue
    from .types.many import InputFailure as InputFailure, InputProgress as InputProgress, Results as Results
    from .types.message_blocks import (
        ContentBlock as ContentBlock,
        RedactedThinkingBlock as RedactedThinkingBlock,
        TextBlock as TextBlock,
        ThinkingBlock as ThinkingBlock,
        ToolResultBlock as ToolResultBlock,
        ToolUseBlock as ToolUseBlock,
    )
    from .types.message_events import (
        BlockDelta as BlockDelta,
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
    from .types.messages import MessageTokensCount as MessageTokensCount, MessageUsage as MessageUsage
    from .types.meta import Headers as Headers, Meta as Meta
    from .types.models import Model as Model, ModelList as ModelList, ModelPricing as ModelPricing
    from .types.not_given import (
        NOT_GIVEN as NOT_GIVEN,
        NotGiven as NotGiven,
        Omit as Omit,
        not_given as not_given,
        omit as omit,
    )
    from .types.params import (
        ChatOptions as ChatOptions,
        ContentPart as ContentPart,
        FunctionParam as FunctionParam,
        Message as Message,
        MessageParam as MessageParam,
        ParseOptions as ParseOptions,
        ReasoningEffort as ReasoningEffort,
        ResponseFormat as ResponseFormat,
        SamplingParams as SamplingParams,
        StreamOptions as StreamOptions,
        ToolCallParam as ToolCallParam,
        ToolChoice as ToolChoice,
        ToolParam as ToolParam,
        assistant as assistant,
        system as system,
        tool_result as tool_result,
        user as user,
    )
    from .types.parsed import Parsed as Parsed
    from .types.parsed_message import ParsedMessage as ParsedMessage
    from .types.parsed_response import ParsedResponse as ParsedResponse
    from .types.pool import Hedge as Hedge, OnCut as OnCut, Target as Target, Try as Try
    from .types.prices import Cost as Cost, ModelPrices as ModelPrices, Prices as Prices
    from .types.response import RawResponse as RawResponse, Response as Response
    from .types.response_events import (
        ResponseCompletedEvent as ResponseCompletedEvent,
        ResponseContentPartAddedEvent as ResponseContentPartAddedEvent,
        ResponseContentPartDoneEvent as ResponseContentPartDoneEvent,
        ResponseCreatedEvent as ResponseCreatedEvent,
        ResponseErrorEvent as ResponseErrorEvent,
        ResponseFailedEvent as ResponseFailedEvent,
        ResponseFunctionCallArgumentsDeltaEvent as ResponseFunctionCallArgumentsDeltaEvent,
        ResponseFunctionCallArgumentsDoneEvent as ResponseFunctionCallArgumentsDoneEvent,
        ResponseIncompleteEvent as ResponseIncompleteEvent,
        ResponseInProgressEvent as ResponseInProgressEvent,
        ResponseOutputItemAddedEvent as ResponseOutputItemAddedEvent,
        ResponseOutputItemDoneEvent as ResponseOutputItemDoneEvent,
        ResponseQueuedEvent as ResponseQueuedEvent,
        ResponseReasoningSummaryTextDeltaEvent as ResponseReasoningSummaryTextDeltaEvent,
        ResponseReasoningSummaryTextDoneEvent as ResponseReasoningSummaryTextDoneEvent,
        ResponseReasoningTextDeltaEvent as ResponseReasoningTextDeltaEvent,
        ResponseReasoningTextDoneEvent as ResponseReasoningTextDoneEvent,
        ResponseRefusalDeltaEvent as ResponseRefusalDeltaEvent,
        ResponseRefusalDoneEvent as ResponseRefusalDoneEvent,
        ResponseStreamEvent as ResponseStreamEvent,
        ResponseTextDeltaEvent as ResponseTextDeltaEvent,
        ResponseTextDoneEvent as ResponseTextDoneEvent,
        ResponseUnknownEvent as ResponseUnknownEvent,
    )
    from .types.response_items import (
        ReasoningPart as ReasoningPart,
        ResponseFunctionToolCall as ResponseFunctionToolCall,
        ResponseOutputItem as ResponseOutputItem,
        ResponseOutputMessage as ResponseOutputMessage,
        ResponseOutputRefusal as ResponseOutputRefusal,
        ResponseOutputText as ResponseOutputText,
        ResponseReasoningItem as ResponseReasoningItem,
        ResponseUnknownItem as ResponseUnknownItem,
        ResponseUnknownPart as ResponseUnknownPart,
    )
    from .types.response_params import (
        ResponseInput as ResponseInput,
        ResponseInputItem as ResponseInputItem,
        ResponseInputItemParam as ResponseInputItemParam,
        ResponseOptions as ResponseOptions,
        ResponseToolParam as ResponseToolParam,
    )
    from .types.responses import (
        IncompleteDetails as IncompleteDetails,
        ModelResponse as ModelResponse,
        ResponseError as ResponseError,
        ResponseUsage as ResponseUsage,
    )
    from .types.speech import (
        FinalTranscript as FinalTranscript,
        PartialTranscript as PartialTranscript,
        Segment as Segment,
        TranscriptEvent as TranscriptEvent,
        Transcription as Transcription,
        WhisperSampling as WhisperSampling,
        Word as Word,
    )
    from .types.streams import AsyncStream as AsyncStream, Stream as Stream
    from .types.tool_calls import ParsedToolCall as ParsedToolCall
    from .types.vectors import Vectors as Vectors
    from .types.webhooks import AsyncPredictResult as AsyncPredictResult
    from .webhooks import verify as verify
