"""The public error tree: everything that this package raises on purpose derives from `BasetenError`."""

from __future__ import annotations

from .api import (
    APIConnectionError as APIConnectionError,
    APIError as APIError,
    APITimeoutError as APITimeoutError,
    ConnectTimeout as ConnectTimeout,
    DeadlineExceeded as DeadlineExceeded,
    FirstByteTimeout as FirstByteTimeout,
    IdleTimeout as IdleTimeout,
    ResponseValidationError as ResponseValidationError,
)
from .base import (
    BasetenError as BasetenError,
    ClientClosedError as ClientClosedError,
    ConfigurationError as ConfigurationError,
    InvalidRequestError as InvalidRequestError,
)
from .batch import (
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
    DuplicateKeyError as DuplicateKeyError,
)
from .jobs import (
    AsyncRequestCanceled as AsyncRequestCanceled,
    AsyncRequestError as AsyncRequestError,
    AsyncRequestExpired as AsyncRequestExpired,
    AsyncRequestFailed as AsyncRequestFailed,
    DeliveredElsewhere as DeliveredElsewhere,
    LedgerError as LedgerError,
    WebhookDeliveryFailed as WebhookDeliveryFailed,
    WebhookSignatureError as WebhookSignatureError,
    WebhookStoreError as WebhookStoreError,
)
from .limits import (
    LimitStoreError as LimitStoreError,
)
from .output import (
    ContentFilterError as ContentFilterError,
    LengthLimitError as LengthLimitError,
    MaxTurnsError as MaxTurnsError,
    OutputError as OutputError,
    OutputValidationError as OutputValidationError,
    RefusalError as RefusalError,
    ToolArgumentError as ToolArgumentError,
)
from .speech import (
    AudioError as AudioError,
    TranscriptionError as TranscriptionError,
)
from .status import (
    APIStatusError as APIStatusError,
    AuthenticationError as AuthenticationError,
    BadGatewayError as BadGatewayError,
    BadRequestError as BadRequestError,
    ConflictError as ConflictError,
    GatewayTimeoutError as GatewayTimeoutError,
    InternalServerError as InternalServerError,
    ModelError as ModelError,
    NotFoundError as NotFoundError,
    OverloadedError as OverloadedError,
    PayloadTooLargeError as PayloadTooLargeError,
    PaymentRequiredError as PaymentRequiredError,
    PermissionDeniedError as PermissionDeniedError,
    RateLimitError as RateLimitError,
    RequestTimeoutError as RequestTimeoutError,
    ServiceUnavailableError as ServiceUnavailableError,
    UnprocessableEntityError as UnprocessableEntityError,
)
from .stream import (
    ContinuationError as ContinuationError,
    StreamAPIError as StreamAPIError,
    StreamDecodeError as StreamDecodeError,
    StreamError as StreamError,
    StreamInterrupted as StreamInterrupted,
)
from .websocket import (
    WebSocketClosedError as WebSocketClosedError,
    WebSocketError as WebSocketError,
    WebSocketInterrupted as WebSocketInterrupted,
    WebSocketModelError as WebSocketModelError,
    WebSocketProtocolError as WebSocketProtocolError,
    WebSocketUnsupportedError as WebSocketUnsupportedError,
)

# OpenAI's and Anthropic's names, for `except` and `isinstance`.
RequestTooLargeError = PayloadTooLargeError
APIResponseValidationError = ResponseValidationError
ContentFilterFinishReasonError = ContentFilterError
LengthFinishReasonError = LengthLimitError
