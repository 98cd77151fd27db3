"""A job that is killed at random moments has every row exactly once. Hundreds of kills: `python -m scripts.kills`."""

from __future__ import annotations

import json
from pathlib import Path

from scripts.kills.rows import POISON, write_rows
from scripts.kills.trial import Trial, compare, run


def test_every_row_is_there_exactly_once_however_often_the_job_is_killed(tmp_path: Path) -> None:
    result = run(Trial(800, 3, tmp_path, seed=1, trouble=0.05, growth=40_000, concurrency=64))
    assert result.problems == []
    assert result.kills == 3
    assert result.reports[0]["stopped"] is None


def test_the_comparison_finds_what_is_wrong(tmp_path: Path) -> None:
    expected = write_rows(tmp_path / "in.jsonl", 2000, 3)
    assert expected.lines
    assert expected.failed
    assert not any(POISON in text for text in expected.done.values())
    sink = tmp_path / "out.jsonl"
    first, second, third, *_ = expected.done
    with sink.open("w") as file:
        for key, answered in ((first, first), (first, first), (second, third)):
            message = {"content": f"You said {expected.done[answered]}"}
            file.write(json.dumps({"key": key, "output": {"choices": [{"message": message}]}}) + "\n")
    sink.with_name("out.failed.jsonl").write_text("")
    problems = compare(expected, sink)
    assert f"{first!r} is there 2 times" in problems
    assert f"{third!r} is missing" in problems
    assert any("has the answer of another row" in problem for problem in problems)
    assert any("failed keys differ" in problem for problem in problems)
    assert any("failed lines differ" in problem for problem in problems)
