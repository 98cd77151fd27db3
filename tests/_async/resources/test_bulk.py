"""Any number of texts: cut into requests, answered in any order, and put together by position."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Unpack

import anyio
import pytest

from baseten_sdk import (
    APIError,
    AsyncClient,
    AsyncDeployment,
    AuthenticationError,
    ConfigurationError,
    DeadlineExceeded,
    Hedge,
    InputProgress,
    InternalServerError,
    InvalidRequestError,
    ManyOptions,
    ResponseValidationError,
    Results,
    Target,
    Vectors,
    batch,
)
from baseten_sdk.batch import Ok
from baseten_sdk.emulator import Emulator
from tests.asking import IDLE, behaving, fields
from tests.patience import growing

pytestmark = pytest.mark.anyio

TEXTS = [f"text number {number}" for number in range(60)]


def small(**more: Unpack[ManyOptions]) -> ManyOptions:
    """Several requests side by side."""
    return {"max_batch": 7, "concurrency": 4, **more}


def one_by_one(**more: Unpack[ManyOptions]) -> ManyOptions:
    """One request after the other, each once."""
    return {"max_batch": 10, "concurrency": 1, "max_retries": 0, **more}


@pytest.fixture
def deployment(client: AsyncClient) -> AsyncDeployment:
    return client.deployments("abcd1234")


async def expected(deployment: AsyncDeployment) -> list[list[float]]:
    return (await deployment.embeddings.create(input=TEXTS)).vectors


def sizes(emu: Emulator) -> list[int]:
    found: list[int] = []
    for request in emu.requests:
        given = fields(request)["input"]
        assert isinstance(given, list)
        found.append(len(given))
    return found


async def test_the_rows_are_those_of_create_in_the_order_of_the_texts(
    deployment: AsyncDeployment, emu: Emulator
) -> None:
    vectors = await expected(deployment)
    emu.faults.push("delay=50", None)  # the first reply comes after others
    found = await deployment.embeddings.embed(TEXTS, **small())
    assert found.tolist() == vectors
    assert found.usage is not None
    assert found.usage.prompt_tokens == 180
    assert sorted(sizes(emu)[1:]) == [4, *[7] * 8]
    assert {request.path for request in emu.requests} == {"/model/abcd1234/environments/production/sync/v1/embeddings"}


async def test_every_field_is_sent(deployment: AsyncDeployment, emu: Emulator) -> None:
    found = await deployment.embeddings.embed(["a"], model="m", dimensions=4, user="u", extra_body={"x": 1})
    assert found.dimensions == 4
    assert fields(emu.requests[0]) == {
        "model": "m",
        "input": ["a"],
        "dimensions": 4,
        "encoding_format": "base64",
        "user": "u",
        "x": 1,
    }
    more: ManyOptions = {"max_chars": 100}
    await deployment.rerank(
        "q", ["a"], model="m", raw_scores=True, return_text=True, truncate=True, truncation_direction="Left", **more
    )
    await deployment.classify(["a"], model="m", raw_scores=True, truncate=True, truncation_direction="Left", **more)
    await deployment.predict_tokens(
        ["a"], model="m", raw_scores=True, truncate=False, truncation_direction="Right", aggregation_strategy="max"
    )
    common = {"model": "m", "raw_scores": True, "truncate": True, "truncation_direction": "Left"}
    assert [fields(request) for request in emu.requests][1:] == [
        {"query": "q", "texts": ["a"], "return_text": True, **common},
        {"inputs": [["a"]], **common},
        {
            "inputs": [["a"]],
            **common,
            "truncate": False,
            "truncation_direction": "Right",
            "aggregation_strategy": "max",
        },
    ]


async def test_scores_and_labels_of_many_texts_are_those_of_one_request(
    deployment: AsyncDeployment, emu: Emulator
) -> None:
    assert await deployment.rerank("number 7", TEXTS, **small()) == await deployment.rerank("number 7", TEXTS)
    assert await deployment.classify(TEXTS, **small()) == await deployment.classify(TEXTS)
    tokens = await deployment.predict_tokens(TEXTS, **small())
    assert tokens == await deployment.predict_tokens(TEXTS)
    assert tokens[3][2].token == "3"
    assert len(emu.requests) == 3 * 10


async def test_an_iterator_is_read_while_requests_are_made(deployment: AsyncDeployment, emu: Emulator) -> None:
    seen: list[int] = []

    def texts() -> Iterator[str]:
        for number in range(1000):
            seen.append(len(emu.requests))
            yield f"text {number}"

    found = await deployment.embeddings.embed(texts(), max_batch=10, concurrency=2)
    assert len(found) == 1000
    assert max(seen) > 25


async def test_an_async_iterator_works_too(deployment: AsyncDeployment) -> None:
    async def texts() -> AsyncIterator[str]:
        for text in TEXTS:
            yield text

    assert (await deployment.embeddings.embed(texts(), **small())).tolist() == await expected(deployment)


async def test_what_an_iterator_raises_is_raised(deployment: AsyncDeployment) -> None:
    def texts() -> Iterator[str]:
        yield "a"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await deployment.embeddings.embed(texts())


@pytest.mark.parametrize("bad", ["", 3, None, "\ud800", "x" * 101])
async def test_one_bad_text_of_a_list_is_told_before_anything_is_sent(
    deployment: AsyncDeployment, emu: Emulator, bad: str
) -> None:
    with pytest.raises(InvalidRequestError, match=r"texts\[60\]"):
        await deployment.embeddings.embed([*TEXTS, bad], max_chars=100)
    with pytest.raises(InvalidRequestError, match=r"texts\[60\]"):
        await deployment.rerank("q", [*TEXTS, bad], max_chars=100)
    assert len(emu.requests) == 0


async def test_with_keep_a_bad_text_costs_only_itself(deployment: AsyncDeployment) -> None:
    found = await deployment.embeddings.embed(iter(["a", "", "b"]), on_failure="keep")
    assert found.missing == [1]
    assert [failure.indices for failure in found.failures] == [(1,)]
    with pytest.raises(InvalidRequestError, match=r"texts\[1\] is empty"):
        found[1]


@pytest.mark.parametrize("texts", [[], iter(()), "one text", 3])
async def test_texts_are_several_and_one_at_least(deployment: AsyncDeployment, texts: list[str]) -> None:
    with pytest.raises(InvalidRequestError, match="texts must"):
        await deployment.embeddings.embed(texts)


@pytest.mark.parametrize(
    "options",
    [{"max_batch": 0}, {"on_failure": "ignore"}, {"concurrency": 1000}, {"concurrency": "all"}, {"batch_size": 3}],
)
async def test_an_option_that_cannot_be_is_refused(
    deployment: AsyncDeployment, emu: Emulator, options: ManyOptions
) -> None:
    with pytest.raises(ConfigurationError):
        await deployment.embeddings.embed(TEXTS, **options)
    assert len(emu.requests) == 0


async def test_one_failed_request_ends_the_call_and_keeps_what_came(deployment: AsyncDeployment, emu: Emulator) -> None:
    emu.script([None, None, "status=500"])
    with pytest.raises(InternalServerError) as caught:
        await deployment.embeddings.embed(TEXTS, **one_by_one())
    kept = caught.value.results
    assert isinstance(kept, Vectors)
    assert kept.missing == list(range(20, 60))
    assert kept.failures[0].indices == range(20, 30)
    assert "10 of inputs 20 to 29 have no result" in caught.value.__notes__[0]


async def test_with_keep_it_costs_its_own_rows(deployment: AsyncDeployment, emu: Emulator) -> None:
    vectors = await expected(deployment)
    emu.script([None, None, "status=500"])
    found = await deployment.embeddings.embed(TEXTS, **one_by_one(on_failure="keep"))
    assert found.missing == list(range(20, 30))
    assert [found[row].tolist() for row in range(60) if row not in found.missing] == vectors[:20] + vectors[30:]
    with pytest.raises(InternalServerError):
        found[25]
    emu.script([None, "status=500"])
    labels = await deployment.classify(TEXTS, **one_by_one(on_failure="keep"))
    assert (labels.missing, labels[10], len(labels)) == (list(range(10, 20)), [], 60)
    emu.script(["status=500"])
    scores = await deployment.rerank("q", TEXTS, **one_by_one(on_failure="keep"))
    assert (scores.missing, len(scores)) == (list(range(10)), 50)


async def test_a_refused_key_ends_any_call_at_once(emu: Emulator) -> None:
    async with AsyncClient(api_key="wrong", endpoints=emu.endpoints) as client:
        with pytest.raises(AuthenticationError):
            await client.deployments("abcd1234").embeddings.embed(TEXTS, **one_by_one(on_failure="keep"))
    assert len(emu.requests) == 1


async def test_a_missing_key_ends_any_call_at_once(emu: Emulator) -> None:
    asked: list[str] = []

    def no_key() -> str:
        asked.append("")
        return ""

    async with AsyncClient(api_key=no_key, endpoints=emu.endpoints) as client:
        with pytest.raises(ConfigurationError, match="The API key is empty"):
            await client.deployments("abcd1234").embeddings.embed(TEXTS, **one_by_one(on_failure="keep"))
    assert len(asked) == 1


@pytest.mark.parametrize("oddity", ["short", "extra", "twice", "foreign", "ragged", "nan", "garbled"])
async def test_an_odd_reply_costs_the_rows_that_it_is_odd_about(
    deployment: AsyncDeployment, emu: Emulator, oddity: str
) -> None:
    vectors = await expected(deployment)
    emu.script([None, f"results={oddity}"])
    with pytest.raises(ResponseValidationError, match="There were 10 texts, and the reply holds"):
        await deployment.embeddings.embed(TEXTS, **one_by_one())
    emu.script([None, f"results={oddity}"])
    found = await deployment.embeddings.embed(TEXTS, **one_by_one(on_failure="keep"))
    assert found.missing == {"extra": [], "twice": [10, 19]}.get(oddity, [19])
    assert [found[row].tolist() for row in range(60) if row not in found.missing] == [
        vector for row, vector in enumerate(vectors) if row not in found.missing
    ]


async def test_an_order_of_its_own_is_no_oddity(deployment: AsyncDeployment) -> None:
    found = await deployment.embeddings.embed(TEXTS, **small(extra_headers=behaving("results=shuffled")))
    assert found.tolist() == await expected(deployment)


@pytest.mark.parametrize("oddity", ["short", "extra", "twice", "foreign"])
async def test_odd_scores_cost_the_texts_that_they_are_odd_about(
    deployment: AsyncDeployment, emu: Emulator, oddity: str
) -> None:
    whole = {each.index: each.score for each in await deployment.rerank("text", TEXTS, **one_by_one())}
    emu.script([None, f"results={oddity}"])
    found = await deployment.rerank("text", TEXTS, **one_by_one(on_failure="keep"))
    assert len(found) + len(found.missing) == 60
    assert set(found.missing) <= set(range(10, 20))
    assert all(whole[each.index] == each.score for each in found)
    emu.script([None, f"results={oddity}"])
    with pytest.raises(ResponseValidationError) as caught:
        await deployment.rerank("text", TEXTS, **one_by_one())
    assert isinstance(caught.value.results, Results)


async def test_a_failed_request_is_tried_again_as_any_call(deployment: AsyncDeployment, emu: Emulator) -> None:
    emu.script(["status=503", "drop"])
    found = await deployment.embeddings.embed(TEXTS, max_batch=10, concurrency=1)
    assert (found.missing, len(emu.requests)) == ([], 8)


async def test_parts_come_as_they_are_answered_or_in_order(deployment: AsyncDeployment, emu: Emulator) -> None:
    vectors = await expected(deployment)
    async with deployment.embeddings.stream(TEXTS, ordered=True, **small()) as parts:
        found = [part async for part in parts]
    assert [part.start for part in found] == list(range(0, 60, 7))
    assert [row for part in found for row in part.tolist()] == vectors
    assert all(part.meta.status_code == 200 for part in found)
    found = [part async for part in deployment.embeddings.stream(iter(TEXTS), **small())]
    assert sorted(part.start for part in found) == list(range(0, 60, 7))


async def test_a_stream_keeps_or_raises_failures(deployment: AsyncDeployment, emu: Emulator) -> None:
    emu.script([None, "status=500", "results=nan"])
    parts = [part async for part in deployment.embeddings.stream(TEXTS, **one_by_one(on_failure="keep"))]
    missing = [index for part in parts for index in part.missing]
    assert missing == [*range(10, 20), 29]
    with pytest.raises(InternalServerError):
        parts[1][0]
    emu.script([None, "status=500"])
    with pytest.raises(InternalServerError):
        async for _ in deployment.embeddings.stream(TEXTS, **one_by_one()):
            pass


async def test_leaving_a_stream_ends_its_requests(client: AsyncClient, emu: Emulator) -> None:
    emu.script([None, "hang", "hang", "hang"])
    async with client.deployments("abcd1234").embeddings.stream(TEXTS, **small()) as parts:
        async for _ in parts:
            break
    assert len(emu.requests) < 9


async def test_a_deadline_bounds_all_requests_together(deployment: AsyncDeployment, emu: Emulator) -> None:
    for limit in growing(0.5):
        emu.faults.clear()
        emu.script([None, "hang"])
        with pytest.raises(DeadlineExceeded) as caught:
            await deployment.embeddings.embed(TEXTS, **one_by_one(deadline=limit, on_failure="keep"))
        kept = caught.value.results
        if kept is not None:
            assert isinstance(kept, Vectors)
            assert kept.missing == list(range(10, 60))
            return


# unasync: remove
async def test_a_source_that_hangs_does_not_outlast_the_deadline(deployment: AsyncDeployment) -> None:
    async def texts() -> AsyncIterator[str]:
        yield "a"
        await anyio.sleep_forever()

    with pytest.raises(DeadlineExceeded):
        await deployment.embeddings.embed(texts(), deadline=0.3)


# unasync: end


async def test_a_pool_hedges_its_requests(client: AsyncClient, emu: Emulator) -> None:
    pool = client.pool([Target("abcd1234")], hedge=Hedge(after=0.05, budget=1.0))
    emu.script([None, "hang"])
    found = await pool.embeddings.embed(TEXTS, **one_by_one())
    assert found.missing == []
    assert len(emu.requests) >= 7  # on a slow machine, others are hedged too
    assert len(await pool.predict_tokens(TEXTS, **small())) == 60


async def test_progress_is_told_to_a_function(deployment: AsyncDeployment) -> None:
    told: list[InputProgress] = []
    await deployment.embeddings.embed(TEXTS, **small(progress=told.append))
    assert (told[-1].done, told[-1].failed, told[-1].total) == (60, 0, 60)
    assert "60 of 60 inputs done" in str(told[-1])


async def test_a_client_needs_a_model_and_finds_it(client: AsyncClient, emu: Emulator) -> None:
    with pytest.raises(InvalidRequestError, match="model="):
        await client.embeddings.embed(TEXTS)
    assert len(await client.embeddings.embed(TEXTS, model="abcd1234")) == 60


async def test_an_error_has_the_call_that_it_is_of(deployment: AsyncDeployment, emu: Emulator) -> None:
    emu.script([None, "results=nan"])
    with pytest.raises(APIError) as caught:
        await deployment.embeddings.embed(TEXTS, **one_by_one())
    assert caught.value.attempts == 1
    assert caught.value.request_id is not None
    assert "NaN or infinite numbers for 19" in str(caught.value)


async def test_rows_of_a_batch_are_scored_and_labelled(client: AsyncClient) -> None:
    rows = [["red cars", "green tea"], ["fast boats"]]
    async with client.batch.map(rows, request=lambda row: batch.rerank("abcd1234", "tea", row), ordered=True) as ranked:
        scores = [outcome.value async for outcome in ranked if isinstance(outcome, Ok)]
    assert [len(each) for each in scores] == [2, 1]
    assert scores[0][0].index == 1
    async with client.batch.map(rows, request=lambda row: batch.classify("abcd1234", row), ordered=True) as labelled:
        labels = [outcome.value async for outcome in labelled if isinstance(outcome, Ok)]
    assert [len(each) for each in labels] == [2, 1]


# unasync: remove
async def test_a_cancelled_call_leaves_nothing_in_flight(client: AsyncClient) -> None:
    read = anyio.Event()

    async def texts() -> AsyncIterator[str]:
        for text in TEXTS:
            yield text
        read.set()
        await anyio.sleep_forever()

    embeddings = client.deployments("abcd1234").embeddings
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(partial(embeddings.embed, texts(), **small(extra_headers=behaving("hang"))))
        await read.wait()
        tasks.cancel_scope.cancel()
    assert IDLE in repr(client)


# unasync: end
