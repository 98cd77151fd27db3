"""The observer that a client is given: it begins a span for each call, and records what becomes of it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cached_property

from opentelemetry.metrics import MeterProvider, get_meter
from opentelemetry.trace import (
    Span,
    SpanKind,
    Status,
    StatusCode,
    Tracer,
    TracerProvider,
    get_tracer,
    set_span_in_context,
    use_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ... import __version__
from ...hooks import CallEnded, CallObserver, CallStarted, Observer, RetryEvent, WaitEvent
from ...types.prices import Prices
from . import attributes, content
from .attributes import Attributes
from .instruments import Instruments

SCOPE = "baseten_sdk"

CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
"""The variable that has instrumentations of generative AI record content."""


class OpenTelemetry(Observer):
    """Record a span and metrics for each call of a client, and send the trace's context with the request.

    A span is named `chat openai/gpt-oss-120b`, `predict`, and so on. It covers all attempts of the call. The span of a
    stream lasts until the stream is read to its end, closed or garbage collected. Retries and waits are events of the
    span. Each request to a pool has its own span, with `baseten.pool.member`.

    The metrics are `gen_ai.client.operation.duration`, `gen_ai.client.operation.time_to_first_chunk` and
    `gen_ai.client.token.usage`. With `prices`, there is also `baseten.client.cost`, and spans have `baseten.cost`.

    Example:
        client = AsyncClient(hooks=[OpenTelemetry()])

    Args:
        tracer_provider: Where spans go. By default, the global provider.
        meter_provider: Where metrics go. By default, the global provider.
        content: Whether to record messages, answers, tool definitions and error messages. By default, only if the
            variable `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` is "true".
        prices: The prices of tokens, as `client.models.prices()` returns them.
        propagate: Whether requests carry the span's context, as `traceparent` and `tracestate`.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        content: bool | None = None,
        prices: Prices | None = None,
        propagate: bool = True,
    ) -> None:
        self._prices = prices
        self._tracer_provider = tracer_provider
        self._meter_provider = meter_provider
        self._content = content
        self._propagate = propagate

    @cached_property
    def _tracer(self) -> Tracer:
        return get_tracer(SCOPE, __version__, self._tracer_provider)

    @cached_property
    def _instruments(self) -> Instruments:
        return Instruments(get_meter(SCOPE, __version__, self._meter_provider))

    @cached_property
    def _captures(self) -> bool:
        given = self._content
        return os.environ.get(CAPTURE, "").strip().lower() == "true" if given is None else given

    def started(self, call: CallStarted) -> CallObserver:
        sent = attributes.parameters(call)
        known = attributes.of_request(call, sent)
        model = known.get(attributes.REQUEST_MODEL)
        name = f"{known[attributes.OPERATION]} {model}" if model else str(known[attributes.OPERATION])
        span = self._tracer.start_span(name, kind=SpanKind.CLIENT, attributes=known)
        if self._captures and span.is_recording():
            span.set_attributes(content.of_request(sent))
        return CallSpan(
            span, known, self._instruments, self._prices, captures=self._captures, propagates=self._propagate
        )

    def __getstate__(self) -> dict[str, object]:
        """Drop the tracer. A copy finds the tracer of its own process."""
        made = ("_tracer", "_instruments", "_captures")
        return {name: value for name, value in self.__dict__.items() if name not in made}


class CallSpan(CallObserver):
    """The span of one call."""

    def __init__(
        self,
        span: Span,
        known: Attributes,
        instruments: Instruments,
        prices: Prices | None,
        *,
        captures: bool,
        propagates: bool,
    ) -> None:
        self._span = span
        self._prices = prices
        self._known = known
        self._instruments = instruments
        self._captures = captures
        self._propagates = propagates
        self._began = time.perf_counter()
        self._chunks = False

    def headers(self) -> Mapping[str, str]:
        carrier: dict[str, str] = {}
        if self._propagates:
            TraceContextTextMapPropagator().inject(carrier, set_span_in_context(self._span))
        return carrier

    def active(self) -> AbstractContextManager[object]:
        return use_span(self._span, record_exception=False, set_status_on_exception=False)

    def retrying(self, event: RetryEvent) -> None:
        facts: Attributes = {"error.type": event.reason, "baseten.attempt": event.attempt, "baseten.wait": event.wait}
        if event.request_id is not None:
            facts["baseten.request.id"] = event.request_id
        self._span.add_event("baseten.retry", facts)

    def waiting(self, event: WaitEvent) -> None:
        facts: Attributes = {"baseten.wait.reason": event.reason}
        if event.seconds is not None:
            facts["baseten.wait"] = event.seconds
        self._span.add_event("baseten.wait", facts)

    def chunk(self, chunk: object) -> None:
        if not self._chunks:
            self._chunks = True
            seconds = self._seconds()
            self._span.set_attribute(attributes.FIRST_CHUNK, seconds)
            self._instruments.first_chunk.record(seconds, attributes.of_metric(self._known))

    def ended(self, end: CallEnded) -> None:
        facts = attributes.of_exchange(end.meta)
        if not end.complete:
            facts["baseten.stream.complete"] = False
        self._end(end.result, end.meta.url, facts)

    def failed(self, error: BaseException) -> None:
        # An error's text may quote the conversation.
        self._span.set_status(Status(StatusCode.ERROR, str(error) if self._captures else None))
        if self._captures:
            self._span.record_exception(error)
        url = str(getattr(error, "url", None) or "")
        self._end(getattr(error, "partial", None), url, attributes.of_error(error))

    def _end(self, result: object, url: str, facts: Attributes) -> None:
        facts = attributes.of_reply(result) | facts
        if self._captures:
            facts |= content.of_reply(result)
        if self._prices is not None:
            facts |= attributes.of_cost(result, url, self._prices)
        self._span.set_attributes(facts)
        self._span.end()
        split = attributes.of_metric(self._known | facts)
        self._instruments.duration.record(self._seconds(), split)
        for name, kind in ((attributes.INPUT_TOKENS, "input"), (attributes.OUTPUT_TOKENS, "output")):
            tokens = facts.get(name)
            if isinstance(tokens, int):
                self._instruments.tokens.record(tokens, {**split, attributes.TOKEN_TYPE: kind})
        cost = facts.get(attributes.COST)
        if isinstance(cost, float):
            self._instruments.cost.add(cost, split)

    def _seconds(self) -> float:
        return time.perf_counter() - self._began
