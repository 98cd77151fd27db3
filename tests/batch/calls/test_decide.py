"""Decisions as calls of a batch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from baseten_sdk import Client, batch
from baseten_sdk.emulator import Emulator


class Triage(BaseModel):
    team: Literal["billing", "shipping"]


def test_a_row_is_decided_and_its_line_has_value_and_probabilities(tmp_path: Path) -> None:
    sink = tmp_path / "out.jsonl"
    rows = [{"key": "1", "text": "the shipping"}, {"key": "2", "text": "the billing"}]
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        report = client.batch.run(rows, sink, request=lambda row: batch.decide(Triage, state=row["text"]))
    assert (report.ok, report.failed) == (2, 0)
    lines = {line["key"]: line["output"] for line in map(json.loads, sink.read_text().splitlines())}
    assert [lines[key]["value"] for key in "12"] == [{"team": "shipping"}, {"team": "billing"}]
    assert lines["1"]["probabilities"]["team"].keys() == {"billing", "shipping"}
    assert lines["1"]["confidence"]["team"] == lines["1"]["probabilities"]["team"]["shipping"]
    assert report.input_tokens == 20
