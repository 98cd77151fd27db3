"""The attributes of a call by the semantic conventions: what is known before it, and what its reply adds.

Owns the names, which follow release 1.44 of the conventions. Those for generative AI are still in development there.
Names that the conventions lack begin with `baseten.`. Nothing here is content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import urlsplit

from pydantic_core import from_json

from ...errors import APIStatusError
from ...hooks import CallStarted
from ...types.chat import ChatCompletion, Usage
from ...types.completions import TextCompletion
from ...types.decisions import Decision, DecisionResponse
from ...types.embeddings import CreateEmbeddingResponse
from ...types.messages import Message, MessageUsage
from ...types.meta import Meta
from ...types.prices import Prices
from ...types.response import RawResponse
from ...types.responses import ModelResponse, ResponseUsage
from ...types.usage import counted
from ...types.vectors import Vectors

Attributes: TypeAlias = dict[str, str | bool | int | float | Sequence[str]]

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
RESPONSE_MODEL = "gen_ai.response.model"
FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
CACHED_TOKENS = "gen_ai.usage.cache_read.input_tokens"
CREATED_TOKENS = "gen_ai.usage.cache_creation.input_tokens"
REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
TOKEN_TYPE = "gen_ai.token.type"
ERROR_TYPE = "error.type"
MEMBER = "baseten.pool.member"
HEDGE = "baseten.pool.hedge"
COST = "baseten.cost"

OPERATIONS = {
    "chat/completions": "chat",
    "messages": "chat",
    "embeddings": "embeddings",
    "completions": "text_completion",
    "responses": "chat",
    "systemone": "decide",
}
"""Operations whose parameters are recorded, by the end of the URL.

`decide` is this package's name. The others come from the conventions. All other calls have the name of their path.
"""

PATHS = (
    "async_predict",
    "async_run_remote",
    "async_queue_status",
    "async_request",
    "predict",
    "run_remote",
    "wake",
    "sync",
)

NUMBERS = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "top_k": "gen_ai.request.top_k",
    "max_tokens": "gen_ai.request.max_tokens",
    "max_completion_tokens": "gen_ai.request.max_tokens",
    "max_output_tokens": "gen_ai.request.max_tokens",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "seed": "gen_ai.request.seed",
}


def operation(call: CallStarted) -> str:
    """Return the name of a call's operation."""
    path = urlsplit(call.url).path.rstrip("/")
    for end, name in OPERATIONS.items():
        if path.endswith(f"/{end}"):
            return name
    segments = path.split("/")
    return next((name for name in PATHS if name in segments), segments[-1] or call.method.lower())


