"""Programs written for openai, run by it and, with other imports and clients, by this package: they say the same."""

from __future__ import annotations

import io
import re
import runpy
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from baseten_sdk.emulator import Emulator

PROGRAMS = sorted((Path(__file__).resolve().parent.parent / "migration").glob("*.py"))

NAMES = {"OpenAI": "Client", "AsyncOpenAI": "AsyncClient", "openai": "baseten_sdk"}
"""Everything that is changed: two classes, and the module that they come from."""


def migrated(source: str) -> str:
    """The program after the migration."""
    lines = source.splitlines(keepends=True)
    return "".join(
        re.sub(r"\b(?<![/\"])(\w*[oO]pen[aA][iI])\b(?![-/])", lambda name: NAMES[name[1]], line) for line in lines
    )


def output_of(program: Path) -> str:
    """What a program prints."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        runpy.run_path(str(program), run_name="__main__")
    return printed.getvalue()


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_says_the_same_after_its_migration(
    program: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for package in ("OPENAI", "BASETEN"):
        monkeypatch.setenv(f"{package}_API_KEY", emulator.api_key)
        monkeypatch.setenv(f"{package}_BASE_URL", emulator.base_url)
    after = tmp_path / program.name
    after.write_text(migrated(program.read_text(encoding="utf-8")), encoding="utf-8")
    said: list[str] = []
    for path in (program, after):
        emulator.faults.clear()
        said.append(output_of(path))
    assert said[0].strip()
    assert said[1] == said[0]


def test_a_migration_changes_imports_and_clients_only() -> None:
    before = ["import openai", "from openai import AsyncOpenAI", "client = OpenAI()", 'model = "openai/gpt-oss-120b"']
    after = ["import baseten_sdk", "from baseten_sdk import AsyncClient", "client = Client()", before[3]]
    assert migrated("\n".join(before)) == "\n".join(after)
