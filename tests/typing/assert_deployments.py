"""What type checkers make of a deployment's methods. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_type

from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    AsyncDeployment,
    AsyncEmbeddingStream,
    AsyncJob,
    AsyncPredictStream,
    AsyncRequestStatus,
    CancelResult,
    Classification,
    Client,
    CreateEmbeddingResponse,
    Deployment,
    EmbeddingStream,
    Job,
    JsonValue,
    ModelList,
    PredictStream,
    QueueStatus,
    RerankResult,
    Response,
    Results,
    ServerSentEvent,
    TokenPrediction,
    Vectors,
)


class Transcript(BaseModel):
    text: str


@dataclass
class Point:
    x: int


async def the_output_has_the_type_that_was_asked_for(dep: AsyncDeployment, twin: Deployment) -> None:
    given = {"audio": "https://example.com/a.wav"}
    assert_type(await dep.predict(given, response_model=Transcript), Transcript)
    assert_type(await dep.predict(given, response_model=Point), Point)
    assert_type(await dep.predict(given, response_model=list[int]), list[int])
    assert_type(await dep.predict(given, response_model=dict[str, list[Point]]), dict[str, list[Point]])
    assert_type(await dep.predict(given, response_model=str), str)
    assert_type(await dep.predict(given, response_model=bytes), bytes)
    assert_type(twin.predict(given, response_model=Transcript), Transcript)
    assert_type(twin.predict(given, response_model=list[int]), list[int])


async def without_one_it_is_json_or_bytes(dep: AsyncDeployment, twin: Deployment, given: object) -> None:
    assert_type(await dep.predict({"prompt": "Hi"}), JsonValue | bytes)
    assert_type(await dep.predict(given), JsonValue | bytes)
    assert_type(await dep.predict(None), JsonValue | bytes)
    assert_type(await dep.predict("text"), JsonValue | bytes)
    assert_type(await dep.predict(Transcript(text="x")), JsonValue | bytes)
    assert_type(await dep.predict(Point(1), response_model=None), JsonValue | bytes)
    assert_type(twin.predict([1, 2], timeout=3, session="s"), JsonValue | bytes)


async def bytes_give_bytes(dep: AsyncDeployment, twin: Deployment) -> None:
    assert_type(await dep.predict(b"\x81"), bytes)
    assert_type(await dep.predict(bytearray(b"\x81"), content_type="audio/wav"), JsonValue | bytes)
    assert_type(await dep.predict(b"\x81", response_model=Transcript), Transcript)
    assert_type(twin.predict(memoryview(b"\x81")), bytes)


async def forms_are_taken(dep: AsyncDeployment, twin: Deployment) -> None:
    assert_type(await dep.predict(files={"audio": b"RIFF"}, data={"language": "en"}), JsonValue | bytes)
    assert_type(
        twin.predict(files={"audio": ("a.wav", b"RIFF", "audio/wav")}, response_model=Transcript),
        Transcript,
    )


async def a_stream_is_read_in_five_ways(dep: AsyncDeployment) -> None:
    async with dep.stream_predict({"prompt": "Hi"}) as stream:
        assert_type(stream, AsyncPredictStream)
        async for piece in stream.bytes():
            assert_type(piece, bytes)
        async for text in stream.text():
            assert_type(text, str)
        async for line in stream.lines():
            assert_type(line, str)
        async for value in stream.json_lines():
            assert_type(value, JsonValue)
        async for event in stream.sse():
            assert_type(event, ServerSentEvent)
            assert_type(event.data, bytes)


def so_is_its_twin(dep: Deployment) -> None:
    with dep.stream_predict(b"\x81", content_type="audio/wav", deadline=5) as stream:
        assert_type(stream, PredictStream)
        for piece in stream.bytes():
            assert_type(piece, bytes)
        for text in stream.text():
            assert_type(text, str)
        for value in stream.json_lines():
            assert_type(value, JsonValue)
        for event in stream.sse():
            assert_type(event, ServerSentEvent)


async def any_path_gives_a_reply_as_it_came(dep: AsyncDeployment, twin: Deployment) -> None:
    reply = await dep.sync("items/123")
    assert_type(reply, Response)
    assert_type(reply.json(), JsonValue)
    assert_type(reply.text, str)
    assert_type(reply.parse(Transcript), Transcript)
    assert_type(reply.parse(list[int]), list[int])
    assert_type(await dep.sync("items", method="PATCH", json={"a": 1}, params={"dry": True}), Response)
    assert_type(twin.sync("items", content="text", content_type="text/plain"), Response)


async def a_job_has_a_handle(dep: AsyncDeployment, twin: Deployment) -> None:
    job = await dep.async_predict(
        {"url": "https://example.com"},
        webhook_endpoint="https://example.com/done",
        priority=1,
        max_time_in_queue_seconds=3600,
        inference_retry_config={"max_attempts": 2},
    )
    assert_type(job, AsyncJob)
    assert_type(job.request_id, str)
    assert_type(await job.status(), AsyncRequestStatus)
    assert_type(await job.wait(deadline=600), AsyncRequestStatus)
    assert_type((await job.wait()).raise_for_status(), AsyncRequestStatus)
    assert_type(await job.cancel(), CancelResult)
    assert_type(twin.async_predict({}), Job)
    assert_type(twin.job("0f1e").status(), AsyncRequestStatus)
    assert_type(await dep.queue_status(), QueueStatus)
    await dep.wake(wait=True, deadline=900)
    assert_type(await dep.models.list(), ModelList)


def mistakes_are_found(dep: Deployment) -> None:
    point = Point(1)
    dep.predict({}, response_model=point)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    dep.predict({}, deadlin=5)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]  # no such option
    dep.sync("items", data=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # no form
    dep.sync("items", content={"a": 1})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # json= is meant
    dep.async_predict()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # no input
    dep.async_predict({}, priority="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # a text
    config = {"attempts": 2}
    dep.async_predict({}, inference_retry_config=config)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    dep.job(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # no id


async def an_embedding_engine_has_typed_replies(dep: AsyncDeployment, twin: Deployment) -> None:
    assert_type(await dep.embeddings.create(input=["a", "b"]), CreateEmbeddingResponse)
    assert_type((await dep.embeddings.create(input=[1, 2], deadline=3)).vectors, list[list[float]])
    assert_type(await dep.rerank("q", ["a"]), Results[RerankResult])
    assert_type(await dep.classify(("a", "b")), Results[list[Classification]])
    assert_type(await dep.predict_tokens(iter("ab")), Results[list[TokenPrediction]])
    assert_type((await dep.rerank("q", ["a"]))[0].score, float)
    assert_type(twin.embeddings.create(input="a", encoding_format="float"), CreateEmbeddingResponse)
    twin.embeddings.create(input=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_container_is_a_deployment(client: Client, other: AsyncClient) -> None:
    assert_type(client.deployments.local("http://127.0.0.1:8080"), Deployment)
    assert_type(other.deployments.local("http://127.0.0.1:8080"), AsyncDeployment)
    assert_type(client.deployments("abcd1234", environment="staging"), Deployment)
    client.deployments.local("http://h", environment="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # none
    client.deployments("m", environment="a", regional="b")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]  # one


async def many_texts_give_an_array(dep: AsyncDeployment, twin: Deployment) -> None:
    found = await dep.embeddings.embed(["a"], max_batch=8, concurrency=4, on_failure="keep")
    assert_type(found, Vectors)
    assert_type(found[0], memoryview[float])
    assert_type(found.array, memoryview[float])
    assert_type(found.tolist(), list[list[float]])
    assert_type(twin.embeddings.embed(text for text in "ab"), Vectors)
    assert_type(dep.embeddings.stream(["a"], ordered=True), AsyncEmbeddingStream)
    async for part in dep.embeddings.stream(["a"]):
        assert_type(part, Vectors)
    assert_type(twin.embeddings.stream(["a"]), EmbeddingStream)
    assert_type(list(twin.embeddings.stream(["a"])), list[Vectors])
    await dep.embeddings.embed([1])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    await dep.embeddings.embed(["a"], on_failure="ignore")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await dep.classify(["a"], truncation_direction="right")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await dep.predict_tokens(["a"], aggregation_strategy="mean")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await dep.embeddings.embed(["a"], batch_size=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