def parameters(call: CallStarted) -> Mapping[str, object]:
    """Return the parameters of an operation that the conventions know. Those of other calls are content."""
    if operation(call) not in OPERATIONS.values():
        return {}
    try:
        body: object = from_json(call.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def of_request(call: CallStarted, sent: Mapping[str, object]) -> Attributes:
    """Return what is known before the call: its operation, its destination and its parameters."""
    parts = urlsplit(call.url)
    attributes: Attributes = {
        OPERATION: operation(call),
        PROVIDER: "baseten",
        "server.address": parts.hostname or "",
        "server.port": parts.port or (443 if parts.scheme == "https" else 80),
    }
    if call.streamed:
        attributes["gen_ai.request.stream"] = True
    if call.member is not None:
        attributes[MEMBER] = call.member.name
    if call.hedge:
        attributes[HEDGE] = True
    session = call.headers.get("x-session-affinity")
    if session is not None:
        attributes["gen_ai.conversation.id"] = session
    model = sent.get("model")
    if isinstance(model, str):
        attributes[REQUEST_MODEL] = model
    for parameter, name in NUMBERS.items():
        value = sent.get(parameter)
        if isinstance(value, int | float) and not isinstance(value, bool):
            attributes[name] = value
    choices = sent.get("n")
    if isinstance(choices, int) and choices != 1:
        attributes["gen_ai.request.choice.count"] = choices
    stop = sent.get("stop") or sent.get("stop_sequences")
    if stop:
        attributes["gen_ai.request.stop_sequences"] = [stop] if isinstance(stop, str) else _texts(stop)
    text = sent.get("text")
    form = sent.get("response_format") or (text.get("format") if isinstance(text, dict) else None)
    if isinstance(form, dict):
        attributes["gen_ai.output.type"] = "json" if str(form.get("type", "")).startswith("json") else "text"
    return attributes


def of_reply(result: object) -> Attributes:
    """Return the attributes of a reply: of a chat, messages, a response, embeddings or a decision."""
    attributes: Attributes = {}
    result = result.parse() if isinstance(result, RawResponse) else result
    if isinstance(result, ChatCompletion | TextCompletion):
        attributes["gen_ai.response.id"] = result.id
        reasons = [choice.finish_reason for choice in result.choices if choice.finish_reason]
        if reasons:
            attributes["gen_ai.response.finish_reasons"] = reasons
    if isinstance(result, Message):
        attributes["gen_ai.response.id"] = result.id
        if result.stop_reason:
            attributes["gen_ai.response.finish_reasons"] = [result.stop_reason]
    if isinstance(result, ModelResponse):
        attributes["gen_ai.response.id"] = result.id
        if result.finish_reason is not None:
            attributes["gen_ai.response.finish_reasons"] = [result.finish_reason]
    if isinstance(result, ChatCompletion | Message | ModelResponse | TextCompletion):
        attributes |= _of_usage(result.model, result.usage, generated=True)
    if isinstance(result, CreateEmbeddingResponse | Vectors):
        attributes |= _of_usage(result.model, result.usage, generated=False)
    response = result.response if isinstance(result, Decision) else result
    if isinstance(response, DecisionResponse):
        attributes[RESPONSE_MODEL] = response.model
        if response.usage is not None:
            attributes |= {INPUT_TOKENS: response.usage.input_tokens, OUTPUT_TOKENS: response.usage.output_tokens}
    return {name: value for name, value in attributes.items() if value != ""}


def _of_usage(model: str, usage: Usage | MessageUsage | ResponseUsage | None, *, generated: bool) -> Attributes:
    """Return the model that has answered, and its tokens. What the backend does not report is left out."""
    attributes: Attributes = {RESPONSE_MODEL: model}
    if usage is None or counted(usage) is None:
        return attributes
    attributes[INPUT_TOKENS] = usage.prompt_tokens
    if generated:
        attributes[OUTPUT_TOKENS] = usage.completion_tokens
    cached: object
    details: object
    match usage:
        case MessageUsage():
            cached, details = usage.cache_read_input_tokens, usage.output_tokens_details
            if usage.cache_creation_input_tokens is not None:
                attributes[CREATED_TOKENS] = usage.cache_creation_input_tokens
        case ResponseUsage():
            cached = usage.input_tokens_details.model_fields_set or None
            details = usage.output_tokens_details.model_fields_set or None
        case Usage():
            cached, details = usage.prompt_tokens_details, usage.completion_tokens_details
    if cached is not None:
        attributes[CACHED_TOKENS] = usage.cached_tokens
    if details is not None:
        attributes[REASONING_TOKENS] = usage.reasoning_tokens
    return attributes


def of_cost(result: object, url: str, prices: Prices) -> Attributes:
    """Return what a call to this URL has cost in dollars, where that is known."""
    result = result.parse() if isinstance(result, RawResponse) else result
    response = result.response if isinstance(result, Decision) else result
    if not isinstance(
        response, ChatCompletion | CreateEmbeddingResponse | DecisionResponse | Message | ModelResponse | TextCompletion
    ):
        return {}
    cost = prices.cost(response) if prices.hold_for(url) else None
    return {} if cost is None else {COST: float(cost.total)}


def of_exchange(meta: Meta) -> Attributes:
    """Return the attributes of the exchange behind a reply."""
    attributes: Attributes = {}
    if meta.status_code:
        attributes["http.response.status_code"] = meta.status_code
    if meta.attempts > 1:
        attributes["http.request.resend_count"] = meta.attempts - 1
    attributes |= {f"baseten.waited.{what}": seconds for what, seconds in meta.waited.items()}
    named = {"request.id": meta.request_id, "model.id": meta.model_id, "deployment.id": meta.deployment_id}
    return attributes | {f"baseten.{name}": value for name, value in named.items() if value is not None}


def error_type(error: BaseException) -> str:
    """Return what kind of error it is: the name of its class."""
    return type(error).__name__


def of_error(error: BaseException) -> Attributes:
    """Return the attributes of an error, without content."""
    attributes: Attributes = {ERROR_TYPE: error_type(error)}
    if isinstance(error, APIStatusError):
        attributes["http.response.status_code"] = error.status_code
    attempts = getattr(error, "attempts", 0)
    if isinstance(attempts, int) and attempts > 1:
        attributes["http.request.resend_count"] = attempts - 1
    request_id = getattr(error, "request_id", None)
    if isinstance(request_id, str):
        attributes["baseten.request.id"] = request_id
    return attributes


def of_metric(attributes: Mapping[str, object]) -> Attributes:
    """Those of a span's attributes that a metric is split by."""
    names = (OPERATION, PROVIDER, REQUEST_MODEL, RESPONSE_MODEL, ERROR_TYPE, MEMBER, "server.address", "server.port")
    return {name: value for name in names if isinstance(value := attributes.get(name), str | int)}


def _texts(values: object) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
