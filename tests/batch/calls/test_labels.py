"""Rows whose texts are scored or labeled."""

from __future__ import annotations

import pytest

from baseten_sdk import AsyncClient, batch
from baseten_sdk.emulator import Emulator
from tests.asking import fields

pytestmark = pytest.mark.anyio


async def test_the_parameters_of_a_row_are_sent_and_compared() -> None:
    scored = batch.rerank("abcd1234", "a", ["a b", "c"], raw_scores=True, return_text=True, timeout=9)
    labeled = batch.classify("abcd1234", ["a b", "c"], truncate=True)
    with Emulator() as emu:
        async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints) as client:
            assert [each.text for each in await scored.make(client)] == ["a b", "c"]
            assert len(await labeled.make(client)) == 2
        assert [fields(each) for each in emu.requests] == [
            {"query": "a", "texts": ["a b", "c"], "raw_scores": True, "return_text": True},
            {"inputs": [["a b"], ["c"]], "truncate": True},
        ]
    target = batch.DeploymentTarget("abcd1234")
    assert scored.settings() == {"kind": "rerank", "deployment": target, "raw_scores": True, "return_text": True}
    assert scored.content() == ["a", "a b", "c"]
    assert labeled.settings() == {"kind": "classify", "deployment": target, "truncate": True}
