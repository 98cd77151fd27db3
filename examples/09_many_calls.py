"""Many calls at once: a task group, a limit on calls in flight, and deadlines."""

import anyio

from baseten_sdk import APIError, AsyncClient, Limits, user

CITIES = ["Paris", "Oslo", "Rome", "Lisbon", "Vienna", "Athens", "Dublin", "Prague"]


async def main() -> None:
    answers: dict[str, str] = {}
    async with AsyncClient(limits=Limits(concurrency=4), max_retries=4) as client:

        async def ask(city: str) -> None:
            try:
                completion = await client.chat.completions.create(
                    model="openai/gpt-oss-120b",
                    messages=[user(f"What is {city} known for?")],
                    max_tokens=256,
                    deadline=60,
                )
            except APIError as error:
                answers[city] = f"failed: {error}"
            else:
                answers[city] = completion.text

        with anyio.move_on_after(300):
            async with anyio.create_task_group() as tasks:
                for city in CITIES:
                    tasks.start_soon(ask, city)
    for city, answer in answers.items():
        print(f"{city}: {answer}")


if __name__ == "__main__":
    anyio.run(main)
