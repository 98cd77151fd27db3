"""What the checkers make of tools and of runs with them. Nothing here is run."""

from __future__ import annotations

from typing import Annotated, Literal, Never, assert_type

from pydantic import BaseModel, Field

from baseten_sdk import (
    AsyncClient,
    AsyncToolRun,
    ChatCompletion,
    Client,
    Finished,
    Message,
    Parsed,
    ParsedToolCall,
    TextDelta,
    Tool,
    ToolResult,
    ToolRun,
    Usage,
    tool,
)

MODEL = "openai/gpt-oss-120b"


@tool
def get_weather(city: Annotated[str, "Name of the city"], unit: Literal["C", "F"] = "C") -> float:
    """The weather in a city."""
    return float(len(city + unit))


@tool(name="find", strict=True)
async def search(query: str, most: Annotated[int, Field(ge=1)] = 5) -> list[str]:
    """Search."""
    return [query] * most


def plain(x: int) -> int:
    return x


class Book(BaseModel):
    """Book a table."""

    people: int


async def a_tool_keeps_the_functions_signature() -> None:
    assert_type(get_weather("Oslo", unit="F"), float)
    assert_type(await search("x", most=2), list[str])
    assert_type(get_weather.name, str)
    assert_type(get_weather.is_async, bool)
    assert_type(get_weather.arguments, type[BaseModel])
    made: Tool[[int], int] = tool(plain)
    assert_type(made(3), int)


async def a_run_takes_every_kind_of_tool(client: AsyncClient) -> None:
    hosted = {"type": "baseten__exa__web_search_exa"}
    raw = {"type": "function", "function": {"name": "raw", "parameters": {"type": "object"}}}
    run = client.chat.completions.run_tools(
        model=MODEL,
        messages=[{"role": "user", "content": "Hi"}],
        tools=[get_weather, search, plain, Book, hosted, raw],
        max_turns=3,
        on_tool_error="raise",
        temperature=0.2,
        tool_choice={"type": "function", "function": {"name": "raw"}},
    )
    assert_type(run, AsyncToolRun)
    async for event in run:
        match event:
            case TextDelta(text):
                assert_type(text, str)
            case ToolResult(tool_call, content, error):
                assert_type(tool_call, ParsedToolCall)
                assert_type(content, str)
                assert_type(error, Exception | None)
            case Finished():
                assert_type(event.completion, ChatCompletion)
            case _:
                pass
    assert_type(await run.until_done(), ChatCompletion)
    assert_type(run.messages, list[Message])
    assert_type(run.completions, list[ChatCompletion])
    assert_type(run.usage, Usage)
    await client.chat.completions.create(model=MODEL, messages=run.messages)


def tools_go_with_every_call(client: Client) -> None:
    completions = client.chat.completions
    ask = [{"role": "user", "content": "Hi"}]
    assert_type(completions.create(model=MODEL, messages=ask, tools=[get_weather, Book]), ChatCompletion)
    completions.parse(model=MODEL, messages=ask, response_format=Book, tools=[search])
    assert_type(completions.parse(model=MODEL, messages=ask, tools=[Book]), Parsed[Never])
    completions.stream(model=MODEL, messages=ask, tools=[plain], tool_choice="required", parallel_tool_calls=False)
    assert_type(completions.run_tools(model=MODEL, messages=ask, tools=[get_weather]).until_done(), ChatCompletion)
    assert_type(completions.run_tools(model=MODEL, messages=ask, tools=[get_weather]), ToolRun)


def what_is_wrong_is_found(client: Client) -> None:
    ask = [{"role": "user", "content": "Hi"}]
    get_weather(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    get_weather("Oslo", unit="K")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    get_weather()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    tool(3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    client.chat.completions.run_tools(model=MODEL, messages=ask, tools=[3])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    client.chat.completions.run_tools(model=MODEL, messages=ask)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.chat.completions.run_tools(model=MODEL, messages=ask, tools=[plain], on_tool_error="ignore")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
