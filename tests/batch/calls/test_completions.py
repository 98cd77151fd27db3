"""Rows that continue a text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from baseten_sdk import AsyncClient, InvalidRequestError, Target, batch
from baseten_sdk.emulator import Emulator
from tests.asking import fields

pytestmark = pytest.mark.anyio


@pytest.fixture
def emu() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


async def test_a_row_is_a_continued_text_with_its_tokens(emu: Emulator, tmp_path: Path) -> None:
    sink = tmp_path / "out.jsonl"
    rows = [{"id": "a", "text": "Once upon"}, {"id": "b", "text": "It was"}]
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        report = await client.batch.run(
            rows,
            sink,
            request=lambda row: batch.completions(
                model="llama", prompt=row["text"], max_tokens=9, deployment="abcd1234"
            ),
        )
    lines = {line["key"]: line["output"] for line in map(json.loads, sink.read_text().splitlines())}
    assert {line["object"] for line in lines.values()} == {"text_completion"}
    assert all(line["choices"][0]["text"] for line in lines.values())
    assert report.ok == 2
    assert report.output_tokens == sum(line["usage"]["completion_tokens"] for line in lines.values()) > 0
    assert {(str(fields(each)["model"]), fields(each)["max_tokens"]) for each in emu.requests} == {("llama", 9)}


async def test_a_text_is_continued_by_a_model_or_a_pool(emu: Emulator) -> None:
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        pool = client.pool([Target("abcd1234", model="llama")])
        for call in (
            batch.completions(model="abcd1234", prompt="Once"),
            batch.completions(prompt="Once", deployment=pool),
        ):
            assert (await call.make(client)).text
    assert {request.path for request in emu.requests} == {"/model/abcd1234/environments/production/sync/v1/completions"}
    with pytest.raises(InvalidRequestError, match="Say which model"):
        batch.completions(prompt="Once", deployment="abcd1234")
