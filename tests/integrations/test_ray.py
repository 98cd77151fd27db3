"""Ray Data as the engine of a batch: a real Ray on this machine, several actors, and the emulator."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import ray
import ray.data

from baseten_sdk import AsyncClient, ConfigurationError, Limits, LimitStoreError, MessageParam, Retry, batch
from baseten_sdk._core.policy.lease_book import LeaseBook
from baseten_sdk.emulator import Emulator
from baseten_sdk.integrations.ray import BatchMapper, RayLimitStore, without_done

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

PROCESS = "x-process"

Row = dict[str, object]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.data.context")  # of settings of its own


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """Ray on this machine, as small as it goes; its workers import this module by its name."""
    folders = (ROOT / "src", ROOT, HERE)
    ray.init(
        address="local",
        num_cpus=2,
        include_dashboard=False,
        object_store_memory=100 * 1024 * 1024,
        logging_level=logging.ERROR,
        log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": os.pathsep.join(map(str, folders))}},
    )
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.wait_for_min_actors_s = (
        120  # On a slow machine, the first actor would have done all before the second came.
    )
    yield
    ray.shutdown()


@pytest.fixture
def service(emu: Emulator) -> Emulator:
    emu.requests.clear()
    emu.faults.clear()
    return emu


def client_for(emu: Emulator, limits: Limits | None = None) -> Callable[[], AsyncClient]:
    api_key, endpoints = emu.api_key, emu.endpoints
    retry = Retry(initial=0.001, maximum=0.002)
    return lambda: AsyncClient(api_key=api_key, endpoints=endpoints, retry=retry, limits=limits)


def ask(row: Row) -> batch.Call[object]:
    """A call for a row, which names its process; some rows are bad."""
    if row["id"] == 13:
        raise ValueError("unlucky")
    headers = {PROCESS: str(os.getpid())} | ({"x-emulator": "status=422"} if row["id"] == 7 else {})
    messages: list[MessageParam] = [{"role": "user", "content": f"Say number {row['id']}"}]
    return batch.chat(model="org/m", messages=messages, max_tokens=16, extra_headers=headers)


def answered(dataset: ray.data.Dataset, emu: Emulator, **kwargs: object) -> ray.data.Dataset:
    return dataset.map_batches(
        BatchMapper,
        fn_constructor_kwargs={"request": ask, "client": client_for(emu), **kwargs},
        concurrency=2,
        batch_size=20,
        num_cpus=0.5,
    )


def numbers(count: int, blocks: int = 4) -> ray.data.Dataset:
    return ray.data.range(count, override_num_blocks=blocks)


def test_every_row_has_its_answer_or_its_error_from_several_actors(cluster: None, service: Emulator) -> None:
    rows = answered(numbers(400, 8), service, concurrency=16).take_all()
    assert sorted(int(str(row["id"])) for row in rows) == list(range(400))
    for row in rows:
        if row["id"] in (7, 13):
            assert row["response"] is None
        else:
            assert (row["response"], row["error"], row["error_type"]) == (f"number {row['id']}", None, None)
            assert row["attempts"] == 1
            assert isinstance(row["output_tokens"], int)
    errors = {row["id"]: (row["error_type"], str(row["error"])) for row in rows if row["error"] is not None}
    assert errors.keys() == {7, 13}
    assert errors[7][0] == "UnprocessableEntityError"
    assert errors[13] == ("ValueError", "unlucky")
    assert len(service.requests) == 399
    assert len({request.headers[PROCESS] for request in service.requests}) == 2


def test_limits_are_shared_by_all_actors(cluster: None, service: Emulator) -> None:
    store = RayLimitStore()
    limits = Limits(requests_per_minute=60, tokens_per_minute=100_000, shared=store)
    began = time.monotonic()
    rows = answered(numbers(13), service, client=client_for(service, limits)).take_all()
    assert {row["error"] for row in rows if row["id"] != 7} == {None}
    assert time.monotonic() - began > 2
    state, _ = store.change(lambda state, now: (state or b"", (state, now)))
    assert state is not None
    requests, _ = LeaseBook.read(state, time.monotonic()).in_use()
    assert requests == "<13 of 60 a minute>"


def test_limits_go_to_the_client_that_uses_them() -> None:
    with pytest.raises(ConfigurationError, match="to the client that client= makes"):
        BatchMapper(ask, client=AsyncClient, limits=Limits(requests_per_minute=60))


def test_without_its_actor_a_store_is_an_error_that_names_it(cluster: None) -> None:
    store = RayLimitStore("gone")
    assert store.change(lambda state, now: (b"1", state)) is None
    assert RayLimitStore("gone").change(lambda state, now: (b"2", state)) == b"1"
    ray.kill(store._actor)
    with pytest.raises(LimitStoreError, match="Ray actor 'gone' cannot be used") as caught:
        store.change(lambda state, now: (b"3", state))
    assert caught.value.store == "gone"


def test_a_run_goes_on_where_another_was_killed(cluster: None, service: Emulator, tmp_path: Path) -> None:
    out = tmp_path / "answers"
    assert without_done(numbers(3), str(out)).count() == 3
    answered(numbers(25), service).write_parquet(str(out))
    (out / "torn.parquet").write_bytes(b"PAR1 and no more")
    service.requests.clear()
    answered(without_done(numbers(40), str(out)), service).write_parquet(str(out))
    assert len(service.requests) == 15 + 1  # row 7 again; row 13 asks for nothing
    table = pq.read_table(str(out), columns=["id", "error"])
    succeeded = [row["id"] for row in table.to_pylist() if row["error"] is None]
    assert sorted(map(str, succeeded)) == sorted(str(n) for n in range(40) if n not in (7, 13))
    assert (out / "_broken-torn.parquet").exists()
    assert without_done(numbers(40), str(out), retry_failed=False).count() == 0
