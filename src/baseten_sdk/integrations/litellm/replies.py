"""Replies and streams as LiteLLM's responses."""

from __future__ import annotations

from ... import (
    ChatCompletion,
    CreateEmbeddingResponse,
    Finished,
    Meta,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    Usage,
)
from .litellm_types import (
    Delta,
    EmbeddingResponse,
    LiteLLMUsage,
    ModelResponse,
    ModelResponseStream,
    StreamingChoices,
    get_response_headers,
)


def model_response(completion: ChatCompletion) -> ModelResponse:
    """A whole reply. Its headers are where LiteLLM's proxy looks for them."""
    response = ModelResponse(**completion.model_dump(mode="json", exclude_none=True))
    response._hidden_params["additional_headers"] = _headers(completion.meta)
    return response


def embedding_response(reply: CreateEmbeddingResponse, model: str) -> EmbeddingResponse:
    """Vectors."""
    response = EmbeddingResponse(
        model=reply.model or model,
        data=[each.model_dump(mode="json") for each in reply.data],
        usage=None if reply.usage is None else _usage(reply.usage),
    )
    response._hidden_params["additional_headers"] = _headers(reply.meta)
    return response


class Chunks:
    """The chunks of one stream.

    LiteLLM takes the first `finish_reason` for the end and reads no usage after it, so both come last: the usage in a
    chunk of its own, then the reason.
    """

    def __init__(self, model: str) -> None:
        self._model = model
        self._id: str | None = None

    def of(self, event: StreamEvent[None]) -> list[ModelResponseStream]:
        """What an event of the first choice becomes."""
        if isinstance(event, Finished):
            told: list[ModelResponseStream] = []
            if event.completion.usage is not None:
                told.append(self._chunk(Delta()))
                told[0].usage = _usage(event.completion.usage)
            return [*told, self._chunk(Delta(), event.finish_reason or "stop")]
        delta = _delta(event)
        return [] if delta is None else [self._chunk(delta)]

    def _chunk(self, delta: Delta, finish_reason: str | None = None) -> ModelResponseStream:
        choice = StreamingChoices(delta=delta, finish_reason=finish_reason)
        chunk = ModelResponseStream(choices=[choice], id=self._id, model=self._model)
        self._id = chunk.id
        return chunk


def _delta(event: StreamEvent[None]) -> Delta | None:
    match event:
        case TextDelta(text, 0):
            return Delta(role="assistant", content=text)
        case ReasoningDelta(text, 0):
            return Delta(role="assistant", reasoning_content=text)
        case RefusalDelta(text, 0):
            return Delta(role="assistant", refusal=text)
        case ToolCallStarted(call, id_, name, 0):
            started = {"index": call, "id": id_, "type": "function", "function": {"name": name, "arguments": ""}}
            return Delta(role="assistant", tool_calls=[started])
        case ToolCallDelta(call, arguments, 0):
            return Delta(tool_calls=[{"index": call, "type": "function", "function": {"arguments": arguments}}])
        case _:
            return None


def _usage(usage: Usage) -> LiteLLMUsage:
    return LiteLLMUsage(**usage.model_dump(mode="json", exclude_none=True))


def _headers(meta: Meta) -> dict[str, object]:
    headers: dict[str, object] = get_response_headers(dict(meta.headers))
    return headers
