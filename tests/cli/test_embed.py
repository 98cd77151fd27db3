"""`baseten-sdk embed`: a file of texts to a file of vectors, stopped and resumed at will."""

from __future__ import annotations

import ast
import json
import math
import os
import struct
import sys
from pathlib import Path

import pytest

from baseten_sdk import Client
from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from tests.cli.running import Run

TEXTS = [f"text number {number}" for number in range(25)]
WHERE = ("--deployment", "abcd1234", "--progress", "none")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"id": number, "text": text}) + "\n" for number, text in enumerate(TEXTS)))
    return path


def rows(path: Path) -> list[list[float]]:
    """The rows of a file of numpy."""
    data = path.read_bytes()
    assert data[:8] == b"\x93NUMPY\x01\x00"
    (size,) = struct.unpack("<H", data[8:10])
    assert (10 + size) % 64 == 0
    about = ast.literal_eval(data[10 : 10 + size].decode())
    count, width = about["shape"]
    assert (about["descr"], about["fortran_order"]) == ("<f4", False)
    assert len(data) == 10 + size + count * width * 4
    numbers = struct.unpack(f"<{count * width}f", data[10 + size :])
    return [list(numbers[row * width : (row + 1) * width]) for row in range(count)]


def expected(emu: Emulator) -> list[list[float]]:
    with Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        return client.deployments("abcd1234").embeddings.embed(TEXTS).tolist()


