"""Who may read what a batch writes, however it comes to be written, and what happens to links that were planted."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from baseten_sdk import ChatCompletion, Client, batch, user
from baseten_sdk.batch import Shard, ShardedOutput, shard_path
from baseten_sdk.emulator import Emulator
from baseten_sdk.errors import BatchOutputError
from tests.asking import MODEL

FILES = ("out.jsonl", "out.failed.jsonl", "out.jsonl.manifest.json")


@pytest.fixture(autouse=True)
def generous_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def client() -> Iterator[Client]:
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints, max_retries=0) as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.jsonl").write_text('{"id": "1"}\n{"id": "2"}\n{"id": "3"}\n')
    return tmp_path


def run(client: Client, folder: Path, *, retry_failed: bool = False) -> None:
    """Run a batch of which the second row fails."""

    def request(row: batch.FileRow) -> batch.Call[ChatCompletion]:
        headers = {"x-emulator": "status=422"} if row["id"] == "2" else {}
        return batch.chat(model=MODEL, messages=[user("Say hi")], extra_headers=headers)

    client.batch.run(
        folder / "in.jsonl", folder / "out.jsonl", request=request, retry_failed=retry_failed, progress="none"
    )


def modes(folder: Path) -> dict[str, int]:
    return {name: stat.S_IMODE((folder / name).stat().st_mode) for name in FILES}


def test_new_files_are_their_owner_s_alone(client: Client, folder: Path) -> None:
    run(client, folder)
    assert modes(folder) == dict.fromkeys(FILES, 0o600)


def test_a_mode_that_was_set_is_kept(client: Client, folder: Path) -> None:
    run(client, folder)
    for name in FILES:
        (folder / name).chmod(0o640)
    (folder / "in.jsonl").write_text((folder / "in.jsonl").read_text() + '{"id": "4"}\n')
    run(client, folder, retry_failed=True)  # the failures are replaced
    assert modes(folder) == dict.fromkeys(FILES, 0o640)


@pytest.mark.parametrize("name", [f"{name}.new" for name in FILES])
def test_a_link_at_a_temporary_name_is_not_followed(client: Client, folder: Path, name: str) -> None:
    victim = folder / "victim"
    victim.write_text("precious")
    (folder / name).symlink_to(victim)
    run(client, folder)
    run(client, folder, retry_failed=True)
    assert victim.read_text() == "precious"
    assert len((folder / "out.jsonl").read_text().splitlines()) == 2


def test_a_link_at_the_failures_is_refused_before_the_first_row(client: Client, folder: Path) -> None:
    victim = folder / "victim"
    victim.write_text("precious")
    (folder / "out.failed.jsonl").symlink_to(victim)
    with pytest.raises(BatchOutputError, match=r"out\.failed\.jsonl cannot be written: it is a symbolic link"):
        run(client, folder)
    assert victim.read_text() == "precious"


def test_the_output_may_be_a_link_of_the_user_s(client: Client, folder: Path) -> None:
    real = folder / "elsewhere.jsonl"
    real.touch(0o640)
    (folder / "out.jsonl").symlink_to(real)
    run(client, folder)
    assert (folder / "out.jsonl").is_symlink()
    assert len(real.read_text().splitlines()) == 2
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@pytest.mark.parametrize("mode", [None, 0o640])
def test_parts_are_joined_into_a_file_of_the_same_mode(folder: Path, mode: int | None) -> None:
    sink = folder / "out.jsonl"
    if mode is not None:
        sink.touch()
        sink.chmod(mode)
    for index in (1, 2):
        shard_path(sink, Shard(index, 2)).write_text(f'{{"key":"{index}","output":1}}\n')
    with ShardedOutput(sink, 2, openai=False) as parts:
        parts.join(retry_failed=False)
    assert len(sink.read_text().splitlines()) == 2
    assert stat.S_IMODE(sink.stat().st_mode) == (mode or 0o600)


def test_a_link_at_a_part_is_refused(folder: Path) -> None:
    sink = folder / "out.jsonl"
    shard_path(sink, Shard(2, 2)).symlink_to(folder / "victim")
    with pytest.raises(BatchOutputError, match=r"part-2-of-2\.jsonl is a symbolic link"):
        ShardedOutput(sink, 2, openai=False)
    assert not (folder / "victim").exists()
