"""`run_tools`: the loop over a socket and over scripted replies, and that whatever happens leaves a transcript."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from contextvars import ContextVar

import anyio
import anyio.lowlevel
import pytest
from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    AsyncToolRun,
    DeadlineExceeded,
    Finished,
    InternalServerError,
    InvalidRequestError,
    MaxTurnsError,
    MessageParam,
    OutputError,
    StreamInterrupted,
    TextDelta,
    ToolArgumentError,
    ToolCallDone,
    ToolLike,
    ToolResult,
    tool,
)
from baseten_sdk._core.chat.tool_loop import STOPPED
from baseten_sdk.emulator import Emulator
from baseten_sdk.types.params import Message
from tests._async.scripted import AsyncScript, talking_to
from tests.asking import IDLE, MODEL, behaving, fields, wait_for_good
from tests.patience import growing

# unasync: remove
pytestmark = pytest.mark.anyio
# unasync: end

WEATHER: list[MessageParam] = [{"role": "user", "content": "The weather in Paris and in Rome?"}]
ASK: list[MessageParam] = [{"role": "user", "content": "Go on."}]


@tool
def get_weather(city: str) -> dict[str, str]:
    """The weather in a city."""
    return {"city": city, "sky": "grey"}


@tool(name="get_weather")
async def find_weather(city: str) -> dict[str, str]:
    """The weather in a city."""
    return {"city": city, "sky": "grey"}


async def collected(run: AsyncIterable[object]) -> tuple[list[object], Exception | None]:
    """The events of a run, and how it failed if it did."""
    told: list[object] = []
    try:
        async for event in run:
            told.append(event)  # noqa: PERF401  # what came before an error is kept
    except Exception as error:
        return told, error
    return told, None


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("function", [get_weather, find_weather], ids=["plain", "async"])
async def test_calls_are_run_and_answered_until_the_model_is_done(
    client: AsyncClient, emu: Emulator, stream: bool, function: ToolLike
) -> None:
    run = client.chat.completions.run_tools(model=MODEL, messages=WEATHER, tools=[function], stream=stream)
    completion = await run.until_done()
    assert completion.text == 'The tool says: {"city":"Rome","sky":"grey"}'
    assert run.completions[-1] is completion
    assert len(run.completions) == len(emu.requests) == 2
    asked, called, *results, said = run.messages
    assert asked is WEATHER[0]
    assert [dict(each)["content"] for each in results if isinstance(each, Mapping)] == [
        '{"city":"Paris","sky":"grey"}',
        '{"city":"Rome","sky":"grey"}',
    ]
    assert said is completion.message
    sent = fields(emu.requests[1])["messages"]
    assert isinstance(sent, list)
    assert [each["role"] for each in sent] == ["user", "assistant", "tool", "tool"]
    assert [each["tool_call_id"] for each in sent[2:]] == [each["id"] for each in sent[1]["tool_calls"]]
    assert called is run.completions[0].message
    assert run.usage.total_tokens == sum(each.usage.total_tokens for each in run.completions if each.usage)
    assert len(WEATHER) == 1
    assert IDLE in repr(client)


async def test_the_events_are_the_turns_and_the_results(client: AsyncClient) -> None:
    run = client.chat.completions.run_tools(model=MODEL, messages=WEATHER, tools=[get_weather])
    kinds = [type(event) async for event in run]
    assert kinds == [Finished, ToolResult, ToolResult, Finished]
    run = client.chat.completions.run_tools(model=MODEL, messages=WEATHER, tools=[get_weather], stream=True)
    events = [event async for event in run]
    kept = [type(event) for event in events if isinstance(event, Finished | ToolResult | ToolCallDone)]
    assert kept == [ToolCallDone, ToolCallDone, Finished, ToolResult, ToolResult, Finished]
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert text == run.completions[-1].text


async def test_the_engine_inside_a_deployment_runs_tools_too(client: AsyncClient, emu: Emulator) -> None:
    completions = client.deployments("abcd1234").chat.completions
    run = completions.run_tools(model="served", messages=WEATHER, tools=[get_weather], temperature=0.1)
    assert (await run.until_done()).text.startswith("The tool says")
    assert {request.path for request in emu.requests} == {
        "/model/abcd1234/environments/production/sync/v1/chat/completions"
    }
    assert [fields(request)["temperature"] for request in emu.requests] == [0.1, 0.1]


async def test_a_turn_that_fails_leaves_the_transcript(client: AsyncClient, emu: Emulator) -> None:
    emu.script([None, "status=500"])
    run = client.chat.completions.run_tools(model=MODEL, messages=WEATHER, tools=[get_weather], max_retries=0)
    with pytest.raises(InternalServerError):
        await run.until_done()
    assert len(run.messages) == 4
    assert len(run.completions) == 1
    assert run.usage == run.completions[0].usage
    with pytest.raises(InternalServerError):
        await run.until_done()
    assert len(emu.requests) == 2
    assert IDLE in repr(client)


async def test_a_turn_that_is_cut_leaves_the_transcript(client: AsyncClient, emu: Emulator) -> None:
    emu.script([None, "cut=3"])
    run = client.chat.completions.run_tools(model=MODEL, messages=WEATHER, tools=[get_weather], stream=True)
    with pytest.raises(StreamInterrupted) as caught:
        await run.until_done()
    assert caught.value.partial is not None
    assert len(run.messages) == 4
    assert IDLE in repr(client)


async def test_leaving_a_run_gives_everything_back(client: AsyncClient, emu: Emulator) -> None:
    run = client.chat.completions.run_tools(
        model=MODEL, messages=WEATHER, tools=[get_weather], stream=True, extra_headers=behaving("stall=4")
    )
    async with run:
        async for _ in run:
            break
        assert IDLE not in repr(client)
    assert IDLE in repr(client)
    with pytest.raises(StreamInterrupted, match="left before its end"):
        await run.until_done()
    assert len(emu.requests) == 1


async def test_a_run_that_never_began_sends_nothing(client: AsyncClient, emu: Emulator) -> None:
    async with client.chat.completions.run_tools(model=MODEL, messages=WEATHER, tools=[get_weather]) as run:
        assert run.messages == WEATHER
        assert run.usage.total_tokens == 0
    assert not emu.requests


async def test_turns_must_be_allowed(client: AsyncClient) -> None:
    with pytest.raises(InvalidRequestError, match="max_turns"):
        client.chat.completions.run_tools(model=MODEL, messages=WEATHER, tools=[get_weather], max_turns=0)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_model_that_never_stops_calling_is_stopped(client: AsyncClient, stream: bool) -> None:
    run = client.chat.completions.run_tools(
        model=MODEL,
        messages=WEATHER,
        tools=[get_weather],
        max_turns=2,
        stream=stream,
        extra_headers=behaving("tool-call"),
    )
    told, error = await collected(run)
    assert isinstance(error, MaxTurnsError)
    assert isinstance(told[-1], Finished)
    assert error.completion is run.completions[-1]
    assert len(run.completions) == 2
    with pytest.raises(MaxTurnsError):
        await run.until_done()


def run_of(client: AsyncClient, *tools: ToolLike, messages: list[MessageParam] = ASK) -> AsyncToolRun:
    return client.chat.completions.run_tools(model="org/m", messages=messages, tools=tools)


def raising_run_of(client: AsyncClient, *tools: ToolLike) -> AsyncToolRun:
    return client.chat.completions.run_tools(model="org/m", messages=ASK, tools=tools, on_tool_error="raise")


def contents(messages: list[Message]) -> list[object]:
    """What the model was told."""
    return [each.get("content") for each in messages if isinstance(each, Mapping) and each.get("role") == "tool"]


def divide(a: int, b: int) -> float:
    return a / b


ODD_CALLS = [("divide", '{"a": 1, "b": 0}'), ("nobody", "{}"), ("divide", '{"a": 1'), ("divide", '{"a": 4, "b": 2}')]


@pytest.mark.parametrize("stream", [False, True])
async def test_what_goes_wrong_is_told_to_the_model(stream: bool) -> None:
    script = AsyncScript(ODD_CALLS, "sorry")
    async with talking_to(script) as client:
        run = client.chat.completions.run_tools(model="org/m", messages=ASK, tools=[divide], stream=stream)
        results = [event async for event in run if isinstance(event, ToolResult)]
    assert run.completions[-1].text == "sorry"
    told = [each["content"] for each in script.asked[1] if each["role"] == "tool"]
    assert told == [each.content for each in results] == contents(run.messages)
    assert told[0] == "Error: ZeroDivisionError: division by zero"
    assert "There is no tool 'nobody'; there are: divide." in told[1]
    assert "Invalid JSON" in told[2]
    assert told[3] == "2.0"
    assert [type(each.error) for each in results] == [ZeroDivisionError, OutputError, ToolArgumentError, type(None)]
    assert [each.tool_call.id for each in results] == ["c10", "c11", "c12", "c13"]


async def test_what_goes_wrong_is_raised_where_that_was_asked_for_after_the_results() -> None:
    async with talking_to(AsyncScript(ODD_CALLS)) as client:
        run = raising_run_of(client, divide)
        told, error = await collected(run)
        assert isinstance(error, ZeroDivisionError)
        assert [type(event) for event in told] == [Finished, *[ToolResult] * 4]
        assert len(contents(run.messages)) == 4
        with pytest.raises(ZeroDivisionError):
            await run.until_done()


async def test_an_unknown_tool_raised_is_an_error_of_this_package() -> None:
    async with talking_to(AsyncScript([("nobody", "{}")])) as client:
        with pytest.raises(OutputError, match="no tool 'nobody'"):
            await raising_run_of(client, divide).until_done()


async def test_bad_arguments_raised_keep_their_text() -> None:
    async with talking_to(AsyncScript([("divide", '{"a": 1')])) as client:
        with pytest.raises(ToolArgumentError) as caught:
            await raising_run_of(client, divide).until_done()
    assert caught.value.arguments == '{"a": 1'


class Question(BaseModel):
    text: str


async def test_a_call_for_the_caller_ends_the_run_and_can_be_answered() -> None:
    script = AsyncScript([("Question", '{"text": "Why?"}')], "I see.")
    async with talking_to(script) as client:
        run = run_of(client, divide, Question)
        completion = await run.until_done()
        (call,) = completion.message.tool_calls
        answer: MessageParam = {"role": "tool", "tool_call_id": call.id, "content": "Because."}
        again = client.chat.completions.run_tools(model="org/m", messages=[*run.messages, answer], tools=[divide])
        assert (await again.until_done()).text == "I see."
    assert [each["role"] for each in script.asked[1]] == ["user", "assistant", "tool"]


async def test_plain_functions_run_side_by_side_in_worker_threads() -> None:
    both = threading.Barrier(2, timeout=60)
    threads: list[int] = []

    def meet(name: str) -> str:
        threads.append(threading.get_ident())
        both.wait()
        return name

    async with talking_to(AsyncScript([("meet", '{"name": "a"}'), ("meet", '{"name": "b"}')], "done")) as client:
        run = run_of(client, meet)
        await run.until_done()
    assert contents(run.messages) == ["a", "b"]
    assert len(set(threads)) == 2
    assert threading.get_ident() not in threads


async def test_a_failure_does_not_cost_the_work_of_the_others() -> None:
    failed = threading.Event()

    def fail() -> None:
        failed.set()
        raise ValueError("no")

    def work() -> str:
        assert failed.wait(60)
        return "worked"

    async with talking_to(AsyncScript([("fail", "{}"), ("work", "{}")], "done")) as client:
        run = run_of(client, fail, work)
        await run.until_done()
    assert contents(run.messages) == ["Error: ValueError: no", "worked"]


caller: ContextVar[str] = ContextVar("caller")


async def test_functions_see_the_callers_context() -> None:
    async def who() -> str:
        return caller.get()

    def who_else() -> str:
        return caller.get()

    caller.set("me")
    async with talking_to(AsyncScript([("who", "{}"), ("who_else", "{}")], "done")) as client:
        run = run_of(client, who, who_else)
        await run.until_done()
    assert contents(run.messages) == ["me", "me"]


async def test_iterating_in_turns_goes_on_where_it_stopped() -> None:
    async with talking_to(AsyncScript([("divide", '{"a": 4, "b": 2}')], "two")) as client:
        run = run_of(client, divide)
        assert isinstance(await anext(run), Finished)
        assert isinstance(await anext(run), ToolResult)
        assert (await run.until_done()).text == "two"
        assert [event async for event in run] == []


class Patience:
    """A tool that waits for good, until the test is over."""

    def __init__(self) -> None:
        self._over = threading.Event()

    def __enter__(self) -> Callable[[], str]:
        def wait() -> str:
            """Wait."""
            self._over.wait()
            return "late"

        return wait

    def __exit__(self, *_: object) -> None:
        self._over.set()


@pytest.mark.parametrize("stream", [False, True])
async def test_the_deadline_bounds_the_run_with_its_tools(stream: bool) -> None:
    for limit in growing(0.3):
        script = AsyncScript([("wait", "{}"), ("wait_for_good", "{}"), ("divide", '{"a": 4, "b": 2}')])
        with Patience() as wait:
            async with talking_to(script) as client:
                run = client.chat.completions.run_tools(
                    model="org/m", messages=ASK, tools=[wait, wait_for_good, divide], stream=stream, deadline=limit
                )
                told, error = await collected(run)
                assert isinstance(error, DeadlineExceeded)
                with pytest.raises(DeadlineExceeded):
                    await run.until_done()
        assert error.limit == limit
        if error.phase == "tool":
            assert [type(event) for event in told[-3:]] == [ToolResult] * 3
            first, second, third = contents(run.messages)
            assert str(first).startswith(
                f"Error: DeadlineExceeded: The deadline of {limit:g} s for the whole run passed while wait ran"
            )
            assert "while wait_for_good ran" in str(second)
            assert third == "2.0"
            return


async def test_a_turn_has_what_the_deadline_has_left(client: AsyncClient) -> None:
    run = client.chat.completions.run_tools(
        model=MODEL, messages=WEATHER, tools=[get_weather], deadline=0.3, extra_headers=behaving("stall=0")
    )
    with pytest.raises(DeadlineExceeded) as caught:
        await run.until_done()
    assert caught.value.__notes__ == ["The deadline of the whole run is 0.3 s."]


async def test_a_tool_may_take_its_time_and_no_longer() -> None:
    script = AsyncScript([("wait", "{}"), ("wait_for_good", "{}"), ("divide", '{"a": 4, "b": 2}')], "sorry")
    with Patience() as wait:
        async with talking_to(script) as client:
            run = run_of(client, tool(timeout=0.1)(wait), tool(timeout=0.2)(wait_for_good), divide)
            assert (await run.until_done()).text == "sorry"
    assert contents(run.messages) == [
        "Error: TimeoutError: wait did not end within 0.1 s",
        "Error: TimeoutError: wait_for_good did not end within 0.2 s",
        "2.0",
    ]


async def test_a_run_that_is_left_before_its_tools_can_be_sent_again() -> None:
    script = AsyncScript([("divide", '{"a": 4, "b": 2}')], "two")
    async with talking_to(script) as client:
        async with run_of(client, divide) as run:
            async for _ in run:
                break
        assert contents(run.messages) == [STOPPED]
        again = client.chat.completions.run_tools(model="org/m", messages=run.messages, tools=[divide])
        assert (await again.until_done()).text == "two"
    assert [each["role"] for each in script.asked[1]] == ["user", "assistant", "tool"]


BROKEN = ['{"a": 4, "b"', "{'a': 4, 'b': 2}", '{"a": 4, "b": 2} done', '{"a": "\n"}', "[4, 2]", '"4/2"', '{"a": NaN}']


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("arguments", BROKEN)
async def test_broken_arguments_go_back_as_json(arguments: str, stream: bool) -> None:
    script = AsyncScript([("divide", arguments)], "sorry")
    async with talking_to(script) as client:
        run = client.chat.completions.run_tools(model="org/m", messages=ASK, tools=[divide], stream=stream)
        assert (await run.until_done()).text == "sorry"
    (call,) = json.loads(json.dumps(script.asked[1][1]["tool_calls"]))
    assert json.loads(call["function"]["arguments"]) == {"raw_arguments": arguments}
    assert str(contents(run.messages)[0]).startswith("Error: ToolArgumentError: ")


# unasync: remove
async def test_what_a_plain_function_leaves_to_be_awaited_is_awaited() -> None:
    async def later() -> str:
        await anyio.lowlevel.checkpoint()
        return "later"

    def start() -> Awaitable[str]:
        return later()

    class Callable_:
        async def __call__(self) -> str:
            return await later()

    functions: list[Callable[..., object]] = [start, Callable_()]
    async with talking_to(AsyncScript([("start", "{}"), ("Callable_", "{}")], "done")) as client:
        run = run_of(client, *functions)
        await run.until_done()
    assert contents(run.messages) == ["later", "later"]


async def test_async_functions_run_side_by_side() -> None:
    first, second = anyio.Event(), anyio.Event()

    async def one() -> str:
        first.set()
        with anyio.fail_after(60):
            await second.wait()
        return "one"

    async def two() -> str:
        second.set()
        with anyio.fail_after(60):
            await first.wait()
        return "two"

    async with talking_to(AsyncScript([("one", "{}"), ("two", "{}")], "done")) as client:
        run = run_of(client, one, two)
        await run.until_done()
    assert contents(run.messages) == ["one", "two"]


async def test_cancelling_while_functions_run_cancels_them_and_leaves_the_transcript() -> None:
    cancelled: list[str] = []
    scope = anyio.CancelScope()

    async def wait() -> None:
        try:
            scope.cancel()
            await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class():
            cancelled.append("wait")
            raise

    async with talking_to(AsyncScript([("wait", "{}")])) as client:
        run = run_of(client, wait)
        with scope:
            await run.until_done()
        assert scope.cancelled_caught
        with pytest.raises(StreamInterrupted):
            await run.until_done()
    assert cancelled == ["wait"]
    assert run.messages[:-1] == [*ASK, run.completions[0].message]
    assert contents(run.messages) == [STOPPED]


async def test_cancelling_a_streamed_turn_gives_everything_back(client: AsyncClient) -> None:
    run = client.chat.completions.run_tools(
        model=MODEL, messages=WEATHER, tools=[get_weather], stream=True, extra_headers=behaving("stall=3")
    )
    with anyio.CancelScope() as scope:
        async for _ in run:
            scope.cancel()
    assert scope.cancelled_caught
    assert IDLE in repr(client)


# unasync: end


@pytest.mark.parametrize("stream", [False, True])
async def test_the_turns_of_a_run_are_a_session_of_their_own(client: AsyncClient, emu: Emulator, stream: bool) -> None:
    for _ in range(2):
        run = client.chat.completions.run_tools(model=MODEL, messages=WEATHER, tools=[get_weather], stream=stream)
        await run.until_done()
    first, second, third, fourth = (request.headers["x-session-affinity"] for request in emu.requests)
    assert first == second != third == fourth


async def test_a_session_that_is_given_stays(client: AsyncClient, emu: Emulator) -> None:
    own = client.with_options(session="mine")
    await own.chat.completions.run_tools(model=MODEL, messages=WEATHER, tools=[get_weather]).until_done()
    run = client.chat.completions.run_tools(model=MODEL, messages=WEATHER, tools=[get_weather], session="run-1")
    await run.until_done()
    sessions = [request.headers["x-session-affinity"] for request in emu.requests]
    assert sessions == ["mine", "mine", "run-1", "run-1"]


async def test_a_run_is_priced_as_a_whole(client: AsyncClient) -> None:
    prices = await client.models.prices()
    run = client.chat.completions.run_tools(model=MODEL, messages=WEATHER, tools=[get_weather])
    await run.until_done()
    cost = prices.cost(run)
    each = prices[MODEL]
    assert cost is not None
    assert each.prompt is not None
    assert each.completion is not None
    assert cost.prompt == run.usage.prompt_tokens * each.prompt > 0
    assert cost.completion == run.usage.completion_tokens * each.completion > 0
