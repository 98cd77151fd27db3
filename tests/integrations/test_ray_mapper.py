"""What an actor does with its batches, without Ray around it: the mapper, its columns, and its thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import numpy
import pyarrow as pa
import pytest
from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    ClientClosedError,
    ConfigurationError,
    MessageParam,
    PermissionDeniedError,
    batch,
)
from baseten_sdk.emulator import Emulator
from baseten_sdk.integrations.ray.columns import Row, table_of
from baseten_sdk.integrations.ray.mapper import BatchMapper
from baseten_sdk.types.batch import Ok


class Answer(BaseModel):
    text: str


def client_for(emu: Emulator, key: str | None = None) -> Callable[[], AsyncClient]:
    return lambda: AsyncClient(api_key=key or emu.api_key, endpoints=emu.endpoints)


def said(row: Row) -> list[MessageParam]:
    return [{"role": "user", "content": f"Say number {row['id']}"}]


def chat(row: Row) -> batch.Call[object]:
    return batch.chat(model="org/m", messages=said(row))


def predict(row: Row) -> batch.Call[object]:
    return batch.predict("abcd1234", {"a": row["id"]})


def bad_type(row: Row) -> batch.Call[object]:
    return batch.predict("abcd1234", {"a": 1}, response_model=str)


def embed(row: Row) -> batch.Call[object]:
    return batch.embeddings("abcd1234", "text", dimensions=2)


def sync(row: Row) -> batch.Call[object]:
    return batch.sync("abcd1234", "health")


def messages(row: Row) -> batch.Call[object]:
    return batch.messages(
        model="org/m", messages=[{"role": "user", "content": f"Say number {row['id']}"}], max_tokens=9
    )


def respond(row: Row) -> batch.Call[object]:
    return batch.responses(model="org/m", input=f"Say number {row['id']}")


def complete(row: Row) -> batch.Call[object]:
    return batch.completions(deployment="abcd1234", model="base", prompt="Once")


def no_call(row: Row) -> batch.Call[object]:
    call: object = "no call"
    return call  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


def run(mapper: BatchMapper, *batches: object) -> list[list[pa.Table]]:
    """What comes of batches that are run at once, as Ray does it."""

    async def one(given: object) -> list[pa.Table]:
        assert isinstance(given, pa.Table | Mapping)
        return [table async for table in mapper(given)]

    async def all_of_them() -> list[list[pa.Table]]:
        return await asyncio.gather(*map(one, batches))

    try:
        return asyncio.run(asyncio.wait_for(all_of_them(), 30))
    finally:
        mapper.close()


def rows(tables: Sequence[pa.Table]) -> list[Row]:
    return [row for table in tables for row in table.to_pylist()]


def test_batches_that_run_at_once_get_their_own_rows_back(emu: Emulator) -> None:
    mapper = BatchMapper(chat, client=client_for(emu), concurrency=8)
    given = [{"id": numpy.arange(start, start + 10), "kept": ["x"] * 10} for start in (0, 10, 20)]
    results = run(mapper, *given)
    for start, tables in zip((0, 10, 20), results, strict=True):
        answers = sorted((row["id"], row["response"], row["kept"]) for row in rows(tables))
        assert answers == [(n, f"number {n}", "x") for n in range(start, start + 10)]


def test_an_empty_batch_has_the_columns_too(emu: Emulator) -> None:
    ((table,),) = run(BatchMapper(chat, client=client_for(emu)), pa.table({"id": []}))
    assert table.column_names == ["id", "response", "error", "error_type", "attempts", "seconds"]


def test_columns_are_made_as_one_likes_and_what_fails_there_is_the_rows_failure(emu: Emulator) -> None:
    def shout(outcome: Ok[Row, object]) -> Mapping[str, object]:
        if outcome.row["id"] == 1:
            raise KeyError("no")
        return {"loud": str(getattr(outcome.value, "text", "")).upper(), "id": -1}

    (tables,) = run(BatchMapper(chat, client=client_for(emu), output=shout), {"id": [0, 1]})
    found = {row["loud"]: (row["id"], row["error_type"]) for row in rows(tables)}
    assert found == {"NUMBER 0": (-1, None), None: (None, "KeyError")}


@pytest.mark.parametrize(
    ("request_", "column", "value"),
    [
        (predict, "response", '{"a": 3}'),
        (bad_type, "error_type", "ResponseValidationError"),
        (embed, "input_tokens", 1),
        (sync, "response", '{"status":"ok"}'),
        (messages, "response", "number 3"),
        (respond, "response", "number 3"),
        (complete, "input_tokens", 1),
        (no_call, "error_type", "InvalidRequestError"),
    ],
)
def test_any_call_has_its_columns(
    emu: Emulator, request_: Callable[[Row], batch.Call[object]], column: str, value: object
) -> None:
    (tables,) = run(BatchMapper(request_, client=client_for(emu), retries=0), {"id": [3]})
    (row,) = rows(tables)
    assert row[column] == value


def test_an_object_is_json_and_a_vector_a_list(emu: Emulator) -> None:
    def parse(row: Row) -> batch.Call[object]:
        return batch.parse(model="org/m", messages=said(row), response_format=Answer)

    (tables,) = run(BatchMapper(parse, client=client_for(emu)), {"id": [3]})
    (row,) = rows(tables)
    Answer.model_validate_json(str(row["response"]))
    embedder = BatchMapper(embed, client=client_for(emu))
    (tables,) = run(embedder, {"id": [3]})
    assert tables[0].schema.names[1] == "embedding"
    vector = rows(tables)[0]["embedding"]
    assert isinstance(vector, list)
    assert len(vector) == 2


def test_arrays_of_more_dimensions_become_lists() -> None:
    table = table_of({"id": [1, 2], "vector": numpy.zeros((2, 3))})
    assert table.to_pylist() == [{"id": 1, "vector": [0, 0, 0]}, {"id": 2, "vector": [0, 0, 0]}]


def test_a_wrong_key_ends_the_job(emu: Emulator) -> None:
    with pytest.raises(PermissionDeniedError):
        run(BatchMapper(chat, client=client_for(emu, "wrong.key")), {"id": [1]})


def test_a_client_that_cannot_be_made_ends_the_job() -> None:
    with pytest.raises(ConfigurationError, match="max_retries"):
        run(BatchMapper(chat, client=lambda: AsyncClient(api_key="k", max_retries=-1)), {"id": [1]})


def test_a_closed_mapper_says_so(emu: Emulator) -> None:
    mapper = BatchMapper(chat, client=client_for(emu))
    run(mapper, {"id": [1]})
    mapper._thread.join()
    with pytest.raises(ClientClosedError, match="closed"):
        run(mapper, {"id": [1]})


@pytest.mark.parametrize("value", [0, True, "many"])
def test_a_concurrency_that_cannot_be_is_refused(value: int) -> None:
    with pytest.raises(ConfigurationError, match="concurrency"):
        BatchMapper(chat, concurrency=value)


def test_the_level_may_find_itself(emu: Emulator) -> None:
    (tables,) = run(BatchMapper(chat, client=client_for(emu), concurrency="auto"), {"id": list(range(30))})
    assert {row["error"] for row in rows(tables)} == {None}
