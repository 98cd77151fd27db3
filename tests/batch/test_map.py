"""Outcomes in the program: sources of every kind, early ends, and nothing that goes on behind one's back."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import anyio.lowlevel
import httpx
import pytest

from baseten_sdk import AsyncClient, BatchAbortedError, Client, batch
from baseten_sdk.batch import Call, Failed, Ok, Outcome
from baseten_sdk.errors import APIConnectionError, ConfigurationError

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    """A client for calls that go nowhere."""
    async with AsyncClient(api_key="abcd1234.nowhere", base_url="http://127.0.0.1:9/v1") as client:
        yield client


class Watched:
    """Calls that double a number after a turn of the event loop, and are counted."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.ended = 0
        self.hold: anyio.Event | None = None

    def __call__(self, number: int) -> Call[int]:
        async def make(client: AsyncClient) -> int:
            self.begun.append(number)
            try:
                await (self.hold.wait() if self.hold is not None else anyio.sleep(0.001 * (number % 3)))
                if number < 0:
                    raise ValueError(number)
                return 2 * number
            finally:
                self.ended += 1

        return batch.custom(make)


async def gathered(source: AsyncIterator[Outcome[int, int]]) -> list[Outcome[int, int]]:
    return [outcome async for outcome in source]


async def test_rows_may_come_from_anything_that_can_be_iterated_over(client: AsyncClient) -> None:
    async def numbers() -> AsyncIterator[int]:
        for number in range(9):
            await anyio.lowlevel.checkpoint()
            yield number

    for source in (range(9), list(range(9)), iter(range(9)), (number for number in range(9)), numbers()):
        outcomes = await gathered(client.batch.map(source, request=Watched(), concurrency=3, ordered=True))
        assert [outcome.number for outcome in outcomes] == list(range(1, 10))
        assert [outcome.value for outcome in outcomes if isinstance(outcome, Ok)] == list(range(0, 18, 2))
    assert await gathered(client.batch.map([], request=Watched())) == []


async def test_a_failure_has_its_exception_and_ends_nothing(client: AsyncClient) -> None:
    outcomes = await gathered(client.batch.map([1, -2, 3], request=Watched(), ordered=True))
    assert [type(outcome) for outcome in outcomes] == [Ok, Failed, Ok]
    failed = outcomes[1]
    assert isinstance(failed, Failed)
    assert (failed.key, failed.row, type(failed.error), str(failed.error)) == ("2", -2, ValueError, "-2")


async def test_a_request_that_is_no_call_is_a_failure_of_its_row(client: AsyncClient) -> None:
    def request(row: int) -> Call[int]:
        if row == 1:
            raise LookupError("no such prompt")
        return row  # type: ignore[return-value]  # pyright: ignore[reportReturnType]

    outcomes = await gathered(client.batch.map([1, 2], request=request, ordered=True))
    messages = [str(outcome.error) for outcome in outcomes if isinstance(outcome, Failed)]
    assert messages == ["no such prompt", "request must return a call, such as batch.chat(...), not 2."]


async def test_a_slow_reader_slows_the_rows_down(client: AsyncClient) -> None:
    watched = Watched()
    async with client.batch.map(range(1000), request=watched, concurrency=4, window=6) as outcomes:
        await anext(outcomes)
        await anyio.wait_all_tasks_blocked()
        assert len(watched.begun) <= 1 + 6 + 4
        assert len([outcome async for outcome in outcomes]) == 999


async def test_in_order_no_row_runs_further_ahead_than_the_window(client: AsyncClient) -> None:
    watched = Watched()
    blocked = anyio.Event()

    def request(number: int) -> Call[int]:
        async def first(client: AsyncClient) -> int:
            await blocked.wait()
            return 0

        return batch.custom(first) if number == 0 else watched(number)

    async with client.batch.map(range(100), request=request, concurrency=4, window=10, ordered=True) as outcomes:
        with anyio.move_on_after(0.1):
            await anext(outcomes)
        assert len(watched.begun) <= 10 + 4
        blocked.set()
        assert [outcome.number async for outcome in outcomes] == list(range(1, 101))


@pytest.mark.parametrize("how", ["break", "raise", "close"])
async def test_rows_in_flight_end_with_the_block(client: AsyncClient, how: str) -> None:
    watched = Watched()
    watched.hold = anyio.Event()
    with pytest.raises(LookupError) if how == "raise" else anyio.CancelScope():
        async with client.batch.map(range(100), request=watched, concurrency=4) as outcomes:
            await anyio.wait_all_tasks_blocked()
            assert len(watched.begun) == 4
            if how == "raise":
                raise LookupError
            if how == "close":
                await outcomes.aclose()
    assert watched.ended == 4
    assert [outcome async for outcome in outcomes] == []


