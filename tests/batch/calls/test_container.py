"""A container on one's own machine as the target of a batch: its URL stands where a model's ID would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baseten_sdk import Client, InvalidRequestError, batch, user
from baseten_sdk.emulator import Emulator


def test_the_rows_of_a_batch_go_to_a_container(tmp_path: Path) -> None:
    sink = tmp_path / "out.jsonl"
    with Emulator() as emu, Client() as client:
        url = emu.container_url
        report = client.batch.run(["a", "b"], sink, request=lambda row: batch.predict(url, {"text": row}))
        report = client.batch.run(["a", "b", "c"], sink, request=lambda row: batch.predict(url, {"text": row}))
        (outcome,) = client.batch.map(
            ["x"], request=lambda _: batch.chat(model="m", messages=[user("Say hello")], deployment=url)
        )
    assert (report.ok, report.failed, report.done_before) == (1, 0, 2)
    outputs = [json.loads(line)["output"]["text"] for line in sink.read_text().splitlines()]
    assert sorted(outputs) == ["a", "b", "c"]
    assert isinstance(outcome, batch.Ok)
    assert outcome.value.text == "hello"


@pytest.mark.parametrize("target", ["environment", "deployment_id", "regional"])
def test_a_container_has_no_targets(target: str) -> None:
    with pytest.raises(InvalidRequestError, match="A container on this machine has no"):
        batch.DeploymentTarget("http://127.0.0.1:8080", **{target: "x"})


def test_the_url_of_a_deployment_is_not_a_container() -> None:
    assert not batch.DeploymentTarget("https://model-abcd1234.api.baseten.co").is_container
    assert not batch.DeploymentTarget("abcd1234").is_container
    assert batch.DeploymentTarget("https://box.internal:8080").is_container
