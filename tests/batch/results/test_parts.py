"""The parts of an output become one file: nothing is lost and nothing is there twice, whenever it is interrupted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baseten_sdk.batch.results.manifest import Manifest, manifest_path
from baseten_sdk.batch.results.output import failed_path
from baseten_sdk.batch.results.parts import join_parts, part_path
from baseten_sdk.batch.rows.shard import Shard


def done(*keys: str) -> str:
    return "".join(f'{{"key":"{key}","output":1}}\n' for key in keys)


def failed(*keys: str) -> str:
    return "".join(f'{{"key":"{key}","line":1,"error":{{}},"attempts":1}}\n' for key in keys)


def keys(path: Path) -> list[str]:
    return [json.loads(line)["key"] for line in path.read_text().splitlines()]


@pytest.fixture
def sink(tmp_path: Path) -> Path:
    """An output with one earlier result and one earlier failure, and two parts."""
    sink = tmp_path / "out.jsonl"
    sink.write_text(done("a"))
    failed_path(sink).write_text(failed("old"))
    for index, text, bad in ((1, done("b", "c"), failed("x")), (2, done("d"), "")):
        part = part_path(sink, Shard(index, 2))
        part.write_text(text)
        if bad:
            failed_path(part).write_text(bad)
        source = {"name": "in.jsonl", "bytes": 1, "sha256": "0", "shard": f"{index}/2"}
        manifest_path(part).write_text(Manifest(source, {"kind": "chat"}, ("b", "0")).to_json())
    return sink


def test_the_parts_are_joined_and_gone(sink: Path) -> None:
    join_parts(sink, 2, openai=False, retry_failed=False)
    assert keys(sink) == ["a", "b", "c", "d"]
    assert keys(failed_path(sink)) == ["old", "x"]
    manifest = Manifest.of_json(manifest_path(sink).read_text())
    assert manifest.source == {"name": "in.jsonl", "bytes": 1, "sha256": "0"}
    assert manifest.settings == {"kind": "chat"}
    assert sorted(path.name for path in sink.parent.iterdir()) == [
        "out.failed.jsonl", "out.jsonl", "out.jsonl.manifest.json",
    ]  # fmt: skip


def test_failures_that_were_run_again_are_those_of_the_parts(sink: Path) -> None:
    join_parts(sink, 2, openai=False, retry_failed=True)
    assert keys(failed_path(sink)) == ["x"]


def test_no_failures_leave_no_file(sink: Path) -> None:
    failed_path(part_path(sink, Shard(1, 2))).unlink()
    join_parts(sink, 2, openai=False, retry_failed=True)
    assert not failed_path(sink).exists()


def test_joining_again_after_an_interruption_adds_nothing(sink: Path) -> None:
    left = {path: path.read_bytes() for path in sink.parent.iterdir() if "part" in path.name}
    join_parts(sink, 2, openai=False, retry_failed=False)
    before = sink.read_bytes(), failed_path(sink).read_bytes()
    for path, data in left.items():
        path.write_bytes(data)
    join_parts(sink, 2, openai=False, retry_failed=False)
    assert (sink.read_bytes(), failed_path(sink).read_bytes()) == before


def test_a_failure_of_a_row_that_has_a_result_is_left_out(sink: Path) -> None:
    failed_path(part_path(sink, Shard(1, 2))).write_text(failed("a", "y"))
    join_parts(sink, 2, openai=False, retry_failed=False)
    assert keys(failed_path(sink)) == ["old", "y"]


def test_a_line_that_was_cut_off_is_no_line(sink: Path) -> None:
    sink.write_text(done("a") + '{"key":"torn","outp')
    join_parts(sink, 2, openai=False, retry_failed=False)
    assert keys(sink) == ["a", "b", "c", "d"]
