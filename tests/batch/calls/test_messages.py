"""Messages as calls of a batch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baseten_sdk import Client, InvalidRequestError, Target, batch
from baseten_sdk.emulator import Emulator


def test_a_row_is_a_message_and_its_tokens_are_counted_by_their_one_meaning(tmp_path: Path) -> None:
    sink = tmp_path / "out.jsonl"
    rows = [{"key": str(place), "text": "Say " + "hello " * 100} for place in range(2)]

    def ask(row: dict[str, str]) -> batch.Call[object]:
        return batch.messages(
            model="zai-org/GLM-5.3",
            max_tokens=200,
            system="Be brief.",
            messages=[{"role": "user", "content": row["text"]}],
            extra_headers={"x-emulator": "message-usage=exclusive"},
        )

    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        report = client.batch.run(rows, sink, request=ask)
    assert (report.ok, report.failed) == (2, 0)
    line = json.loads(sink.read_text().splitlines()[0])["output"]
    assert line["content"][0]["text"].startswith("hello hello")
    usage = line["usage"]
    assert report.input_tokens == 2 * (usage["input_tokens"] + usage["cache_read_input_tokens"])
    assert report.output_tokens == 2 * usage["output_tokens"]


def test_a_pool_and_a_deployment_take_rows_of_messages(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Say hello"}]
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        pool = client.pool([Target("abcd1234")])
        calls = [
            batch.messages(max_tokens=9, messages=turns, deployment=pool),
            batch.messages(model="served", max_tokens=9, messages=turns, deployment="abcd1234"),
        ]
        rows = [{"key": str(place)} for place in range(2)]
        report = client.batch.run(rows, tmp_path / "out.jsonl", request=lambda row: calls[int(row["key"])])
    assert report.ok == 2


def test_a_row_without_a_model_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="Say which model"):
        batch.messages(max_tokens=9, messages=[])  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
