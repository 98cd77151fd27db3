"""OpenTelemetry over a socket: spans, metrics and headers of calls and streams, by the SDK's exporters in memory."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping

import httpx
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import Histogram, HistogramDataPoint, InMemoryMetricReader, Metric, Sum
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, get_current_span

from baseten_sdk import (
    APIError,
    AsyncClient,
    BadRequestError,
    Hedge,
    RateLimitError,
    ResponseInputItem,
    Retry,
    StreamInterrupted,
    Target,
    WebSocketModelError,
    tool,
)
from baseten_sdk._async.resources.responses import AsyncResponses
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from baseten_sdk.integrations.otel import OpenTelemetry
from baseten_sdk.integrations.otel.observer import CAPTURE
from baseten_sdk.types.message_params import MessageTurn
from baseten_sdk.types.models import Model
from baseten_sdk.types.prices import Prices
from baseten_sdk.types.responses import ModelResponse
from tests._async.fake_clock import AsyncFakeClock
from tests.asking import HELLO, MODEL, SAID, behaving, only

pytestmark = pytest.mark.anyio

REASON = "emulator/reason"


class Telemetry:
    """Providers, and what was exported."""

    def __init__(self) -> None:
        self._spans = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self.meters = MeterProvider([self._reader])

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._spans.get_finished_spans()

    def split(self, name: str) -> list[tuple[dict[str, object], float]]:
        """What a histogram counted, by the attributes that split it."""
        return [(dict(point.attributes or {}), point.sum) for point in self.points(name)]

    def sums(self, name: str) -> list[tuple[dict[str, object], float]]:
        """What a counter has added up, by the attributes that split it."""
        points = [
            point for metric in self._metrics(name) if isinstance(metric.data, Sum) for point in metric.data.data_points
        ]
        return [(dict(point.attributes or {}), point.value) for point in points]

    @property
    def span(self) -> ReadableSpan:
        (span,) = self.spans
        return span

    @property
    def attributes(self) -> Mapping[str, object]:
        return self.span.attributes or {}

    def points(self, name: str) -> list[HistogramDataPoint]:
        """What a histogram counted."""
        metrics = self._metrics(name)
        return [point for metric in metrics if isinstance(metric.data, Histogram) for point in metric.data.data_points]

    def _metrics(self, name: str) -> list[Metric]:
        data = self._reader.get_metrics_data()
        assert data is not None
        return [
            metric
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
        ]


@pytest.fixture
def told() -> Telemetry:
    return Telemetry()


def traced(
    transport: TransportName,
    emu: Emulator,
    told: Telemetry,
    *,
    content: bool | None = None,
    propagate: bool = True,
) -> AsyncClient:
    otel = OpenTelemetry(tracer_provider=told.tracers, meter_provider=told.meters, content=content, propagate=propagate)
    return AsyncClient(
        api_key=emu.api_key,
        endpoints=emu.endpoints,
        retry=Retry(initial=0.001, maximum=0.002),
        hooks=[otel],
        transport=transport,
    )


async def test_a_chat_is_a_span_by_the_conventions(transport: TransportName, emu: Emulator, told: Telemetry) -> None:
    async with traced(transport, emu, told) as client:
        completion = await client.chat.completions.create(
            model=REASON,
            messages=HELLO,
            max_tokens=500,
            temperature=0.5,
            seed=3,
            stop="never",
            response_format={"type": "text"},
            session="talk-1",
        )
    span, usage = told.span, completion.usage
    assert usage is not None
    assert (span.name, span.kind, span.status.status_code) == (f"chat {REASON}", SpanKind.CLIENT, StatusCode.UNSET)
    assert dict(told.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "baseten",
        "gen_ai.request.model": REASON,
        "gen_ai.request.max_tokens": 500,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.seed": 3,
        "gen_ai.request.stop_sequences": ("never",),
        "gen_ai.output.type": "text",
        "gen_ai.conversation.id": "talk-1",
        "gen_ai.response.id": completion.id,
        "gen_ai.response.model": REASON,
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.completion_tokens,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens,
        "server.address": "127.0.0.1",
        "server.port": emu.port,
        "http.response.status_code": 200,
        "baseten.request.id": completion.meta.request_id,
        "baseten.model.id": completion.meta.model_id,
        "baseten.deployment.id": completion.meta.deployment_id,
    }


async def test_a_raw_response_tells_as_much_as_a_completion(
    transport: TransportName, emu: Emulator, told: Telemetry
) -> None:
    async with traced(transport, emu, told) as client:
        raw = await client.chat.completions.with_raw_response.create(model=REASON, messages=HELLO)
    usage = raw.parse().usage
    assert usage is not None
    assert told.attributes["gen_ai.usage.input_tokens"] == usage.prompt_tokens
    assert told.attributes["gen_ai.response.id"] == raw.parse().id


async def test_the_metrics_of_a_chat(transport: TransportName, emu: Emulator, told: Telemetry) -> None:
    async with traced(transport, emu, told) as client:
        completion = await client.chat.completions.create(model=MODEL, messages=HELLO)
        with pytest.raises(BadRequestError):
            await client.chat.completions.create(model=MODEL, messages=HELLO, extra_headers=behaving("status=400"))
    assert completion.usage is not None
    split = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "baseten",
        "gen_ai.request.model": MODEL,
        "gen_ai.response.model": MODEL,
        "server.address": "127.0.0.1",
        "server.port": emu.port,
    }
    well, ill = sorted(told.split("gen_ai.client.operation.duration"), key=lambda each: "error.type" in each[0])
    assert well[0] == split
    del split["gen_ai.response.model"]
    assert ill[0] == {**split, "error.type": "BadRequestError"}
    assert [(point.count, point.explicit_bounds[0]) for point in told.points("gen_ai.client.operation.duration")] == [
        (1, 0.01),
        (1, 0.01),
    ]
    tokens = {point["gen_ai.token.type"]: count for point, count in told.split("gen_ai.client.token.usage")}
    assert tokens == {"input": completion.usage.prompt_tokens, "output": completion.usage.completion_tokens}
    assert told.points("gen_ai.client.operation.time_to_first_chunk") == []


async def test_a_stream_is_a_span_until_its_end(transport: TransportName, emu: Emulator, told: Telemetry) -> None:
    async with traced(transport, emu, told) as client:
        stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
        await anext(stream)
        assert told.spans == ()
        async for _ in stream:
            pass
    assert told.attributes["gen_ai.request.stream"] is True
    assert told.attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert told.attributes["gen_ai.usage.output_tokens"] == 6
    assert "baseten.stream.complete" not in told.attributes
    (point,) = told.points("gen_ai.client.operation.time_to_first_chunk")
    assert told.attributes["gen_ai.response.time_to_first_chunk"] == point.sum
    assert len(told.points("gen_ai.client.token.usage")) == 2


async def test_a_stream_that_is_left_ends_its_span(transport: TransportName, emu: Emulator, told: Telemetry) -> None:
    async with (
        traced(transport, emu, told) as client,
        client.chat.completions.stream(model=MODEL, messages=HELLO) as stream,
    ):
        async for _ in stream.text_stream:
            break
    assert told.span.status.status_code is StatusCode.UNSET
    assert told.attributes["baseten.stream.complete"] is False
    assert "gen_ai.response.finish_reasons" not in told.attributes


async def test_a_stream_that_is_forgotten_ends_its_span(
    transport: TransportName, emu: Emulator, told: Telemetry
) -> None:
    async with traced(transport, emu, told) as client:
        streams = [await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)]
        with pytest.warns(ResourceWarning):
            streams.clear()
    assert told.attributes["baseten.stream.complete"] is False


async def test_a_stream_that_breaks_is_an_error_with_what_was_used(
    transport: TransportName, emu: Emulator, told: Telemetry
) -> None:
    async with traced(transport, emu, told) as client:
        with pytest.raises(StreamInterrupted):
            async with client.chat.completions.stream(
                model=MODEL, messages=HELLO, extra_headers=behaving("style=a, cut=4")
            ) as stream:
                await stream.until_done()
    assert told.span.status.status_code is StatusCode.ERROR
    assert told.attributes["error.type"] == "StreamInterrupted"
    assert "gen_ai.usage.output_tokens" in told.attributes
    assert "baseten.request.id" in told.attributes


async def test_retries_are_events(transport: TransportName, emu: Emulator, told: Telemetry) -> None:
    async with traced(transport, emu, told) as client:
        await client.models.list(extra_headers=behaving("fail=2, status=503"))
    assert told.span.name == "models"
    assert [event.name for event in told.span.events] == ["baseten.retry", "baseten.retry"]
    first = told.span.events[0].attributes or {}
    assert (first["error.type"], first["baseten.attempt"]) == ("503", 1)
    assert told.attributes["http.request.resend_count"] == 2


async def test_a_failure_is_an_error_without_its_text(transport: TransportName, emu: Emulator, told: Telemetry) -> None:
    async with traced(transport, emu, told) as client:
        with pytest.raises(BadRequestError):
            await client.models.list(extra_headers=behaving("status=400, message=a secret"))
    status = told.span.status
    assert (status.status_code, status.description) == (StatusCode.ERROR, None)
    assert told.attributes["error.type"] == "BadRequestError"
    assert told.attributes["http.response.status_code"] == 400
    assert "a secret" not in told.span.to_json()


async def test_the_context_of_the_span_is_propagated(transport: TransportName, emu: Emulator, told: Telemetry) -> None:
    async with traced(transport, emu, told) as client:
        with told.tracers.get_tracer("mine").start_as_current_span("outer") as outer:
            await client.models.list()
    span = told.spans[0]
    assert span.context is not None
    assert span.parent is not None
    assert span.parent.span_id == outer.get_span_context().span_id
    trace, own = f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"
    assert only(emu).headers["traceparent"].startswith(f"00-{trace}-{own}-0")


async def test_propagation_can_be_turned_off(transport: TransportName, emu: Emulator, told: Telemetry) -> None:
    async with traced(transport, emu, told, propagate=False) as client:
        await client.models.list()
    assert "traceparent" not in only(emu).headers


async def test_the_span_is_current_while_the_call_is_made(emu: Emulator, told: Telemetry) -> None:
    seen: list[int] = []

    def key() -> str:
        seen.append(get_current_span().get_span_context().span_id)
        return emu.api_key

    otel = OpenTelemetry(tracer_provider=told.tracers, meter_provider=told.meters)
    async with AsyncClient(api_key=key, endpoints=emu.endpoints, hooks=[otel]) as client:
        await client.models.list()
    assert told.span.context is not None
    assert seen == [told.span.context.span_id]
    assert not get_current_span().get_span_context().is_valid


async def test_nothing_that_was_said_is_recorded_unless_asked_for(
    transport: TransportName, emu: Emulator, told: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(CAPTURE, raising=False)
    async with traced(transport, emu, told) as client:
        await client.chat.completions.create(model=MODEL, messages=HELLO)
        async with client.chat.completions.stream(model=MODEL, messages=HELLO) as stream:
            await stream.until_done()
        await client.deployments("abcd1234").predict({"prompt": SAID})
    assert all(SAID not in span.to_json() for span in told.spans)


@tool
def look_up(word: str) -> str:
    """Look a word up."""
    return word


async def test_what_was_said_is_recorded_on_request(transport: TransportName, emu: Emulator, told: Telemetry) -> None:
    async with traced(transport, emu, told, content=True) as client:
        async with client.chat.completions.stream(
            model=REASON, messages=[{"role": "system", "content": "Be brief."}, *HELLO], tools=[look_up]
        ) as stream:
            await stream.until_done()
        with pytest.raises(BadRequestError):
            await client.models.list(extra_headers=behaving("status=400, message=a reason"))
    chat, failed = told.spans
    attributes = chat.attributes or {}
    assert json.loads(str(attributes["gen_ai.input.messages"])) == [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
        {"role": "user", "parts": [{"type": "text", "content": HELLO[0].get("content")}]},
    ]
    (answer,) = json.loads(str(attributes["gen_ai.output.messages"]))
    assert [part["type"] for part in answer["parts"]] == ["reasoning", "text"]
    assert (answer["parts"][1]["content"], answer["finish_reason"]) == (SAID, "stop")
    assert json.loads(str(attributes["gen_ai.tool.definitions"]))[0]["function"]["name"] == "look_up"
    assert "a reason" in str(failed.status.description)
    assert [event.name for event in failed.events] == ["exception"]


async def test_the_variable_of_other_instrumentations_asks_for_content_too(
    emu: Emulator, told: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CAPTURE, "true")
    async with traced("direct", emu, told) as client:
        await client.chat.completions.create(model=MODEL, messages=HELLO)
    assert SAID in str(told.attributes["gen_ai.output.messages"])


async def test_other_operations(transport: TransportName, emu: Emulator, told: Telemetry) -> None:
    async with traced(transport, emu, told) as client:
        deployment = client.deployments("abcd1234")
        await deployment.predict({"a": 1})
        await deployment.sync("items/1")
        job = await deployment.async_predict({"a": 1})
        await job.status()
        await deployment.embeddings.create(input=["a"])
        async with deployment.stream_predict({"prompt": "one two"}, extra_headers=behaving("stream=text")) as pieces:
            async for _ in pieces.text():
                pass
    names = [span.name.partition(" ")[0] for span in told.spans]
    assert names == ["predict", "sync", "async_predict", "async_request", "embeddings", "predict"]
    assert "gen_ai.usage.input_tokens" in (told.spans[4].attributes or {})


async def test_each_request_of_many_texts_is_a_span(transport: TransportName, emu: Emulator, told: Telemetry) -> None:
    async with traced(transport, emu, told) as client:
        await client.deployments("abcd1234").embeddings.embed(["a b", "c d"], max_batch=1)
    assert [span.name.partition(" ")[0] for span in told.spans] == ["embeddings", "embeddings"]
    assert [(span.attributes or {})["gen_ai.usage.input_tokens"] for span in told.spans] == [2, 2]


async def test_a_client_with_it_can_be_pickled(emu: Emulator) -> None:
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, hooks=[OpenTelemetry(content=True)]) as client:
        await client.models.list()
        copy = pickle.loads(pickle.dumps(client))
    assert isinstance(copy._setup.settings.hooks[0], OpenTelemetry)


async def test_each_request_of_a_pool_is_a_span_with_its_member(
    transport: TransportName, emu: Emulator, told: Telemetry
) -> None:
    async with traced(transport, emu, told) as client:
        pool = client.pool([Target("abcd1234"), Target(model="zai-org/GLM-5.3")])
        emu.script(["status=503"])
        completion = await pool.chat.completions.create(messages=HELLO)
    named = [(span.attributes or {})["baseten.pool.member"] for span in told.spans]
    assert named == [each.member.name for each in completion.meta.tries]
    assert set(named) == {"abcd1234", "zai-org/GLM-5.3"}
    assert all("baseten.pool.hedge" not in (span.attributes or {}) for span in told.spans)


async def test_a_hedge_is_a_span_that_says_so(transport: TransportName, emu: Emulator, told: Telemetry) -> None:
    async with traced(transport, emu, told) as client:
        pool = client.pool([Target("abcd1234")], hedge=Hedge(after=0.2, budget=1.0))
        emu.script(["hang"])
        await pool.chat.completions.create(messages=HELLO, timeout=5.0)
    (hedge,) = [span for span in told.spans if (span.attributes or {}).get("baseten.pool.hedge")]
    assert hedge.status.status_code != StatusCode.ERROR


async def test_a_wait_is_an_event_of_its_span(transport: TransportName, emu: Emulator, told: Telemetry) -> None:
    async with traced(transport, emu, told) as client:
        client._service.caller.clock = AsyncFakeClock()
        emu.script(["status=429, retry-after=30"])
        with pytest.raises(RateLimitError):
            await client.models.list(max_retries=0)
        await client.models.list()
    ((event,),) = [span.events for span in told.spans if span.events]
    assert event.name == "baseten.wait"
    assert event.attributes == {"baseten.wait.reason": "gate", "baseten.wait": pytest.approx(30)}
    assert (told.spans[-1].attributes or {})["baseten.waited.gate"] == pytest.approx(30)


async def test_costs_are_counted_where_prices_are_known(
    client: AsyncClient, transport: TransportName, emu: Emulator, told: Telemetry
) -> None:
    prices = await client.models.prices()
    otel = OpenTelemetry(tracer_provider=told.tracers, meter_provider=told.meters, prices=prices)
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, hooks=[otel], transport=transport) as client:
        completion = await client.chat.completions.create(model=MODEL, messages=HELLO)
        async with client.chat.completions.stream(model=MODEL, messages=HELLO) as stream:
            streamed = await stream.get_final_completion()
        await client.deployments("abcd1234").chat.completions.create(model=MODEL, messages=HELLO)
        await client.chat.completions.create(model="acme/new", messages=HELLO)
    costs = [prices.cost(each) for each in (completion, streamed)]
    assert [(span.attributes or {}).get("baseten.cost") for span in told.spans] == [
        *(float(cost.total) for cost in costs if cost is not None),
        None,
        None,
    ]
    ((split, total),) = told.sums("baseten.client.cost")
    assert total == pytest.approx(sum(float(cost.total) for cost in costs if cost is not None))
    assert split["gen_ai.request.model"] == MODEL


async def test_a_response_is_a_span_like_a_chat(transport: TransportName, emu: Emulator, told: Telemetry) -> None:
    async with traced(transport, emu, told) as client:
        await client.responses.create(
            model=REASON, input="Say hello", max_output_tokens=64, temperature=0.5, text={"format": {"type": "text"}}
        )
        async with client.responses.stream(model=REASON, input="Say hello") as stream:
            response = await stream.get_final_response()
    plain, streamed = (dict(span.attributes or {}) for span in told.spans)
    assert [span.name for span in told.spans] == [f"chat {REASON}"] * 2
    assert response.usage is not None
    for attributes in (plain, streamed):
        assert attributes["gen_ai.operation.name"] == "chat"
        assert attributes["gen_ai.response.finish_reasons"] == ("stop",)
        assert attributes["gen_ai.usage.input_tokens"] == response.usage.input_tokens
        assert attributes["gen_ai.usage.output_tokens"] == response.usage.output_tokens
        assert attributes["gen_ai.usage.reasoning.output_tokens"] == response.usage.reasoning_tokens > 0
    assert (plain["gen_ai.request.max_tokens"], plain["gen_ai.request.temperature"]) == (64, 0.5)
    assert plain["gen_ai.output.type"] == "text"
    assert streamed["gen_ai.response.id"] == response.id
    assert "gen_ai.response.time_to_first_chunk" in streamed
    assert not any("messages" in name for name in plain)


async def test_a_response_that_was_cut_is_a_span_with_what_had_come(
    transport: TransportName, emu: Emulator, told: Telemetry
) -> None:
    async with traced(transport, emu, told) as client:
        with pytest.raises(StreamInterrupted):
            async for _ in await client.responses.create(
                model=MODEL, input="Say hello you", stream=True, extra_headers=behaving("end=6")
            ):
                pass
    assert told.span.status.status_code is StatusCode.ERROR
    assert told.attributes["error.type"] == "StreamInterrupted"
    assert told.attributes["gen_ai.response.model"] == MODEL


async def all_of(responses: AsyncResponses) -> ModelResponse:
    async with responses.stream(model="a/b", input="Say") as stream:
        return await stream.get_final_response()


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
async def test_a_response_that_failed_is_a_span_with_its_tokens_and_cost(told: Telemetry, *, streamed: bool) -> None:
    failed: dict[str, object] = {
        "id": "resp_1",
        "model": "a/b",
        "status": "failed",
        "error": {"code": "server_error", "message": "It broke."},
        "output": [{"type": "message", "content": [{"type": "output_text", "text": "So far"}]}],
        "usage": {"input_tokens": 4, "output_tokens": 3},
    }

    def reply(_: httpx.Request) -> httpx.Response:
        event = json.dumps({"type": "response.failed", "response": failed})
        return httpx.Response(200, text=f"data: {event}\n\n") if streamed else httpx.Response(200, json=failed)

    listed = Model.model_validate({"id": "a/b", "pricing": {"prompt": "1", "completion": "2"}})
    otel = OpenTelemetry(
        tracer_provider=told.tracers, meter_provider=told.meters, prices=Prices([listed]), content=True
    )
    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(reply)) as http,
        AsyncClient(api_key="k", base_url="http://script.test/v1", http_client=http, hooks=[otel]) as client,
    ):
        responses = client.responses
        with pytest.raises(APIError) as caught:
            await (all_of(responses) if streamed else responses.create(model="a/b", input="Say"))
    partial = getattr(caught.value, "partial", None)
    assert isinstance(partial, ModelResponse)
    assert (partial.output_text, caught.value.code) == ("So far", "server_error")
    assert told.attributes["gen_ai.response.id"] == "resp_1"
    assert told.attributes["gen_ai.usage.input_tokens"] == 4
    assert told.attributes["gen_ai.usage.output_tokens"] == 3
    assert told.attributes["baseten.cost"] == 10.0
    assert "So far" in str(told.attributes["gen_ai.output.messages"])
    assert [value for _, value in told.sums("baseten.client.cost")] == [10.0]


async def test_what_was_said_in_a_response_is_recorded_on_request(
    transport: TransportName, emu: Emulator, told: Telemetry
) -> None:
    items: list[ResponseInputItem] = [{"role": "user", "content": "Say hello"}, {"type": "mcp_call", "name": "f"}]
    async with traced(transport, emu, told, content=True) as client:
        await client.responses.create(model=MODEL, input="Say hello", instructions="Be brief.")
        await client.responses.create(model=MODEL, input=items)
    first, second = (dict(span.attributes or {}) for span in told.spans)
    assert json.loads(str(first["gen_ai.input.messages"])) == [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
        {"role": "user", "parts": [{"type": "text", "content": "Say hello"}]},
    ]
    assert json.loads(str(first["gen_ai.output.messages"])) == [
        {"role": "assistant", "parts": [{"type": "text", "content": "hello"}], "finish_reason": "stop"}
    ]
    assert "mcp_call" in str(second["gen_ai.input.messages"])


async def test_a_websocket_is_a_span_until_it_is_closed(
    transport: TransportName, emu: Emulator, told: Telemetry
) -> None:
    async with traced(transport, emu, told) as client:
        async with client.deployments("abcd1234").connect() as websocket:
            await websocket.send("hello")
            await websocket.receive()
            assert [*told.spans] == []
        assert (told.span.name, told.span.status.status_code) == ("websocket", StatusCode.UNSET)
        assert told.attributes["gen_ai.operation.name"] == "websocket"
        assert told.attributes["http.response.status_code"] == 101
        assert len(told.points("gen_ai.client.operation.time_to_first_chunk")) == 1
        context = told.span.context
        assert context is not None
        assert only(emu).headers["traceparent"].split("-")[1] == f"{context.trace_id:032x}"
        async with client.deployments("abcd1234").connect(extra_headers=behaving("close=1011")) as broken:
            with pytest.raises(WebSocketModelError):
                await broken.receive()
    _, failed = told.spans
    assert (failed.attributes or {})["error.type"] == "WebSocketModelError"


async def test_messages_and_text_completions_are_spans_with_their_tokens(
    transport: TransportName, emu: Emulator, told: Telemetry
) -> None:
    question: list[MessageTurn] = [{"role": "user", "content": "Say hello"}]
    async with traced(transport, emu, told) as client:
        async with client.messages.stream(model=MODEL, max_tokens=9, messages=question) as stream:
            message = await stream.get_final_message()
        await client.messages.with_raw_response.create(model=MODEL, max_tokens=9, messages=question)
        completions = client.deployments("abcd1234").completions
        async with await completions.create(model="base", prompt="Say hello", stream=True) as chunks:
            async for _ in chunks:
                pass
    streamed, raw, text = told.spans
    assert [span.name for span in told.spans] == [f"chat {MODEL}", f"chat {MODEL}", "text_completion base"]
    for span in (streamed, raw):
        attributes = span.attributes or {}
        assert attributes["gen_ai.usage.input_tokens"] == message.usage.prompt_tokens
        assert attributes["gen_ai.usage.output_tokens"] == message.usage.completion_tokens
        assert attributes["gen_ai.response.finish_reasons"] == ("end_turn",)
    assert (text.attributes or {})["gen_ai.response.finish_reasons"] == ("stop",)
    assert len(told.points("gen_ai.client.operation.time_to_first_chunk")) == 2