def test_row_n_is_the_vector_of_text_n(run: Run, emu: Emulator, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.npy"
    ended = run("embed", str(source), str(out), *WHERE, "--max-batch", "10", "-c", "2")
    assert (ended.code, ended.err) == (ExitCode.OK, "")
    assert ended.out == f"25 of 25 texts have a vector: {out}\n"
    assert len(emu.requests) == 3
    assert rows(out) == expected(emu)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.npy"]


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
@pytest.mark.parametrize("text", ["", None])
def test_a_link_at_the_name_of_the_work_file_is_not_followed(
    run: Run, emu: Emulator, source: Path, tmp_path: Path, text: str | None
) -> None:
    victim = tmp_path / "victim"
    if text is not None:
        victim.write_text(text)
    (tmp_path / "v.npy.partial.jsonl").symlink_to(victim)
    ended = run("embed", str(source), str(tmp_path / "v.npy"), "-d", "abcd1234")
    assert ended.code == ExitCode.USAGE
    assert "symbolic link" in " ".join(ended.err.replace("│", "").split())
    assert not victim.exists() if text is None else victim.read_text() == text
    assert not emu.requests


@pytest.mark.parametrize("name", ["v.npy", "v.npy.new", "v.npy.partial.jsonl", "v.npy.partial.failed.jsonl"])
def test_the_source_is_never_overwritten(run: Run, emu: Emulator, source: Path, name: str) -> None:
    source = source.rename(source.with_name(name))
    before = source.read_bytes()
    ended = run("embed", str(source), str(source.with_name("v.npy")), *WHERE, "--format", "jsonl", "--force")
    assert ended.code == ExitCode.USAGE
    assert "is SOURCE" in " ".join(ended.err.replace("│", "").split())
    assert source.read_bytes() == before
    assert not emu.requests


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
def test_only_a_regular_file_is_replaced(run: Run, emu: Emulator, source: Path, kind: str) -> None:
    target = source.with_name("v.npy")
    match kind:
        case "folder":
            target.mkdir()
        case "pipe":
            os.mkfifo(target)
        case _:
            target.symlink_to("/dev/null")
    ended = run("embed", str(source), str(target), *WHERE, "--force")
    assert ended.code == ExitCode.USAGE
    assert "must be a regular file" in " ".join(ended.err.replace("│", "").split())
    assert not emu.requests


@pytest.mark.parametrize("name", ["v.npy.new", "x" * 300 + ".npy"])
def test_a_file_that_cannot_be_written_is_an_error_that_names_it(
    run: Run, source: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "v.npy.new").mkdir()
    target = tmp_path / name.removesuffix(".new")
    ended = run("embed", str(source), str(target), *WHERE)
    assert ended.code == ExitCode.OTHER
    assert "cannot be written" in ended.err
    assert target.name in ended.err


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")
@pytest.mark.parametrize("suffix", ["npy", "parquet"])
def test_the_file_is_private_and_a_planted_link_is_not_followed(
    run: Run, source: Path, tmp_path: Path, suffix: str
) -> None:
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
    target, victim = tmp_path / f"v.{suffix}", tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / f"v.{suffix}.new").symlink_to(victim)
    assert run("embed", str(source), str(target), "-d", "abcd1234").code == ExitCode.OK
    assert victim.read_text() == "mine"
    assert target.stat().st_mode & 0o777 == 0o600
    assert not target.is_symlink()
    target.chmod(0o640)
    assert run("embed", str(source), str(target), "-d", "abcd1234", "--force").code == ExitCode.OK
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_table_with_another_field_and_shorter_vectors(run: Run, emu: Emulator, tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.npy"
    source.write_text("name,about\na,red cars\nb,green tea\n")
    ended = run("embed", str(source), str(out), *WHERE, "--field", "about", "--dimensions", "4", "-o", "json")
    assert ended.json == {"rows": 2, "missing": [], "file": str(out)}
    assert [len(row) for row in rows(out)] == [4, 4]


def test_a_failed_request_costs_its_own_rows_and_is_tried_again(
    run: Run, emu: Emulator, source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.npy"
    again = ("embed", str(source), str(out), *WHERE, "--max-batch", "10", "-c", "1", "--max-retries", "0")
    emu.script([None, "status=400"])
    ended = run(*again)
    assert ended.code == ExitCode.OTHER
    assert "15 of 25 texts have a vector" in ended.out
    assert "No vector for rows 10, 11, 12, 13, 14, .... --retry-failed tries again." in ended.out
    assert [math.isnan(row[0]) for row in rows(out)] == [10 <= row < 20 for row in range(25)]
    emu.requests.clear()
    assert run(*again, "--retry-failed").code == ExitCode.OK
    assert len(emu.requests) == 1
    assert rows(out) == expected(emu)


def test_a_stopped_run_is_resumed(run: Run, emu: Emulator, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.npy"
    again = ("embed", str(source), str(out), *WHERE, "--max-batch", "10", "-c", "1", "--max-retries", "0")
    emu.script([None, "status=402"])
    assert run(*again).code not in (ExitCode.OK, ExitCode.OTHER)
    assert not out.exists()
    emu.requests.clear()
    assert run(*again).code == ExitCode.OK
    assert len(emu.requests) == 2
    assert rows(out) == expected(emu)


def test_a_row_without_a_text_is_told_and_costs_nothing_else(run: Run, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.npy"
    source.write_text('{"text": "a"}\n{"text": ""}\n{"note": "b"}\n{"text": "c"}\n')
    ended = run("embed", str(source), str(out), *WHERE)
    assert ended.code == ExitCode.OTHER
    assert ended.out.endswith("No vector for rows 1, 2.\n")
    assert [math.isnan(row[0]) for row in rows(out)] == [False, True, True, False]


def test_another_source_does_not_go_on_with_the_work(run: Run, emu: Emulator, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.npy"
    emu.script([None, "status=402"])
    run("embed", str(source), str(out), *WHERE, "--max-batch", "10", "-c", "1", "--max-retries", "0")
    source.write_text('{"text": "another"}\n')
    emu.requests.clear()
    assert run("embed", str(source), str(out), *WHERE, "--max-batch", "10").code != ExitCode.OK
    assert list(emu.requests) == []


def test_what_cannot_be_is_refused_before_anything_is_sent(
    run: Run, emu: Emulator, source: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there.npy"
    there.write_bytes(b"mine")
    for arguments in (
        (str(source), str(tmp_path / "out.txt"), *WHERE),
        (str(source), str(tmp_path / "missing" / "out.npy"), *WHERE),
        (str(source), str(there), *WHERE),
        (str(tmp_path / "missing.jsonl"), str(tmp_path / "out.npy"), *WHERE),
        ("-", str(tmp_path / "out.npy"), *WHERE),
        (str(source), str(tmp_path / "out.npy"), *WHERE, "-c", "many"),
        (str(source), str(tmp_path / "out.npy")),
    ):
        assert run("embed", *arguments).code == ExitCode.USAGE
    assert list(emu.requests) == []
    assert there.read_bytes() == b"mine"


def test_a_field_that_is_not_there_is_refused_with_those_that_are(run: Run, emu: Emulator, tmp_path: Path) -> None:
    source = tmp_path / "cities.jsonl"
    source.write_text('{"city": "Oslo", "size": 7}\n')
    ended = run("embed", str(source), str(tmp_path / "out.npy"), *WHERE)
    assert ended.code == ExitCode.USAGE
    assert "the row has 'city', 'size'" in " ".join(ended.err.replace("│", "").split())
    ended = run("embed", str(source), str(tmp_path / "out.npy"), *WHERE, "--field", "size")
    assert "'size' is not text" in " ".join(ended.err.replace("│", "").split())
    assert len(emu.requests) == 0
    assert run("embed", str(source), str(tmp_path / "out.npy"), *WHERE, "--field", "city").code == ExitCode.OK
