"""The files of an output: repaired, locked, tidied, and never less than what was whole."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from baseten_sdk.batch.results.line_file import LineFile
from baseten_sdk.batch.results.lines import OwnLines
from baseten_sdk.batch.results.output import Output, failed_path
from baseten_sdk.batch.rows.intake import DONE, FAILED, Intake
from baseten_sdk.errors import BatchLockedError, BatchOutputError, BatchRowError
from baseten_sdk.types.batch import Failed, Ok

OWN = OwnLines[object, object]()


@given(st.lists(st.binary(max_size=6).map(lambda piece: piece.replace(b"\n", b"")), max_size=4), st.binary(max_size=6))
def test_what_follows_the_last_end_of_a_line_is_cut_off(
    tmp_path_factory: pytest.TempPathFactory, whole: list[bytes], torn: bytes
) -> None:
    path = tmp_path_factory.mktemp("mend") / "out.jsonl"
    torn = torn.replace(b"\n", b"")
    kept = b"".join(line + b"\n" for line in whole)
    path.write_bytes(kept + torn)
    file = LineFile(path)
    assert file.size == len(kept)
    file.write(b"more\n")
    file.close()
    assert path.read_bytes() == kept + b"more\n"


def test_a_long_torn_line_is_cut_off_too(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"a\n" + b"x" * 200_000)
    file = LineFile(path)
    assert file.size == 2
    file.close()


def test_two_writers_are_one_too_many(tmp_path: Path) -> None:
    first = Output(tmp_path / "out.jsonl", OWN)
    with pytest.raises(BatchLockedError, match="another process"):
        Output(tmp_path / "out.jsonl", OWN)
    first.close()
    Output(tmp_path / "out.jsonl", OWN).close()


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BatchOutputError, match="cannot be written: No such file"):
        LineFile(tmp_path / "none" / "out.jsonl")


def test_a_full_disk_is_an_error_of_the_output(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    link = tmp_path / "out.jsonl"
    os.symlink("/dev/full", link)
    file = LineFile(link, follow=True)
    with pytest.raises(BatchOutputError, match="No space left"):
        file.write(b"x\n")
    file.close()


def result(key: str) -> bytes:
    return OWN.of_result(Ok(key, None, 1, 1)).data


def failure(key: str, message: str = "No.") -> bytes:
    return OWN.of_failure(Failed(key, None, ValueError(message), 1))


def refusal(number: int) -> bytes:
    return OWN.of_failure(Failed(f"line {number}", None, BatchRowError("Bad.", number=number), number))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


@pytest.fixture
def intake() -> Intake[object]:
    return Intake[object](None)


def loaded(path: Path, intake: Intake[object]) -> Output[object, object]:
    output = Output(path, OWN)
    try:
        output.load(intake)
    except BaseException:
        output.close()
        raise
    return output


def failures(path: Path) -> list[tuple[str | None, str]]:
    position = failed_path(path)
    if not position.exists():
        return []
    records = [json.loads(line) for line in position.read_text().splitlines()]
    return [(record["key"] or f"line {record['line']}", record["error"]["message"]) for record in records]


def test_what_earlier_runs_did_is_known(path: Path, intake: Intake[object]) -> None:
    path.write_bytes(result("a") + result("\u2028") + result('"q"'))
    failed_path(path).write_bytes(failure("b") + refusal(7))
    loaded(path, intake).close()
    assert [intake.keys.get(key) for key in ("a", "\u2028", '"q"', "b", "c")] == [DONE, DONE, DONE, FAILED, 0]
    assert [intake.positions.get(position) for position in ("7", "8")] == [FAILED, 0]


def test_a_failure_that_was_repaired_or_repeated_is_tidied_away(path: Path, intake: Intake[object]) -> None:
    path.write_bytes(result("a") + result("b"))
    failed_path(path).write_bytes(
        failure("a", "first")
        + failure("c", "first")
        + refusal(3)
        + failure("c", "last")
        + failure("d", "only")
        + refusal(3)
    )
    loaded(path, intake).close()
    assert failures(path) == [("c", "last"), ("d", "only"), ("line 3", "Bad.")]


@given(st.lists(st.sampled_from("abcd"), max_size=8), st.sets(st.sampled_from("abcd")), st.booleans())
def test_of_failures_taken_up_again_those_are_left_that_failed_again(
    tmp_path_factory: pytest.TempPathFactory, again: list[str], repaired: set[str], complete: bool
) -> None:
    path = tmp_path_factory.mktemp("tidy") / "out.jsonl"
    path.write_bytes(result("x"))
    failed_path(path).write_bytes(b"".join(failure(key, "before") for key in "abcd"))
    output = loaded(path, Intake[object](None))
    once = [key for key in dict.fromkeys(again) if key not in repaired]
    for key in repaired:
        output.done.write(result(key))
    for key in once:
        output.failed.write(failure(key, "again"))
    output.tidy(complete=complete)
    output.close()
    left = [] if complete else [(key, "before") for key in "abcd" if key not in repaired and key not in once]
    assert sorted(failures(path)) == sorted(left + [(key, "again") for key in once])
    assert failed_path(path).exists() == bool(left or once)


def test_the_lock_goes_along_when_the_file_is_tidied(path: Path, intake: Intake[object]) -> None:
    path.write_bytes(result("a"))
    failed_path(path).write_bytes(failure("a") + failure("b"))
    output = loaded(path, intake)
    with pytest.raises(BatchLockedError):
        LineFile(failed_path(path))
    output.failed.write(failure("c"))
    output.close()
    assert [key for key, _ in failures(path)] == ["b", "c"]


def test_garbage_at_the_end_is_cut_off_and_in_the_middle_refused(path: Path, intake: Intake[object]) -> None:
    path.write_bytes(result("a") + b"\0\0\0\n\0\0\n")
    loaded(path, intake).close()
    assert path.read_bytes() == result("a")
    path.write_bytes(result("a") + b"\0\0\0\n" + result("b"))
    with pytest.raises(BatchOutputError, match=r"Line 2 of .* is not a line of this batch"):
        loaded(path, Intake[object](None))


@pytest.fixture(autouse=True)
def nothing_is_left_behind(tmp_path: Path) -> Iterator[None]:
    yield
    assert [name for name in os.listdir(tmp_path) if name.endswith(".new")] == []
