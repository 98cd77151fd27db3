"""Errors: a class for each kind, with what to do, the request id and the attempts; and retries as they happen."""

import anyio

from baseten_sdk import APIConnectionError, APIStatusError, AsyncClient, Retry, RetryEvent, user


def told(event: RetryEvent) -> None:
    print(f"attempt {event.attempt} failed ({event.reason}), the next in {event.wait:.2f} s")


async def main() -> None:
    # The header asks the emulator for trouble; Baseten passes over it.
    trouble = {"x-emulator": "status=529, fail=5"}
    async with AsyncClient(retry=Retry(max_retries=2, initial=0.05), hooks=[told]) as client:
        try:
            completion = await client.chat.completions.create(
                model="openai/gpt-oss-120b", messages=[user("Hello")], timeout=30, extra_headers=trouble
            )
        except APIStatusError as error:
            print(f"{type(error).__name__}, {error.status_code}: {error.message} {error.advice}")
            print(f"request {error.request_id}, {error.attempts} attempts in {error.elapsed or 0:.2f} s")
            print(f"told by the service: code {error.code}, body {error.body}")
        except APIConnectionError as error:
            print(f"no answer: {error}")
        else:
            print(completion.text)


if __name__ == "__main__":
    anyio.run(main)
