"""What type checkers make of pools. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from typing import assert_type

from pydantic import BaseModel

from baseten_sdk import (
    AsyncChatStream,
    AsyncClient,
    ChatCompletion,
    Client,
    Embedding,
    Hedge,
    JsonValue,
    Parsed,
    Results,
    Target,
    TokenPrediction,
    Try,
    Vectors,
    user,
)


class Answer(BaseModel):
    text: str


async def the_results_are_those_of_a_deployment(client: AsyncClient, twin: Client) -> None:
    pool = client.pool([Target("abcd1234", weight=2), Target(model="a/b")], hedge=Hedge(after=0.5), first_event=1)
    completion = await pool.chat.completions.create(messages=[user("Hi")])
    assert_type(completion, ChatCompletion)
    assert_type(completion.meta.served_by, Target | None)
    assert_type(completion.meta.tries, tuple[Try, ...])
    assert_type(await pool.chat.completions.create(messages=[user("Hi")], stream=True), AsyncChatStream)
    assert_type(await pool.chat.completions.parse(messages=[user("Hi")], response_format=Answer), Parsed[Answer])
    assert_type(await pool.predict({"a": 1}), JsonValue | bytes)
    assert_type(await pool.predict({"a": 1}, response_model=Answer), Answer)
    assert_type((await pool.embeddings.create(input="x")).data, list[Embedding])
    assert_type(await pool.embeddings.embed(["x"]), Vectors)
    assert_type(await pool.predict_tokens(["x"]), Results[list[TokenPrediction]])
    assert_type(twin.pool([Target("abcd1234")]).predict({"a": 1}, response_model=list[int]), list[int])


async def what_must_fail(client: AsyncClient) -> None:
    client.pool(["abcd1234"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    client.pool([Target("abcd1234")], hedge=0.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    pool = client.pool([Target("abcd1234")])
    client.pool([Target("abcd1234")], on_cut="retry")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AsyncClient(hedge=0.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await pool.chat.completions.create(messages=[user("Hi")], model=1)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
