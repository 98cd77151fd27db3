"""What type checkers make of batches. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    ChatCompletion,
    Classification,
    Client,
    JsonValue,
    Parsed,
    RerankResult,
    Response,
    Results,
    Target,
    batch,
    user,
)
from baseten_sdk.batch import (
    AsyncOutcomes,
    Call,
    Failed,
    FileRow,
    Ok,
    Outcomes,
    Report,
)


class Question(BaseModel):
    id: int
    text: str


class Answer(BaseModel):
    text: str


def ask(row: FileRow) -> Call[ChatCompletion]:
    return batch.chat(model="a/b", messages=[user(str(row["text"]))], temperature=0, max_tokens=5)


def ask_question(row: Question) -> Call[Parsed[Answer]]:
    return batch.parse(model="a/b", messages=[user(row.text)], response_format=Answer, output_retries=1)


async def length(client: AsyncClient) -> int:
    return client.limits.concurrency


def calls_have_the_type_of_what_they_return() -> None:
    assert_type(batch.chat(model="a/b", messages=[{"role": "user", "content": "Hi"}]), Call[ChatCompletion])
    assert_type(batch.parse(model="a/b", messages=[user("Hi")], response_format=Answer), Call[Parsed[Answer]])
    assert_type(batch.predict("abcd1234", {"a": 1}), Call[JsonValue | bytes])
    assert_type(batch.predict("abcd1234", {"a": 1}, response_model=Answer), Call[Answer])
    assert_type(batch.rerank("abcd1234", "q", ["a"], return_text=True), Call[Results[RerankResult]])
    assert_type(batch.classify("abcd1234", ["a"]), Call[Results[list[Classification]]])
    batch.rerank("abcd1234", ["a"], ["a"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(batch.sync("abcd1234", "items/1"), Call[Response])
    assert_type(batch.custom(length), Call[int])


async def outcomes_are_typed_by_row_and_result(client: AsyncClient, questions: list[Question]) -> None:
    outcomes = client.batch.map(questions, request=ask_question, key="id", ordered=True)
    assert_type(outcomes, AsyncOutcomes[Question, Parsed[Answer]])
    async with outcomes as opened:
        async for outcome in opened:
            assert_type(outcome, Ok[Question, Parsed[Answer]] | Failed[Question])
            match outcome:
                case Ok(row=row, value=value):
                    assert_type(row, Question)
                    assert_type(value.parsed, Answer)
                case Failed(row=row, error=error):
                    assert_type(row, Question | None)
                    assert_type(error, Exception)
    assert_type(client.batch.map("in.jsonl", request=ask), AsyncOutcomes[FileRow, ChatCompletion])
    typed = client.batch.map(Path("in.csv"), request=ask_question, row_type=Question)
    assert_type(typed, AsyncOutcomes[Question, Parsed[Answer]])
    assert_type(client.batch.map("openai.jsonl"), AsyncOutcomes[FileRow, Response])


def so_are_they_without_await(client: Client, questions: list[Question]) -> None:
    assert_type(client.batch.map(questions, request=ask_question), Outcomes[Question, Parsed[Answer]])
    assert_type(client.batch.run("in.jsonl", "out.jsonl", request=ask, concurrency="auto"), Report)


async def runs_are_told_what_to_write(client: AsyncClient) -> None:
    report = await client.batch.run(
        "in.jsonl",
        "out.jsonl",
        request=ask_question,
        row_type=Question,
        key=lambda question: question.id,
        output=lambda ok: {"was": ok.row.text, "is": ok.value.parsed.text},
    )
    assert_type(report, Report)
    assert_type(report.p95, float | None)


async def a_row_may_go_to_a_pool(client: AsyncClient, twin: Client) -> None:
    pool = client.pool([Target("abcd1234")])
    assert_type(batch.chat(messages=[user("Hi")], deployment=pool), Call[ChatCompletion])
    assert_type(batch.chat(messages=[user("Hi")], deployment=twin.pool([Target("abcd1234")])), Call[ChatCompletion])
    assert_type(batch.predict(pool, {}, response_model=int), Call[int])
    batch.chat(messages=[user("Hi")])  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]


async def what_does_not_fit_is_an_error(client: AsyncClient) -> None:
    batch.chat(model="a/b", messages=[user("Hi")], temprature=0)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    await client.batch.run(  # pyright: ignore[reportCallIssue]
        [1, 2],
        "out.jsonl",
        request=ask_question,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    )
