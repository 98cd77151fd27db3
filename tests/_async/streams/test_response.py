"""The stream of a response over a socket: its events, and how it ends."""

from __future__ import annotations

from collections.abc import AsyncIterable

import pytest
from pydantic import BaseModel

from baseten_sdk import (
    APITimeoutError,
    AsyncClient,
    ConfigurationError,
    ModelResponse,
    ResponseCompletedEvent,
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseOutputMessage,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
    StreamAPIError,
    StreamInterrupted,
    Timeout,
    ToolArgumentError,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests.asking import IDLE, MODEL, behaving
from tests.patience import growing

# unasync: remove
pytestmark = pytest.mark.anyio
# unasync: end

HELLO = "Say hello to the whole wide world"
SAID = "hello to the whole wide world"
WEATHER = "The weather in Paris and Rome?"


class City(BaseModel):
    name: str
    people: int


class get_weather(BaseModel):  # named as the tool is
    city: str


async def collect(source: AsyncIterable[ResponseStreamEvent], into: list[ResponseStreamEvent]) -> None:
    async for each in source:
        into.append(each)  # noqa: PERF401  # what came before an error is kept


async def test_events_come_with_their_names(client: AsyncClient) -> None:
    events: list[ResponseStreamEvent] = []
    async with await client.responses.create(model=MODEL, input=HELLO, stream=True) as stream:
        await collect(stream, events)
    kinds = [event.type.removeprefix("response.") for event in events]
    assert kinds[:4] == ["created", "in_progress", "output_item.added", "content_part.added"]
    assert kinds[-4:] == ["output_text.done", "content_part.done", "output_item.done", "completed"]
    assert "".join(event.delta for event in events if isinstance(event, ResponseTextDeltaEvent)) == SAID
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert stream.response is not None
    assert (stream.response.output_text, stream.response.meta.request_id) == (SAID, stream.meta.request_id)
    assert stream.complete
    assert IDLE in repr(client)


async def test_items_and_events_of_other_types_are_kept(client: AsyncClient) -> None:
    asked = behaving("other-block, other-event")
    async with client.responses.stream(model=MODEL, input=HELLO, extra_headers=asked) as stream:
        kinds = [event.type async for event in stream]
        response = await stream.get_final_response()
    assert {"response.mcp_call.in_progress", "response.weather"} <= {*kinds}
    assert ([item.type for item in response.output], response.output_text) == (["mcp_call", "message"], SAID)
    again = [*response.output, {"role": "user", "content": HELLO}]
    assert (await client.responses.create(model=MODEL, input=again)).output_text == SAID


@pytest.mark.parametrize("spec", ["commentary", "commentary, bare-ending"])
async def test_a_draft_in_a_comment_is_not_the_object(client: AsyncClient, spec: str) -> None:
    asked = behaving(spec)
    parsed = await client.responses.parse(model=MODEL, input="A city", text_format=City)
    async with client.responses.stream(model=MODEL, input="A city", text_format=City, extra_headers=asked) as stream:
        first = await anext(stream)
        partials = [partial async for partial in stream.partials()]
        response = await stream.get_final_response()
    assert first.type == "response.created"
    assert partials[-1] == response.output_parsed == (await stream.get_parsed()).parsed == parsed.parsed
    comment, answer = response.output
    assert isinstance(comment, ResponseOutputMessage)
    assert isinstance(answer, ResponseOutputMessage)
    assert [comment.phase, answer.phase] == ["commentary", "final_answer"]
    assert comment.text.startswith("A draft: {")
    assert ([part.parsed for part in comment.content if part.type == "output_text"]) == [None]
    assert ([part.parsed for part in answer.content if part.type == "output_text"]) == [parsed.parsed]
    whole = await client.responses.parse(
        model=MODEL, input="A city", text_format=City, extra_headers=behaving("commentary")
    )
    assert (whole.parsed, whole.output_text) == (parsed.parsed, comment.text + answer.text)
    again = [*whole.output, {"role": "user", "content": HELLO}]
    assert (await client.responses.create(model=MODEL, input=again)).output_text == SAID


@pytest.mark.parametrize("spec", ["no-deltas", "no-deltas, bare-ending"])
async def test_an_output_that_comes_at_once_is_streamed_too(client: AsyncClient, spec: str) -> None:
    async with client.responses.stream(model=MODEL, input=HELLO, extra_headers=behaving(spec)) as stream:
        texts = [text async for text in stream.text_stream]
        response = await stream.get_final_response()
    assert (texts, response.output_text) == ([SAID], SAID)
    async with client.responses.stream(
        model=MODEL, input=WEATHER, tools=[get_weather], extra_headers=behaving(spec)
    ) as calls:
        done = [event async for event in calls if isinstance(event, ResponseFunctionCallArgumentsDoneEvent)]
    assert [event.arguments for event in done] == ['{"city": "Paris"}', '{"city": "Rome"}']


async def test_a_stream_is_entered_and_read_to_its_end(client: AsyncClient) -> None:
    async with client.responses.stream(model=MODEL, input=HELLO) as stream:
        texts = [text async for text in stream.text_stream]
        response = await stream.get_final_response()
    assert "".join(texts) == response.output_text == SAID
    assert response.meta.request_id == stream.meta.request_id
    assert response.usage is not None


async def test_matching_events_by_their_class(client: AsyncClient) -> None:
    said: list[str] = []
    async with client.responses.stream(model=MODEL, input=HELLO) as stream:
        async for event in stream:
            match event:
                case ResponseTextDeltaEvent(delta=text):
                    said.append(text)
                case ResponseCompletedEvent(response=ModelResponse(status=status)):
                    said.append(f" ({status})")
                case _:
                    pass
    assert "".join(said) == f"{SAID} (completed)"


@pytest.mark.parametrize(
    "spec",
    [
        *(
            "",
            "early-done=empty",
            "early-done=object",
            "early-done=cut",
            "no-item-done",
            "duplicate-calls",
            "bare-ending",
            "crlf",
            "pieces=5, pause=1",
        ),
        *("bare-ending, no-item-done", "early-done=empty, no-item-done, bare-ending", "early-done=cut, tool-whole"),
        *(f"response-style={style}" for style in ("llama-cpp", "transformers", "litellm")),
        *(f"response-style={style}, early-done=cut, duplicate-calls" for style in ("transformers", "litellm")),
        "response-style=llama-cpp, early-done=cut",
    ],
)
async def test_each_call_is_told_of_once_with_its_whole_arguments(client: AsyncClient, spec: str) -> None:
    async with client.responses.stream(
        model=MODEL, input=WEATHER, tools=[get_weather], extra_headers=behaving(spec)
    ) as stream:
        done = [event async for event in stream if isinstance(event, ResponseFunctionCallArgumentsDoneEvent)]
        response = await stream.get_final_response()
    assert [event.arguments for event in done] == ['{"city": "Paris"}', '{"city": "Rome"}']
    assert [call.parsed_arguments for call in response.function_calls] == [
        get_weather(city="Paris"),
        get_weather(city="Rome"),
    ]


async def test_an_object_is_read_at_the_end_of_its_text(client: AsyncClient) -> None:
    async with client.responses.stream(model=MODEL, input="A city", text_format=City) as stream:
        done = [event async for event in stream if isinstance(event, ResponseTextDoneEvent)]
        response = await stream.get_final_response()
        parsed = await stream.get_parsed()
    assert isinstance(parsed.parsed, City)
    assert done[0].parsed == response.output_parsed == parsed.parsed


async def test_arguments_that_do_not_validate_are_an_error_at_the_end(client: AsyncClient) -> None:
    class get_weather(BaseModel):
        town: str

    shown = {"type": "object", "properties": {"city": {"type": "string"}}}
    stream = client.responses.stream(
        model=MODEL,
        input=WEATHER,
        tools=[get_weather],
        extra_body={"tools": [{"type": "function", "name": "get_weather", "parameters": shown}]},
    )
    async with stream:
        with pytest.raises(ToolArgumentError, match="town"):
            await stream.until_done()
        with pytest.raises(ToolArgumentError, match="town"):
            await stream.get_final_response()
        assert stream.snapshot is not None
        assert len(stream.snapshot.function_calls) == 2


@pytest.mark.parametrize("spec", ["cut=8", "end=8", "cut=8, reset", "no-finish", "end=8, response-style=litellm"])
async def test_a_stream_that_was_cut_is_an_error_with_what_had_come(client: AsyncClient, spec: str) -> None:
    stream = await client.responses.create(model=MODEL, input=HELLO, stream=True, extra_headers=behaving(spec))
    with pytest.raises(StreamInterrupted) as caught:
        async for _ in stream:
            pass
    assert isinstance(caught.value.partial, ModelResponse)
    assert SAID.startswith(caught.value.partial.text)
    assert caught.value.partial.text
    assert caught.value.request_id == stream.meta.request_id
    assert caught.value.transient
    assert IDLE in repr(client)


@pytest.mark.parametrize("kind", ["string", "object", "object-error", "event"])
@pytest.mark.parametrize("style", ["", "response-style=litellm, "])
async def test_an_error_inside_a_stream_is_told(client: AsyncClient, kind: str, style: str) -> None:
    spec = f"{style}stream-error={kind}, message=no luck"
    with pytest.raises(StreamAPIError, match="no luck") as caught:
        async with client.responses.stream(model=MODEL, input=HELLO, extra_headers=behaving(spec)) as stream:
            await stream.until_done()
    assert caught.value.partial is not None
    assert caught.value.partial.text
    assert IDLE in repr(client)


async def test_a_response_that_failed_is_an_error_behind_its_event(client: AsyncClient) -> None:
    events: list[ResponseStreamEvent] = []
    spec = behaving("ending=failed, message=no luck")
    async with client.responses.stream(model=MODEL, input=HELLO, extra_headers=spec) as stream:
        with pytest.raises(StreamAPIError, match="The response failed: no luck"):
            await collect(stream, events)
    assert events[-1].type == "response.failed"


async def test_an_answer_that_was_cut_is_a_response(client: AsyncClient) -> None:
    async with client.responses.stream(model=MODEL, input=HELLO, max_output_tokens=2) as stream:
        response = await stream.get_final_response()
    assert (response.status, response.output_text) == ("incomplete", "hello to")


async def test_leaving_early_gives_the_connection_back(client: AsyncClient) -> None:
    async with client.responses.stream(model=MODEL, input=HELLO, extra_headers=behaving("stall=7")) as stream:
        async for event in stream:
            if isinstance(event, ResponseTextDeltaEvent):
                break
    assert IDLE in repr(client)
    assert stream.snapshot is not None
    assert stream.snapshot.text
    with pytest.raises(StreamInterrupted, match="left before its end"):
        await stream.get_final_response()


async def test_silence_is_bounded_and_keeps_what_had_come(emu: Emulator, bounded: TransportName) -> None:
    stalled = behaving("stall=7")
    for limit in growing(0.05):
        async with AsyncClient(
            api_key=emu.api_key, endpoints=emu.endpoints, timeout=Timeout(idle=limit), transport=bounded
        ) as client:
            stream = await client.responses.create(model=MODEL, input=HELLO, stream=True, extra_headers=stalled)
            with pytest.raises(APITimeoutError) as caught:
                async for _ in stream:
                    pass
        partial = caught.value.partial
        if partial is not None and partial.text:
            return


async def test_a_stream_is_tried_again_until_its_headers(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["status=503", ""])
    async with client.responses.stream(model=MODEL, input=HELLO) as stream:
        assert (await stream.get_final_response()).output_text == SAID
    assert stream.meta.attempts == 2


async def test_a_stream_has_to_be_entered_once(client: AsyncClient) -> None:
    stream = client.responses.stream(model=MODEL, input=HELLO)
    with pytest.raises(ConfigurationError, match="Enter the stream first"):
        await stream.until_done()
    async with stream:
        with pytest.raises(ConfigurationError, match="entered once"):
            await stream.__aenter__()


@pytest.mark.parametrize("begun", [0, 7])
async def test_an_object_is_watched_while_it_grows(client: AsyncClient, begun: int) -> None:
    text = '{"name": "Saint-Germain-en-Laye", "people": 44753}'
    async with client.responses.stream(
        model=MODEL, input="A city", text_format=City, extra_body={"emulator": {"text": text}}
    ) as stream:
        for _ in range(begun):
            await anext(stream)
        partials = stream.partials()
        grown = [(partial, partials.missing) async for partial in partials]
        parsed = await stream.get_parsed()
    names = [partial.name for partial, _ in grown if partial.name]
    assert len(names) > 2
    assert all("Saint-Germain-en-Laye".startswith(name) for name in names)
    assert all("people" in missing for _, missing in grown[:3])
    assert grown[-1] == (parsed.parsed, ())
    assert parsed.parsed == City(name="Saint-Germain-en-Laye", people=44753)


async def test_an_object_that_is_cut_is_told_as_far_as_it_came(client: AsyncClient) -> None:
    plan = {"text": '{"name": "Saint-Germain-en-Laye", "peo', "finish-reason": "length"}
    async with client.responses.stream(
        model=MODEL, input="A city", text_format=City, extra_body={"emulator": plan}
    ) as stream:
        partials = stream.partials()
        grown = [partial.name async for partial in partials]
    assert grown[-1] == "Saint-Germain-en-Laye"
    assert partials.missing == ("people",)


async def test_only_what_has_a_type_can_be_watched(client: AsyncClient) -> None:
    async with client.responses.stream(model=MODEL, input="Say hello") as stream:
        with pytest.raises(ConfigurationError, match="text_format="):
            stream.partials()
