"""Tools: the model calls your functions until it has an answer.

Its arguments are validated, and its calls run at the same time.
"""

from typing import Annotated

import anyio
from pydantic import Field

from baseten_sdk import AsyncClient, ToolResult, tool, user


@tool
async def get_weather(
    city: Annotated[str, Field(description="Name of the city")], days: int = 1
) -> dict[str, object]:
    """The temperatures in a city on the coming days."""
    await anyio.sleep(0.01)
    return {"city": city, "celsius": [20.5 + day for day in range(days)]}


async def main() -> None:
    async with AsyncClient() as client:
        run = client.chat.completions.run_tools(
            model="openai/gpt-oss-120b",
            messages=[
                user("Compare the weather in Paris and in Oslo for the next 3 days.")
            ],
            tools=[get_weather],
            max_turns=4,
        )
        async for event in run:
            if isinstance(event, ToolResult):
                call = event.tool_call
                print(f"{call.name}({call.arguments}) -> {event.content}")
        print(run.completions[-1].text)
        print(len(run.completions), "turns,", run.usage.total_tokens, "tokens")


if __name__ == "__main__":
    anyio.run(main)
