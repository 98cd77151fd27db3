"""An output that another program touched is noticed, and the error says where the lines are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from baseten_sdk.batch.results.line_file import LineFile
from baseten_sdk.errors import BatchOutputError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"old\n")
    return path


@pytest.fixture
def file(path: Path) -> Iterator[LineFile]:
    file = LineFile(path)
    file.write(b"new\n")
    yield file
    file.close()


def test_one_that_nobody_touched_is_right(file: LineFile) -> None:
    file.verify()
    file.keep(lambda at, line: line == b"new\n")
    file.verify()
    file.write(b"more\n")
    file.sync()
    file.verify()
    assert file.path.read_bytes() == b"new\nmore\n"
    file.cut(4)
    file.verify()


def test_one_that_was_moved_is_named_where_it_is_now(file: LineFile, path: Path) -> None:
    path.rename(path.with_name("moved.jsonl"))
    with pytest.raises(BatchOutputError, match=r"out\.jsonl was moved.*is in .*moved\.jsonl"):
        file.verify()
    assert not path.exists()


@pytest.mark.parametrize("again", [False, True])
def test_what_was_deleted_or_replaced_is_kept_beside_it(file: LineFile, path: Path, again: bool) -> None:
    path.unlink()
    if again:
        path.write_bytes(b"of another program\n")
    path.with_name("out.recovered-1.jsonl").write_bytes(b"from an earlier time\n")
    with pytest.raises(BatchOutputError, match=r"is in .*out\.recovered-2\.jsonl"):
        file.verify()
    assert path.with_name("out.recovered-2.jsonl").read_bytes() == b"old\nnew\n"
    assert path.with_name("out.recovered-1.jsonl").read_bytes() == b"from an earlier time\n"
    assert path.exists() == again


@pytest.mark.parametrize("folder", [False, True])
def test_what_was_replaced_by_something_else_is_kept_too(file: LineFile, path: Path, folder: bool) -> None:
    path.unlink()
    if folder:
        path.mkdir()
    else:
        path.symlink_to(path.with_name("nowhere"))
    with pytest.raises(BatchOutputError, match="recovered-1"):
        file.verify()


def test_rows_outlive_their_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    file = LineFile(folder / "out.jsonl")
    file.write(b"row\n")
    (folder / "out.jsonl").unlink()
    folder.rmdir()
    folder.write_text("a file now")
    with pytest.raises(BatchOutputError, match="temporary"):
        file.verify()
    file.close()
    assert (tmp_path / "temporary" / "out.recovered-1.jsonl").read_bytes() == b"row\n"


def test_one_that_was_cut_short_or_written_to_says_how_much_is_left(file: LineFile, path: Path) -> None:
    os.truncate(path, 2)
    with pytest.raises(BatchOutputError, match=r"it has 2 bytes, and 8 were written\. Run the batch again"):
        file.verify()
    path.write_bytes(b"of another program, and longer")
    with pytest.raises(BatchOutputError, match="it has 30 bytes, and 8 were written"):
        file.verify()


def test_nothing_of_another_program_is_replaced(file: LineFile, path: Path) -> None:
    path.unlink()
    path.write_bytes(b"of another program\n")
    with pytest.raises(BatchOutputError):
        file.keep(lambda at, line: False)
    assert path.read_bytes() == b"of another program\n"


def test_an_empty_one_that_is_gone_is_no_loss_and_nothing_of_another_program_is_deleted(tmp_path: Path) -> None:
    path = tmp_path / "out.failed.jsonl"
    file = LineFile(path)
    path.unlink()
    file.verify()
    path.write_bytes(b"of another program\n")
    file.remove()
    assert path.exists()
