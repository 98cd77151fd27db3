"""Replies and streams as LiteLLM's responses."""

from __future__ import annotations

from ... import (
    ChatCompletion,
    Choice,
    ChoiceLogprobs,
    ChunkReceived,
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
    """Return a whole reply. Its headers are where LiteLLM's proxy looks for them."""
    fields = completion.model_dump(mode="json", exclude_none=True)
    for choice, plain in zip(completion.choices, fields["choices"], strict=True):
        if choice.message.reasoning:  # whatever the engine calls it
            plain["message"]["reasoning_content"] = choice.message.reasoning
    response = ModelResponse(**fields)
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


class LiteLLMChunks:
    """The chunks of one stream.

    LiteLLM treats the first `finish_reason` as the end and reads no usage after it. So both come last: first the usage
    in its own chunk, then the finish reasons of all choices.
    """

    def __init__(self, model: str) -> None:
        self._model = model
        self._id: str | None = None
        self._logprobs: dict[int, ChoiceLogprobs] = {}
        self._call_ids: dict[int, dict[int, str]] = {}

    def of(self, event: StreamEvent[None]) -> list[ModelResponseStream]:
        """Return what an event becomes."""
        match event:
            case ChunkReceived(chunk):
                left = self._left()
                self._logprobs = {each.index: each.logprobs for each in chunk.choices if each.logprobs is not None}
                return left
            case Finished(completion=completion):
                last = self._left()
                if completion.usage is not None:
                    last.append(self._chunk([StreamingChoices(delta=Delta())]))
                    last[-1].usage = _usage(completion.usage)
                last += [self._chunk([each]) for each in map(self._late, completion.choices) if each is not None]
                reasons = [
                    StreamingChoices(index=each.index, delta=Delta(), finish_reason=each.finish_reason or "stop")
                    for each in completion.choices
                ]
                return [*last, self._chunk(reasons)]
            case _:
                index, delta = _delta(event)
                if delta is None:
                    return []
                if isinstance(event, ToolCallStarted):
                    self._call_ids.setdefault(index, {})[event.call] = event.id
                logprobs = self._logprobs.pop(index, None)
                return [self._chunk([StreamingChoices(index=index, delta=delta, logprobs=_log_probs(logprobs))])]

    def _late(self, choice: Choice) -> StreamingChoices | None:
        """Return the IDs of calls that began without one: results have to name them."""
        ids, made = self._call_ids.get(choice.index, {}), choice.message.tool_calls
        if len(ids) != len(made):
            return None
        late = [
            {"index": key, "id": call.id, "type": "function", "function": {"arguments": ""}}
            for key, call in zip(sorted(ids), made, strict=True)
            if not ids[key]
        ]
        return StreamingChoices(index=choice.index, delta=Delta(tool_calls=late)) if late else None

    def _left(self) -> list[ModelResponseStream]:
        """Return the log probabilities that arrived alone."""
        left, self._logprobs = self._logprobs, {}
        return [
            self._chunk([StreamingChoices(index=index, delta=Delta(), logprobs=_log_probs(logprobs))])
            for index, logprobs in left.items()
        ]

    def _chunk(self, choices: list[StreamingChoices]) -> ModelResponseStream:
        chunk = ModelResponseStream(choices=choices, id=self._id, model=self._model)
        self._id = chunk.id
        return chunk


def _delta(event: StreamEvent[None]) -> tuple[int, Delta | None]:
    """Return the choice of an event and what it adds. None if it adds nothing."""
    match event:
        case TextDelta(text, index):
            return index, Delta(role="assistant", content=text)
        case ReasoningDelta(text, index):
            return index, Delta(role="assistant", reasoning_content=text)
        case RefusalDelta(text, index):
            return index, Delta(role="assistant", refusal=text)
        case ToolCallStarted(call, id_, name, index):
            started = {"index": call, "id": id_, "type": "function", "function": {"name": name, "arguments": ""}}
            return index, Delta(role="assistant", tool_calls=[started])
        case ToolCallDelta(call, arguments, index):
            more = {"index": call, "type": "function", "function": {"arguments": arguments}}
            return index, Delta(tool_calls=[more])
        case _:
            return 0, None


def _log_probs(logprobs: ChoiceLogprobs | None) -> dict[str, object] | None:
    return None if logprobs is None else logprobs.model_dump(mode="json")


def _usage(usage: Usage) -> LiteLLMUsage:
    return LiteLLMUsage(**usage.model_dump(mode="json", exclude_none=True))


def _headers(meta: Meta) -> dict[str, object]:
    headers: dict[str, object] = get_response_headers(dict(meta.headers))
    return headers