async def test_rows_in_flight_end_when_nobody_holds_the_outcomes(client: AsyncClient) -> None:
    watched = Watched()
    async for _ in client.batch.map(range(10_000), request=watched, concurrency=4, window=4):
        break
    gc.collect()
    with anyio.fail_after(60):
        while watched.ended < len(watched.begun):  # noqa: ASYNC110  # nothing tells of it
            await anyio.sleep(0.001)
    count = len(watched.begun)
    await anyio.wait_all_tasks_blocked()
    assert len(watched.begun) == count < 100


async def test_a_batch_that_is_aborted_raises_after_the_outcomes_that_exist(client: AsyncClient) -> None:
    def request(number: int) -> Call[int]:
        async def make(client: AsyncClient) -> int:
            raise APIConnectionError("Gone.", phase="connect", permanent=True)

        return batch.custom(make)

    failures: list[Outcome[int, int]] = []

    async def gather() -> None:
        async for outcome in client.batch.map(range(100), request=request, concurrency=2, abort_after=5):
            failures.append(outcome)  # noqa: PERF401  # what came before the error is what counts

    with pytest.raises(BatchAbortedError, match="5 rows in a row failed in the same way") as caught:
        await gather()
    assert caught.value.report.failed == len(failures)
    assert 5 <= len(failures) <= 7
    count = len(await gathered(client.batch.map(range(30), request=request, abort_after=None)))
    assert count == 30


@pytest.mark.parametrize("ordered", [True, False])
async def test_a_wrong_configuration_is_raised_itself_before_any_outcome(client: AsyncClient, ordered: bool) -> None:
    asked: list[int] = []

    def request(number: int) -> Call[int]:
        async def make(client: AsyncClient) -> int:
            asked.append(number)
            raise ConfigurationError("SSL_CERT_FILE names nothing.")

        return batch.custom(make)

    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        await anext(client.batch.map(range(100), request=request, concurrency=2, ordered=ordered))
    assert len(asked) <= 2


async def test_without_await_a_job_runs_beside_an_event_loop_that_is_there_already(tmp_path: Path) -> None:
    with Client(api_key="abcd1234.nowhere", base_url="http://127.0.0.1:9/v1") as client:
        report = client.batch.run(range(20), tmp_path / "out.jsonl", request=Watched(), progress="none")
    assert report.ok == 20


def test_a_client_that_cannot_have_a_twin_says_so() -> None:
    with (
        httpx.Client() as http,
        Client(api_key="abcd1234.nowhere", http_client=http) as client,
        pytest.raises(ConfigurationError, match="use an AsyncClient"),
    ):
        client.batch.map([1], request=Watched())


def test_without_await_rows_run_in_a_thread_and_end_with_it() -> None:
    watched = Watched()
    with Client(api_key="abcd1234.nowhere", base_url="http://127.0.0.1:9/v1") as client:
        values = [outcome.value for outcome in client.batch.map(range(300), request=watched) if isinstance(outcome, Ok)]
        assert sorted(values) == list(range(0, 600, 2))
        with client.batch.map(range(10_000), request=watched, concurrency=2) as outcomes:
            next(outcomes)
        assert list(outcomes) == []
        assert watched.ended == len(watched.begun)
        for _ in client.batch.map(range(10_000), request=watched, concurrency=2):
            break

        def source() -> Iterator[int]:
            yield 1
            raise OSError("the cable is out")

        with pytest.raises(OSError, match="the cable is out"):
            list(client.batch.map(source(), request=watched))


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("how", ["source", "request", "key"])
def test_a_program_that_leaves_in_one_of_its_functions_leaves_with_its_own_error(
    how: str, error: type[BaseException]
) -> None:
    def rows() -> Iterator[int]:
        yield 1
        if how == "source":
            raise error("enough")

    def request(row: int) -> Call[int]:
        if how == "request":
            raise error("enough")
        return batch.custom(Watched()(row).make)

    def key(row: int) -> str:
        if how == "key":
            raise error("enough")
        return str(row)

    with Client(api_key="abcd1234.nowhere", base_url="http://127.0.0.1:9/v1") as client:
        outcomes = client.batch.map(rows(), request=request, key=key)
        with pytest.raises(error, match="enough"):
            list(outcomes)
        outcomes.close()
    gc.collect()  # What the interrupt cut short warns here, and not in a later test.


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("how", ["map", "run", "embed"])
def test_so_does_one_on_trio(how: str, error: type[BaseException], tmp_path: Path) -> None:
    def rows() -> Iterator[dict[str, str]]:
        yield {"id": "a"}
        raise error("enough")

    def request(row: dict[str, str]) -> Call[int]:
        return batch.custom(Watched()(1).make)

    async def main() -> None:
        async with AsyncClient(api_key="abcd1234.nowhere", base_url="http://127.0.0.1:9/v1") as client:
            if how == "map":
                async for _ in client.batch.map(rows(), request=request):
                    pass
            elif how == "run":
                await client.batch.run(rows(), tmp_path / "out.jsonl", request=request, key="id", progress="none")
            else:
                texts = (row["id"] for row in rows())
                await client.deployments("abcd1234").embeddings.embed(texts, max_batch=1)

    with pytest.raises(error, match="enough"):
        anyio.run(main, backend="trio")
