"""The older name of `parse`, asynchronously."""

import asyncio

from openai import AsyncOpenAI
from pydantic import BaseModel


class CalendarEvent(BaseModel):
    name: str
    date: str
    participants: list[str]


async def main() -> None:
    async with AsyncOpenAI() as client:
        completion = await client.beta.chat.completions.parse(
            model="openai/gpt-oss-120b",
            messages=[{"role": "user", "content": "Alice and Bob go to a fair on Friday."}],
            response_format=CalendarEvent,
        )
        event = completion.choices[0].message.parsed
        assert event is not None
        print(type(event).__name__, sorted(event.model_dump()))


asyncio.run(main())
