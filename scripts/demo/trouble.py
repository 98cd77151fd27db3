"""The scenes about errors, retries and many calls at once. The emulator makes the trouble on demand."""

from __future__ import annotations

import time

import anyio

from baseten_sdk import (
    AsyncClient,
    ChatCompletion,
    Endpoints,
    PermissionDeniedError,
    RateLimitError,
    Retry,
    RetryEvent,
    user,
)

from .show import Show

CHATS = 50


async def play(show: Show, api_key: str, endpoints: Endpoints) -> None:
    """Play all of them, in order."""
    await rate_limit(show, api_key, endpoints)
    await wrong_key(show, endpoints)
    await many(show)


async def rate_limit(show: Show, api_key: str, endpoints: Endpoints) -> None:
    """A limit that is kept up for longer than the retries last; then one that is not."""
    with show.stage.scene("A typed error: 429, tried three times"):
        retries: list[RetryEvent] = []
        hello = [user("Say hello")]
        retry = Retry(max_retries=2, initial=0.2)
        async with AsyncClient(api_key=api_key, endpoints=endpoints, retry=retry, hooks=[retries.append]) as client:
            trouble = "status=429, retry-after=0.2, message=Rate limit exceeded for model"
            try:
                await client.chat.completions.create(
                    model=show.model, messages=hello, extra_headers={"x-emulator": trouble}
                )
            except RateLimitError as error:
                limited: RateLimitError | None = error
            else:
                limited = None
            for event in retries:
                show.stage.say(f"attempt {event.attempt} failed ({event.reason}), the next in {event.wait:.2f} s")
            if limited is not None:
                show.stage.say(f"{type(limited).__name__}: {limited}")
                for note in limited.__notes__:
                    show.stage.note(note)
            show.stage.check(limited is not None and limited.attempts == 3, "the third attempt is the last")
            show.stage.check(limited is not None and limited.request_id is not None, "the error knows the request id")
            show.stage.check(len(retries) == 2, "each retry is told to the hook")

            reply = await client.chat.completions.create(
                model=show.model, messages=hello, extra_headers={"x-emulator": f"{trouble}, fail=2"}
            )
            show.stage.say(f"when the limit is lifted in time: “{reply.text}” after {reply.meta.attempts} attempts")
            show.stage.check(reply.meta.attempts == 3, "the third attempt succeeds")


async def wrong_key(show: Show, endpoints: Endpoints) -> None:
    """An error that no retry can cure is raised at once."""
    with show.stage.scene("Another: a wrong key, raised at once with what to do"):
        error: PermissionDeniedError | None = None
        async with AsyncClient(api_key="nobody.knows", endpoints=endpoints) as client:
            try:
                await client.chat.completions.create(model=show.model, messages=[user("Say hello")])
            except PermissionDeniedError as raised:
                error = raised
        show.stage.say(f"{type(error).__name__}: {error}")
        show.stage.check(error is not None and error.attempts == 1, "a wrong key is not tried again")


async def many(show: Show) -> None:
    """Fifty chats in a task group of anyio."""
    with show.stage.scene(f"{CHATS} chats at once, in an anyio task group"):
        replies: dict[int, ChatCompletion] = {}

        async def ask(number: int) -> None:
            question = [user(f"What is special about the number {number}?")]
            replies[number] = await show.client.chat.completions.create(model=show.model, messages=question)

        started = time.perf_counter()
        async with anyio.create_task_group() as tasks:
            for number in range(CHATS):
                tasks.start_soon(ask, number)
        seconds = time.perf_counter() - started

        one_by_one = sum(reply.meta.elapsed for reply in replies.values())
        tokens = sum(reply.usage.total_tokens for reply in replies.values() if reply.usage)
        show.stage.say(f"{len(replies)} answers in {seconds:.2f} s, {tokens} tokens, {tokens / seconds:,.0f} tokens/s")
        show.stage.note(f"the calls lasted {one_by_one:.1f} s taken together")
        own = [f"number {number}?" in reply.text for number, reply in replies.items()]
        show.stage.check(len(own) == CHATS and all(own), "each chat gets the answer to its own question")
