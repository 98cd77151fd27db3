"""`responses.run_tools`: the loop of chat, with items."""

from __future__ import annotations

import pytest

from baseten_sdk import (
    AsyncClient,
    DeadlineExceeded,
    InvalidRequestError,
    MaxTurnsError,
    ResponseCompletedEvent,
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseFunctionToolCall,
    ResponseStreamEvent,
    StreamInterrupted,
    Target,
    ToolResult,
    tool,
)
from baseten_sdk.emulator import Emulator
from tests.asking import IDLE, MODEL, behaving, fields, wait_for_good
from tests.patience import growing

pytestmark = pytest.mark.anyio

WEATHER = "The weather in Paris and in Rome?"


@tool
def get_weather(city: str) -> dict[str, str]:
    """The weather in a city."""
    if city == "Rome":
        raise LookupError("no station")
    return {"sky": "grey"}


@pytest.mark.parametrize("stream", [False, True])
async def test_calls_are_run_and_answered_until_the_model_is_done(
    client: AsyncClient, emu: Emulator, stream: bool
) -> None:
    run = client.responses.run_tools(model=MODEL, input=WEATHER, tools=[get_weather], stream=stream, instructions="Hm.")
    events = [event async for event in run]
    response = await run.until_done()
    assert [event.content for event in events if isinstance(event, ToolResult)] == [
        '{"sky":"grey"}',
        "Error: LookupError: no station",
    ]
    assert sum(isinstance(event, ResponseCompletedEvent) for event in events) == len(run.replies) == 2
    assert response.output_text == "The tool says: Error: LookupError: no station"
    assert [len(emu.requests), fields(emu.requests[1])["instructions"]] == [2, "Hm."]
    first, *calls, said = run.messages[:1] + run.messages[1:-1:2] + run.messages[-1:]
    assert first == {"role": "user", "content": WEATHER}
    items = fields(emu.requests[1])["input"]
    assert isinstance(items, list)
    assert [item.get("type") for item in items] == [None, *["function_call"] * 2, *["function_call_output"] * 2]
    assert [item["call_id"] for item in items[1:3]] == [item["call_id"] for item in items[3:]]
    assert calls
    assert said
    assert run.usage.total_tokens == sum(reply.usage.total_tokens for reply in run.replies if reply.usage)
    await client.responses.create(model=MODEL, input=run.messages)
    assert len({request.headers["x-session-affinity"] for request in emu.requests[:2]}) == 1
    assert IDLE in repr(client)


async def test_pictures_that_a_tool_returns_are_parts_of_its_output(client: AsyncClient, emu: Emulator) -> None:
    picture = {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="}

    def get_weather(city: str) -> list[dict[str, str]]:
        return [{"type": "input_text", "text": f"The sky over {city}"}, picture]

    run = client.responses.run_tools(model=MODEL, input="The weather in Paris?", tools=[get_weather])
    assert (await run.until_done()).status == "completed"
    items = fields(emu.requests[1])["input"]
    assert isinstance(items, list)
    assert items[-1]["output"] == [{"type": "input_text", "text": "The sky over Paris"}, picture]
    await client.responses.create(model=MODEL, input=run.messages)


async def test_a_pool_runs_tools_too(client: AsyncClient, emu: Emulator) -> None:
    pool = client.pool([Target("abcd1234", model="llama"), Target(model=MODEL)])
    response = await pool.responses.run_tools(input="The weather in Paris?", tools=[get_weather]).until_done()
    assert response.output_text == 'The tool says: {"sky":"grey"}'
    assert len({request.path for request in emu.requests}) == 1


async def test_thoughts_go_back_with_the_calls_they_led_to(client: AsyncClient, emu: Emulator) -> None:
    run = client.responses.run_tools(
        model=MODEL, input="The weather in Paris?", tools=[get_weather], reasoning={"effort": "low"}
    )
    await run.until_done()
    items = fields(emu.requests[1])["input"]
    assert isinstance(items, list)
    assert [item.get("type") for item in items] == [None, "reasoning", "function_call", "function_call_output"]


async def test_calls_that_were_announced_too_early_or_twice_are_run_once(client: AsyncClient) -> None:
    spec = behaving("early-done=cut, duplicate-calls, no-item-done")
    run = client.responses.run_tools(
        model=MODEL, input="The weather in Paris?", tools=[get_weather], stream=True, extra_headers=spec
    )
    events: list[ResponseStreamEvent | ToolResult] = [event async for event in run]
    assert sum(isinstance(event, ToolResult) for event in events) == 1
    assert sum(isinstance(event, ResponseFunctionCallArgumentsDoneEvent) for event in events) == 1


async def test_arguments_that_do_not_validate_go_back_to_the_model(client: AsyncClient) -> None:
    @tool(name="get_weather")
    def wants_a_number(city: int) -> str:
        """The weather."""
        return str(city)

    shown = {"type": "object", "properties": {"city": {"type": "string"}}}
    for stream in (False, True):
        run = client.responses.run_tools(
            model=MODEL,
            input="The weather in Paris?",
            tools=[wants_a_number],
            stream=stream,
            extra_body={"tools": [{"type": "function", "name": "get_weather", "parameters": shown}]},
        )
        assert "Error: ToolArgumentError" in (await run.until_done()).output_text


async def test_a_run_ends_at_its_last_turn_and_at_tools_of_the_caller(client: AsyncClient, emu: Emulator) -> None:
    run = client.responses.run_tools(
        model=MODEL, input=WEATHER, tools=[get_weather], max_turns=2, extra_headers=behaving("tool-call")
    )
    with pytest.raises(MaxTurnsError):
        await run.until_done()
    await client.responses.create(model=MODEL, input=run.messages)
    plain = {"type": "function", "name": "get_weather", "parameters": {"properties": {"city": {"type": "string"}}}}
    last = await client.responses.run_tools(model=MODEL, input="The weather in Paris?", tools=[plain]).until_done()
    assert isinstance(last.output[0], ResponseFunctionToolCall)
    with pytest.raises(InvalidRequestError, match="max_turns"):
        client.responses.run_tools(model=MODEL, input="x", tools=[get_weather], max_turns=0)
    with pytest.raises(InvalidRequestError, match="input must not be empty"):
        client.responses.run_tools(model=MODEL, input="", tools=[get_weather])
    with pytest.raises(InvalidRequestError, match="input must be a text"):
        client.responses.run_tools(model=MODEL, input=7, tools=[get_weather])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def test_a_run_that_is_cut_keeps_what_there_was(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["", "cut=4"])
    run = client.responses.run_tools(model=MODEL, input="The weather in Paris?", tools=[get_weather], stream=True)
    with pytest.raises(StreamInterrupted):
        await run.until_done()
    assert (len(run.replies), len(run.messages)) == (1, 3)
    assert IDLE in repr(client)


# unasync: remove
async def test_a_deadline_bounds_the_tools_too(client: AsyncClient) -> None:
    for limit in growing(0.3):
        run = client.responses.run_tools(
            model=MODEL, input="wait for good", tools=[tool(wait_for_good)], deadline=limit, tool_choice="required"
        )
        with pytest.raises(DeadlineExceeded):
            await run.until_done()
        if len(run.messages) == 3:
            return


# unasync: end
