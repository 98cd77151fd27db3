"""The scenes about chat: they run against the emulator and against Baseten alike."""

from __future__ import annotations

import time
from typing import Annotated, Literal, TypedDict

from pydantic import BaseModel, Field

from baseten_sdk import ToolCallDelta, ToolCallDone, ToolCallStarted, ToolResult, tool, user

from .show import Show

QUESTION = [user("Explain in one sentence why the evening sky is red.")]
INVOICE = [
    user("Write an invoice as JSON: Example Ltd sells three chairs for 19.99 euros each and four lamps for 20.99 each.")
]
WEATHER = [user("Compare the weather in Paris and in Oslo for the next 3 days. Use the tool for each city.")]


class Item(BaseModel):
    """A line of an invoice."""

    product: Literal["chair", "lamp", "table"]
    quantity: int
    unit_price: float


class Invoice(BaseModel):
    """An invoice."""

    vendor: str
    currency: Literal["EUR", "USD"]
    items: list[Item]


class Weather(TypedDict):
    """What the weather will be like."""

    city: str
    celsius: list[float]


@tool
def get_weather(
    city: Annotated[str, "Name of the city"], days: Annotated[int, Field(ge=1, le=7, description="Days ahead")]
) -> Weather:
    """The temperatures in a city on the coming days."""
    return {"city": city, "celsius": [len(city) * 2.5 + day for day in range(days)]}


async def play(show: Show) -> None:
    """Play all of them, in order."""
    answer = await completion(show)
    await streamed(show, answer)
    await structured(show)
    await tool_call(show)
    await tool_run(show)


async def completion(show: Show) -> str:
    """One question, one answer; the text of the answer."""
    text = ""
    with show.stage.scene("A chat completion"):
        reply = await show.client.chat.completions.create(model=show.model, messages=QUESTION, max_tokens=1024)
        text = reply.text
        show.stage.say(text)
        show.account(reply.meta, reply.usage)
        show.stage.check(bool(text), "the model answers with text")
        show.stage.check(reply.usage is not None and reply.usage.completion_tokens > 0, "the reply counts its tokens")
    return text


async def streamed(show: Show, answer: str) -> None:
    """The same question, answered token by token."""
    with show.stage.scene("The same, streamed token by token"):
        started = time.perf_counter()
        first = 0.0
        pieces: list[str] = []
        async with await show.client.chat.completions.create(
            model=show.model, messages=QUESTION, max_tokens=1024, stream=True
        ) as chunks:
            async for chunk in chunks:
                if chunk.text:
                    first = first or time.perf_counter() - started
                    pieces.append(chunk.text)
                    show.stage.piece(chunk.text)
        text = "".join(pieces)
        show.stage.note(f"first text after {first:.2f} s, {len(pieces)} pieces, {len(text)} characters")
        show.stage.check(chunks.complete and len(pieces) > 1, "the stream comes in pieces, and comes to its end")
        show.stage.check(not show.repeatable or text == answer, "the pieces make the same answer as before")


async def structured(show: Show) -> None:
    """An answer that is an object."""
    with show.stage.scene("A structured output: the answer as a pydantic model"):
        reply = await show.client.chat.completions.parse(
            model=show.model, messages=INVOICE, response_format=Invoice, max_tokens=2048, output_retries=1
        )
        invoice = reply.parsed
        show.stage.say(f"{type(invoice).__name__} of {invoice.vendor}, in {invoice.currency}")
        for item in invoice.items:
            cost = item.quantity * item.unit_price
            show.stage.say(f"{item.quantity:4} x {item.product:8} {item.unit_price:10.2f} {cost:10.2f}")
        show.account(reply.meta, reply.usage)
        show.stage.check(bool(invoice.items), "the invoice has items")
        show.stage.check(Invoice.model_validate_json(reply.text) == invoice, "the object is what the text says")


async def tool_call(show: Show) -> None:
    """The model asks for a function, and its arguments are read as they come."""
    with show.stage.scene("A tool call, streamed, with its arguments validated"):
        called: list[str] = []
        async with show.client.chat.completions.stream(
            model=show.model, messages=WEATHER, tools=[get_weather], tool_choice="required", max_tokens=2048
        ) as events:
            async for event in events:
                match event:
                    case ToolCallStarted(name=name):
                        show.stage.piece(f"{name} ")
                    case ToolCallDelta(arguments=arguments):
                        show.stage.piece(arguments)
                    case ToolCallDone(tool_call=call):
                        called.append(call.name)
                        show.stage.say(f"  read as {call.parsed!r}")
                        show.stage.check(isinstance(call.parsed, get_weather.arguments), "the arguments are validated")
                    case _:
                        pass
        show.stage.check("get_weather" in called, "the model calls the tool")


async def tool_run(show: Show) -> None:
    """The model's calls are run and answered until it is done."""
    with show.stage.scene("run_tools: the calls are run, side by side, and answered"):
        run = show.client.chat.completions.run_tools(
            model=show.model, messages=WEATHER, tools=[get_weather], max_tokens=2048
        )
        results: list[ToolResult] = []
        async for event in run:
            if isinstance(event, ToolResult):
                results.append(event)
                show.stage.say(f"{event.tool_call.name}({event.tool_call.arguments}) -> {event.content}")
        final = run.completions[-1]
        show.stage.say(final.text)
        show.stage.note(f"{len(run.completions)} turns, {len(run.messages)} messages, {run.usage.total_tokens} tokens")
        show.stage.check(bool(results) and all(result.error is None for result in results), "the tools were run")
        show.stage.check(bool(final.text), "the model answers in the end")
