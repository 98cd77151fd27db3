"""`--report` of a batch: a place where it cannot be written is found before the first row."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from baseten_sdk.emulator import Emulator
from tests.cli.running import KEY, Ended, Run

MODEL = "emulator/text-yes"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.jsonl").write_text('{"id": "a"}\n{"id": "b"}\n')
    return tmp_path


def run_batch(run: Run, folder: Path, report: Path | str, *more: str) -> Ended:
    asked = ["batch", str(folder / "in.jsonl"), str(folder / "out.jsonl"), "-m", MODEL, "--progress", "none"]
    prompt = () if "-t" in more else ("--prompt", "Say yes")
    return run(*asked, *prompt, "--report", str(report), *more)


def said(ended: Ended) -> str:
    return " ".join(ended.err.replace("│", "").split())


@pytest.mark.parametrize(
    "place", ["no/report.json", "in.jsonl/report.json", "folder", "loop", "nowhere", "x" * 300, "/proc/report.json"]
)
def test_a_place_that_cannot_be_written_is_found_before_the_first_row(
    run: Run, emu: Emulator, folder: Path, place: str
) -> None:
    (folder / "folder").mkdir()
    (folder / "loop").symlink_to("loop")
    (folder / "nowhere").symlink_to("no/report.json")
    before = sorted(folder.iterdir())
    ended = run_batch(run, folder, folder / place)
    assert ended.code == 2
    assert "cannot be written" in said(ended)
    assert not emu.requests
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    "name", ["in.jsonl", "out.jsonl", "out.failed.jsonl", "out.jsonl.manifest.json", "t.txt", "s.json", "key", "link"]
)
def test_no_file_of_the_command_is_overwritten(run: Run, emu: Emulator, folder: Path, name: str) -> None:
    texts = {"t.txt": "Say {id}", "s.json": "{}", "key": KEY, "in.jsonl": '{"id": "a"}\n'}
    for each, text in texts.items():
        (folder / each).write_text(text)
    (folder / "link").symlink_to("in.jsonl")
    more = ("-t", str(folder / "t.txt"), "--schema", str(folder / "s.json"), "--api-key-file", str(folder / "key"))
    ended = run_batch(run, folder, folder / name, *more)
    assert ended.code == 2
    assert "uses that file already" in said(ended)
    assert not emu.requests
    assert {each: (folder / each).read_text() for each in texts} == texts


def test_looking_for_a_place_changes_nothing(run: Run, folder: Path) -> None:
    old, new, link = folder / "old.json", folder / "new.json", folder / "link.json"
    old.write_text("the last report")
    link.symlink_to("target.json")
    (folder / "in.jsonl").unlink()
    for each in (old, new, link):
        assert run_batch(run, folder, each).code == 2
    assert old.read_text() == "the last report"
    assert sorted(path.name for path in folder.iterdir()) == ["link.json", "old.json"]


def test_a_report_goes_where_a_link_leads_and_into_a_pipe(run: Run, folder: Path) -> None:
    link, pipe, got = folder / "link.json", folder / "pipe.json", list[str]()
    link.symlink_to("target.json")
    assert run_batch(run, folder, link).code == 0
    assert json.loads((folder / "target.json").read_text())["ok"] == 2
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    assert run_batch(run, folder, pipe).code == 0
    reader.join()
    assert json.loads(got[0])["done_before"] == 2


def test_a_report_waits_for_no_reader_of_a_pipe(run: Run, emu: Emulator, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    ended = run_batch(run, folder, folder / "pipe")
    assert ended.code == 1
    assert "pipe cannot be written: no program reads the pipe." in said(ended)
    assert len((folder / "out.jsonl").read_text().splitlines()) == 2
