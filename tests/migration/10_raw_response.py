"""The headers of a reply, and what it is parsed into."""

import asyncio

from openai import AsyncOpenAI, OpenAI

with OpenAI() as client:
    raw = client.chat.completions.with_raw_response.create(
        model="openai/gpt-oss-120b",
        messages=[{"role": "user", "content": "Say hello"}],
        extra_headers={"x-emulator": "ratelimit=42"},
    )
    print(raw.status_code, raw.headers["content-type"], raw.headers.get("X-RateLimit-Remaining-Requests"))
    completion = raw.parse()
    print(completion.choices[0].message.content)
    print(len(raw.content) > 100, "hello" in raw.text)


async def main() -> None:
    async with AsyncOpenAI() as client:
        raw = await client.chat.completions.with_raw_response.create(
            model="openai/gpt-oss-120b", messages=[{"role": "user", "content": "Say hello"}]
        )
        print(raw.headers.get("content-type"), raw.parse().choices[0].message.content)


asyncio.run(main())
