"""Where an output may be, and that no file of it is the source."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseten_sdk import Client, batch, user
from baseten_sdk.batch import files_of, is_written, output_path
from baseten_sdk.emulator import Emulator
from baseten_sdk.errors import ConfigurationError
from tests.asking import MODEL

ROWS = '{"id": "1"}\n{"id": "2"}'  # without a last end of line, which opening an output would cut off


@pytest.mark.parametrize(
    "name", ["out.jsonl", "out.failed.jsonl", "out.jsonl.manifest.json", "out.jsonl.manifest.json.new"]
)
@pytest.mark.parametrize("linked", [False, True])
def test_a_source_that_the_output_would_overwrite_is_refused(tmp_path: Path, name: str, linked: bool) -> None:
    source = tmp_path / name
    source.write_text(ROWS)
    given = source
    if linked:
        given = tmp_path / "in.jsonl"
        given.hardlink_to(source)
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        with pytest.raises(ConfigurationError, match="source"):
            client.batch.run(
                given,
                tmp_path / "out.jsonl",
                request=lambda row: batch.chat(model=MODEL, messages=[user("Hi")]),
                format="jsonl",
                retry_failed=True,
            )
        assert not emu.requests
    assert source.read_text() == ROWS


@pytest.mark.parametrize("source", ["in.jsonl", "out.failed.json", "sub/out.jsonl", "-"])
def test_any_other_source_is_none_of_its_files(tmp_path: Path, source: str) -> None:
    assert output_path(tmp_path / "out.jsonl", source) == tmp_path / "out.jsonl"
    assert output_path(tmp_path / "out.jsonl", tmp_path / source) == tmp_path / "out.jsonl"


@pytest.mark.parametrize(
    ("sink", "problem"),
    [
        ("out.csv", "JSON Lines"),
        ("out.jsonl.gz", "cannot be compressed"),
        ("-", "must have files beside it"),
        ("/dev/stdout", "must have files beside it|regular file"),
        ("/dev/null", "regular file"),
        (".", "regular file"),
        ("out\0.jsonl", "NUL"),
        (None, "sink must be a path, not NoneType"),
        (b"out.jsonl", "sink must be a path, not bytes"),
    ],
)
def test_what_cannot_be_an_output_is_refused(sink: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        output_path(sink)


def test_two_names_of_one_file_are_the_same_whether_or_not_it_exists(tmp_path: Path) -> None:
    one, other, link = tmp_path / "one", tmp_path / "sub" / ".." / "one", tmp_path / "link"
    link.symlink_to("one")
    (tmp_path / "sub").mkdir()
    for _ in range(2):
        assert is_written(one, [other])
        assert is_written(one, [tmp_path / "two", link])
        assert is_written(tmp_path / "one.new", [one])
        assert not is_written(one, [tmp_path / "two", tmp_path / "one.new"])
        one.touch()
    assert not is_written(Path("/dev/null"), [Path("/dev/null")])  # nothing in it can be overwritten


def test_the_files_of_an_output_are_those_that_a_batch_writes(tmp_path: Path) -> None:
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        client.batch.run(
            [{"id": "1"}, {"id": "2"}, {}],
            tmp_path / "out.jsonl",
            request=lambda row: batch.chat(model=MODEL, messages=[user(row["id"])]),
            progress="none",
        )
    assert sorted(tmp_path.iterdir()) == sorted(files_of(tmp_path / "out.jsonl"))
