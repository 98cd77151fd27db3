"""Files that are private, locked, replaced as a whole, and whole up to their last line."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from baseten_sdk._runs.durable import (
    FileInUseError,
    create_private,
    cut_torn_line,
    flush_folder,
    lock,
    open_locked,
    read_regular,
    stands_at,
    whole_lines,
    write,
)
from baseten_sdk._runs.replacement import Replacement, replace


@pytest.fixture(autouse=True)
def generous_umask() -> Iterator[None]:
    """Nothing may depend on the umask of whoever runs the program."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


@pytest.mark.parametrize("follow", [False, True])
def test_only_a_regular_file_is_replaced(path: Path, follow: bool) -> None:
    pipe, folder, device = path.with_name("pipe"), path.with_name("folder"), path.with_name("device")
    os.mkfifo(pipe)
    folder.mkdir()
    device.symlink_to("/dev/null")
    for each in (pipe, folder, *((device,) if follow else ())):
        with pytest.raises(OSError, match="it is not a regular file"):
            Replacement(each, follow=follow)
    assert sorted(path.parent.iterdir()) == [device, folder, pipe]
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


# --- who may read


def test_new_files_are_their_owner_s_alone(path: Path) -> None:
    os.close(open_locked(path))
    create_private(path.with_name("other"))
    replace(path.with_name("third"), [b"x"])
    assert [mode(each) for each in sorted(path.parent.iterdir())] == [0o600] * 3


def test_a_file_that_is_there_keeps_its_mode_and_its_text(path: Path) -> None:
    path.write_bytes(b"text\n")
    path.chmod(0o640)
    os.close(open_locked(path, append=True))
    create_private(path)
    assert (mode(path), path.read_bytes()) == (0o640, b"text\n")
    replace(path, [b"new ", b"text\n"])
    assert (mode(path), path.read_bytes()) == (0o640, b"new text\n")


def test_a_link_at_the_temporary_name_is_not_followed(path: Path) -> None:
    victim = path.with_name("victim")
    victim.write_bytes(b"precious")
    path.with_name("out.jsonl.new").symlink_to(victim)
    replace(path, [b"text"])
    assert (victim.read_bytes(), path.read_bytes(), path.is_symlink()) == (b"precious", b"text", False)


def test_a_dangling_link_is_not_created_through(path: Path) -> None:
    path.symlink_to(path.with_name("elsewhere"))
    create_private(path)
    assert not path.exists()


def test_a_link_that_the_user_made_stays_one(path: Path) -> None:
    real = path.with_name("real")
    real.write_bytes(b"old")
    real.chmod(0o640)
    path.symlink_to(real)
    new = Replacement(path, follow=True)
    write(new.file, b"new")
    new.publish()
    os.close(new.file)
    assert (path.is_symlink(), real.read_bytes(), mode(real)) == (True, b"new", 0o640)
    os.close(open_locked(path, follow=True))


def test_a_link_at_a_name_that_the_user_did_not_choose_is_not_followed(path: Path) -> None:
    victim = path.with_name("victim")
    victim.write_bytes(b"precious")
    victim.chmod(0o644)
    for target in (victim, path.with_name("elsewhere")):
        path.symlink_to(target)
        with pytest.raises(OSError, match="it is a symbolic link, which is not followed here; delete it"):
            open_locked(path)
        replace(path, [b"text"])
        assert (path.is_symlink(), path.read_bytes(), mode(path)) == (False, b"text", 0o600)
        path.unlink()
    assert [each.name for each in path.parent.iterdir()] == ["victim"]
    assert victim.read_bytes() == b"precious"


