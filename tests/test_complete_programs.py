"""The programs that pages show whole, with a file name: pasted into an empty folder, each runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from baseten_sdk.emulator import Emulator
from tests.test_documentation import PAGES, blocks

PATIENCE = 120.0
TITLE = re.compile(r'python title="(?P<name>[\w.]+)"')
PORT = re.compile(r"running on http://127\.0\.0\.1:(\d+)")


def programs(page: Path) -> dict[str, str]:
    """The programs of a page by their file names."""
    titled = ((TITLE.fullmatch(block.info), block.code) for block in blocks(page.read_text(encoding="utf-8")))
    return {title["name"]: code for title, code in titled if title is not None}


PROGRAMS = [(page, name) for page in PAGES for name in programs(page)]
SCRIPTS = [
    pytest.param(page, name, id=f"{page.stem}-{name}")
    for page, name in PROGRAMS
    if not name.startswith("test_") and "FastAPI(" not in programs(page)[name]
]
TESTS = [pytest.param(page, name, id=f"{page.stem}-{name}") for page, name in PROGRAMS if name.startswith("test_")]


def test_there_are_programs() -> None:
    assert len(SCRIPTS) >= 4
    assert len(TESTS) >= 2


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What a user has: no key yet, and nothing of this project but the installed package."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BASETEN", "PYTEST", "COV"))}
    return kept | {"HOME": str(tmp_path), "NO_PROXY": "127.0.0.1", "PYTHONUNBUFFERED": "1"}


def written(page: Path, folder: Path) -> Path:
    """An empty folder with the programs of a page."""
    folder = folder / "project"
    folder.mkdir()
    for name, code in programs(page).items():
        (folder / name).write_text(code, encoding="utf-8")
    return folder


def emulated(environment: dict[str, str], emulator: Emulator) -> dict[str, str]:
    return environment | {"BASETEN_API_KEY": emulator.api_key, "BASETEN_EMULATOR": emulator.url}


@pytest.mark.parametrize(("page", "name"), SCRIPTS)
def test_a_program_runs_as_it_stands(page: Path, name: str, tmp_path: Path, environment: dict[str, str]) -> None:
    with Emulator() as emulator:
        done = subprocess.run(
            [sys.executable, "-W", "error", name],
            cwd=written(page, tmp_path),
            env=emulated(environment, emulator),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.strip()
        assert {request.status for request in emulator.requests} == {200}


@pytest.mark.parametrize(("page", "name"), TESTS)
def test_a_test_passes_as_it_stands(page: Path, name: str, tmp_path: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", name]
    folder = written(page, tmp_path)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d passed", done.stdout)


@contextmanager
def served(page: Path, name: str, folder: Path, environment: dict[str, str]) -> Generator[str]:
    """The web service of a page, run as the page says; its URL."""
    module = name.removesuffix(".py")
    command = [sys.executable, "-m", "uvicorn", f"{module}:app", "--port", "0"]
    process = subprocess.Popen(
        command,
        cwd=written(page, folder),
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stderr is not None
        found = next(match for line in process.stderr if (match := PORT.search(line)))
        yield f"http://127.0.0.1:{found[1]}"
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def page_of(name: str) -> Path:
    return next(page for page, each in PROGRAMS if each == name)


@pytest.mark.parametrize("name", ["web.py", "service.py"])
def test_a_service_streams_and_notices_that_the_browser_left(
    name: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    with (
        Emulator() as emulator,
        served(page_of(name), name, tmp_path, emulated(environment, emulator)) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE) as browser,
    ):
        assert browser.get("/ask", params={"question": "Say hello to the browser"}).text == "hello to the browser"
        emulator.faults.push({"stall": 4})
        with browser.stream("GET", "/ask", params={"question": "Say that this takes a very long time"}) as reply:
            assert next(reply.iter_text())
        emulator.requests.wait_until(lambda seen: seen[-1].disconnected, PATIENCE)


def test_a_service_turns_errors_into_replies(tmp_path: Path, environment: dict[str, str]) -> None:
    with (
        Emulator() as emulator,
        served(page_of("service.py"), "service.py", tmp_path, emulated(environment, emulator)) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE) as browser,
    ):
        said = browser.get("/summary", params={"text": "A long story"})
        assert (said.status_code, set(said.json())) == (200, {"title", "points"})
        emulator.faults.push({"status": 402})
        assert browser.get("/ask", params={"question": "Hi"}).status_code == 502
        for _ in range(9):
            emulator.faults.push({"status": 429, "retry-after": "0"})
        busy = browser.get("/ask", params={"question": "Hi"})
        assert (busy.status_code, busy.headers["retry-after"]) == (503, "1")
        emulator.faults.clear()
        emulator.faults.push({"cut": 3})
        assert browser.get("/ask", params={"question": "Say a few words"}).text.endswith("[The answer was cut.]")
