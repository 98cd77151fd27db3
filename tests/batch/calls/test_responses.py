"""Rows that are responses of the Responses API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from baseten_sdk import AsyncClient, BatchMismatchError, Client, ModelResponse, Retry, Target, batch
from baseten_sdk.batch import Call
from baseten_sdk.emulator import Emulator
from tests.asking import fields

pytestmark = pytest.mark.anyio

MODEL = "openai/gpt-oss-120b"
QUICK = Retry(initial=0.001, maximum=0.002)


@pytest.fixture
def emu() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


def rows(count: int) -> list[dict[str, str]]:
    return [{"id": str(number), "text": f"Say {number}"} for number in range(count)]


def asked(row: dict[str, str]) -> Call[ModelResponse]:
    return batch.responses(model=MODEL, input=row["text"], instructions="Be brief.", max_output_tokens=9)


async def test_a_row_is_a_response_with_its_tokens(emu: Emulator, tmp_path: Path) -> None:
    sink = tmp_path / "out.jsonl"
    emu.script(["status=503"])
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, retry=QUICK) as client:
        report = await client.batch.run(rows(3), sink, request=asked)
    lines = {line["key"]: line["output"] for line in map(json.loads, sink.read_text().splitlines())}
    assert {key: output["output"][0]["content"][0]["text"] for key, output in lines.items()} == {
        key: key for key in ("0", "1", "2")
    }
    assert report.ok == 3
    assert report.input_tokens == sum(output["usage"]["input_tokens"] for output in lines.values())
    assert report.output_tokens == sum(output["usage"]["output_tokens"] for output in lines.values())
    assert {request.path for request in emu.requests} == {"/v1/responses"}


async def test_other_settings_are_another_batch(emu: Emulator, tmp_path: Path) -> None:
    sink = tmp_path / "out.jsonl"
    with Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        client.batch.run(rows(1), sink, request=asked)
        client.batch.run(rows(2), sink, request=asked)
        assert len(emu.requests) == 2
        with pytest.raises(BatchMismatchError, match="instructions"):
            client.batch.run(rows(2), sink, request=lambda row: batch.responses(model=MODEL, input=row["text"]))


async def test_a_row_may_go_to_a_deployment_or_a_pool(emu: Emulator) -> None:
    items = iter([{"role": "user", "content": "Say hi"}])
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        pool = client.pool([Target("abcd1234", model="llama")])
        calls = [
            batch.responses(model="llama", input=items, deployment="abcd1234"),
            batch.responses(input="Say hi", deployment=pool),
        ]
        for call in calls:
            assert [(await call.make(client)).output_text for _ in range(2)] == ["hi", "hi"]
    assert {request.path for request in emu.requests} == {"/model/abcd1234/environments/production/sync/v1/responses"}
    assert {str(fields(request)["model"]) for request in emu.requests} == {"llama"}
