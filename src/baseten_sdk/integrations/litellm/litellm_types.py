"""Types from LiteLLM's inner modules. Some of its folders are not packages, so pyright does not find their types."""

from __future__ import annotations

from litellm.litellm_core_utils.exception_mapping_utils import ExceptionCheckers  # pyright: ignore[reportMissingTypeStubs]
from litellm.litellm_core_utils.llm_response_utils.get_headers import get_response_headers  # pyright: ignore[reportMissingTypeStubs]
from litellm.types.llms.custom_llm import CustomLLMItem  # pyright: ignore[reportMissingTypeStubs]
from litellm.types.utils import (  # pyright: ignore[reportMissingTypeStubs]
    Delta,
    EmbeddingResponse,
    ModelResponse,
    ModelResponseStream,
    StreamingChoices,
    Usage as LiteLLMUsage,
)

__all__ = [
    "CustomLLMItem",
    "Delta",
    "EmbeddingResponse",
    "ExceptionCheckers",
    "LiteLLMUsage",
    "ModelResponse",
    "ModelResponseStream",
    "StreamingChoices",
    "get_response_headers",
]