# --- who writes


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
def test_a_pipe_in_the_place_of_a_file_is_refused_at_once(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(OSError, match="not a regular file"):
        open_locked(path)
    with pytest.raises(OSError, match="not a regular file"):
        read_regular(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(OSError, match=r"[Dd]irectory"):
        read_regular(path)
    path.rmdir()
    path.write_bytes(b"text")
    assert read_regular(path) == b"text"


def test_one_process_at_a_time(path: Path) -> None:
    file = open_locked(path)
    with pytest.raises(FileInUseError, match="another process has it open"):
        open_locked(path)
    code = f"from baseten_sdk._runs.durable import open_locked; open_locked({str(path)!r})"
    assert b"FileInUseError" in subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).stderr
    os.close(file)
    os.close(open_locked(path))


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EIO, errno.EINVAL])
def test_a_file_system_without_locks_is_not_a_file_in_use(
    path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(file: int, operation: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", refuse)
    before = len(os.listdir("/dev/fd"))
    with pytest.raises(OSError, match="file system cannot lock files") as caught:
        open_locked(path)
    assert not isinstance(caught.value, FileInUseError)
    assert caught.value.errno == code
    assert len(os.listdir("/dev/fd")) == before


def test_a_file_that_was_replaced_while_it_was_opened_is_opened_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(b"old")
    path.with_name("new").write_bytes(b"new")
    meanwhile: list[Callable[[], object]] = [lambda: path.with_name("new").rename(path), path.unlink]
    real = fcntl.flock

    def race(file: int, operation: int) -> None:
        real(file, operation)
        if meanwhile:
            meanwhile.pop(0)()

    monkeypatch.setattr(fcntl, "flock", race)
    file = open_locked(path)
    assert stands_at(file, path)
    os.close(file)


def test_what_stands_at_a_path(path: Path) -> None:
    file = open_locked(path)
    assert stands_at(file, path)
    path.rename(path.with_name("moved"))
    assert not stands_at(file, path)
    path.write_bytes(b"")
    assert not stands_at(file, path)
    os.close(file)


# --- what is in it


@pytest.mark.parametrize(
    ("text", "left", "cut"),
    [
        (b"", b"", 0),
        (b"a\n", b"a\n", 0),
        (b"a\nb", b"a\n", 1),
        (b"torn", b"", 4),
        (b"a\n" + b"x" * 200_000, b"a\n", 200_000),
        (b"a" * 65535 + b"\n" + b"x" * 65536, b"a" * 65535 + b"\n", 65536),
    ],
)
def test_a_torn_line_is_cut_off(path: Path, text: bytes, left: bytes, cut: int) -> None:
    path.write_bytes(text)
    assert b"".join(whole_lines(path)) == left
    file = open_locked(path, append=True)
    assert cut_torn_line(file) == cut
    write(file, b"next\n")
    os.close(file)
    assert path.read_bytes() == left + b"next\n"


def test_no_file_has_no_lines(path: Path) -> None:
    assert list(whole_lines(path)) == []


def test_a_replacement_that_fails_leaves_the_old_file_and_nothing_beside_it(path: Path) -> None:
    path.write_bytes(b"old")

    def pieces() -> Iterator[bytes]:
        yield b"half of the new"
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        replace(path, pieces())
    assert [(each.name, each.read_bytes()) for each in path.parent.iterdir()] == [("out.jsonl", b"old")]


def test_what_an_earlier_process_left_behind_is_in_nobody_s_way(path: Path) -> None:
    path.with_name("out.jsonl.new").write_bytes(b"half of something, and longer than the new text")
    replace(path, [b"text"])
    assert path.read_bytes() == b"text"


def test_a_replacement_may_be_locked_and_written_on(path: Path) -> None:
    path.write_bytes(b"old")
    new = Replacement(path)
    lock(new.file)
    write(new.file, b"new")
    new.publish()
    with pytest.raises(FileInUseError):
        open_locked(path)
    write(new.file, b"er")
    os.close(new.file)
    assert path.read_bytes() == b"newer"


def test_the_folder_is_flushed_after_the_name_has_changed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[tuple[bool, bytes | None]] = []

    def noted(file: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(file).st_mode)
        flushed.append((is_folder, path.read_bytes() if path.exists() else None))

    monkeypatch.setattr(os, "fsync", noted)
    replace(path, [b"text"])
    assert flushed == [(False, None), (True, b"text")]


def test_a_folder_that_cannot_be_flushed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(code: int) -> None:
        def fsync(file: int) -> None:
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(os, "fsync", fsync)

    refuse(errno.EINVAL)  # as CIFS does
    flush_folder(path.parent)
    refuse(errno.EIO)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        flush_folder(path.parent)
