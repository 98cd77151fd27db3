"""Errors: typed classes with advice, the request ID and the attempts; and retries."""

import anyio

from baseten_sdk import (
    APIConnectionError,
    APIStatusError,
    AsyncClient,
    Retry,
    RetryEvent,
    user,
)


def report(event: RetryEvent) -> None:
    print(f"attempt {event.attempt}: {event.reason}, next in {event.wait:.2f} s")


async def main() -> None:
    # The header asks the emulator for trouble; Baseten ignores it.
    trouble = {"x-emulator": "status=529, fail=5"}
    async with AsyncClient(
        retry=Retry(max_retries=2, initial=0.05), hooks=[report]
    ) as client:
        try:
            completion = await client.chat.completions.create(
                model="openai/gpt-oss-120b",
                messages=[user("Hello")],
                timeout=30,
                extra_headers=trouble,
            )
        except APIStatusError as error:
            print(type(error).__name__, error.status_code, error.message, error.advice)
            print(f"request {error.request_id}, {error.attempts} attempts")
            print(f"from the service: code {error.code}, body {error.body}")
        except APIConnectionError as error:
            print(f"no answer: {error}")
        else:
            print(completion.text)


if __name__ == "__main__":
    anyio.run(main)
