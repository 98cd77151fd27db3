"""Every block of Python in the README and the pages of docs/ runs, with the emulator in the place of the service.

The blocks of a page share a namespace, in order, and may await at the top level; one that does not runs in a thread of
its own, so that it may start an event loop. A fence with ```python no-run is passed over.
"""

from __future__ import annotations

import ast
import gc
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FunctionType

import anyio
import pytest
from anyio import to_thread

from baseten_sdk import AsyncClient, Client
from baseten_sdk.emulator import Emulator
from scripts.tabs import sync_form

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
INSIDE = {
    "connections",
    "instructor",
    "langchain",
    "litellm",
    "llama-index",
    "openai-agents",
    "pydantic-ai",
    "smolagents",
}
"""Pages whose code needs other libraries: it runs where those are installed, by tests/integrations."""
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<path>[^)#:]+)(?:#[^)]*)?\)")
TEST_FILE = re.compile(r"`(?P<path>[\w/]*test_\w+\.py)`")
SECRET = "whsec_documentation"


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: its info string, its text, and the line it begins at."""

    info: str
    code: str
    line: int


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page."""
    return [
        Block(found["info"].strip(), found["code"], text.count("\n", 0, found.start("code")))
        for found in FENCE.finditer(text)
    ]


async def run(page: str, text: str) -> dict[str, object]:
    """Run the Python blocks of a page: the namespace that they leave behind."""
    namespace: dict[str, object] = {"__name__": "documentation"}
    try:
        for block in blocks(text):
            if block.info == "python":
                source = "\n" * block.line + block.code
                code = compile(source, page, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
                if code.co_flags & inspect.CO_COROUTINE:
                    await FunctionType(code, namespace)()
                else:
                    await to_thread.run_sync(exec, code, namespace)
    finally:
        for value in list(namespace.values()):
            if isinstance(value, AsyncClient):
                await value.aclose()
            elif isinstance(value, Client):
                value.close()
    return namespace


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Emulator]:
    """The emulator at the default endpoints: what `AsyncClient()` talks to when nothing is set but a key.

    Files that a page writes are in a folder of the test.
    """
    monkeypatch.chdir(tmp_path)
    with Emulator(webhook_secrets=[SECRET]) as emu:
        endpoints = emu.endpoints
        monkeypatch.setattr("baseten_sdk._core.request.routing.Endpoints", lambda: endpoints)
        monkeypatch.setenv("NO_PROXY", emu.host)
        monkeypatch.setenv("no_proxy", emu.host)
        monkeypatch.setenv("BASETEN_API_KEY", emu.api_key)
        monkeypatch.setenv("BASETEN_WEBHOOK_SECRET", SECRET)
        monkeypatch.delenv("BASETEN_BASE_URL", raising=False)
        monkeypatch.delenv("BASETEN_EMULATOR", raising=False)
        yield emu


@pytest.mark.parametrize("page", [page for page in PAGES if page.stem not in INSIDE], ids=lambda path: path.stem)
def test_the_code_of_a_page_runs(page: Path, service: Emulator) -> None:
    anyio.run(run, str(page), page.read_text(encoding="utf-8"))
    gc.collect()  # a stream that was left open warns now


SYNC_FORMS = {
    page.stem: text
    for page in PAGES
    if page.stem not in INSIDE and (text := sync_form(page.read_text(encoding="utf-8"))) is not None
}


@pytest.mark.parametrize("page", SYNC_FORMS)
def test_the_sync_form_of_a_page_runs(page: str, service: Emulator) -> None:
    assert "await " not in "".join(block.code for block in blocks(SYNC_FORMS[page]) if block.info == "python")
    anyio.run(run, page, SYNC_FORMS[page])
    gc.collect()


def test_most_pages_have_a_sync_form() -> None:
    assert len(SYNC_FORMS) >= 15


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_shows_code_that_runs(page: Path) -> None:
    infos = [block.info for block in blocks(page.read_text(encoding="utf-8"))]
    whole = {info for info in infos if info.startswith("python title=")}  # run by test_complete_programs
    assert "python" in infos or whole
    assert {info for info in infos if info.startswith("python")} <= {"python", "python no-run"} | whole


def test_every_link_leads_to_a_file() -> None:
    missing = [
        f"{page.name}: {link['path']}"
        for page in PAGES
        for link in LINK.finditer(page.read_text(encoding="utf-8"))
        if not (page.parent / link["path"]).exists()
    ]
    assert missing == []


def test_every_test_that_shows_a_promise_exists() -> None:
    named = TEST_FILE.findall((ROOT / "docs" / "reliability.md").read_text(encoding="utf-8"))
    assert len(named) >= 30
    assert [path for path in named if not (ROOT / "tests" / path).exists()] == []


def test_every_page_is_listed_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if page.stem != "index" and f"({page.name})" not in index] == []


def test_blocks_share_a_namespace_and_may_await_or_start_a_loop() -> None:
    page = """
```python
import anyio
seen = []
async def note(what):
    await anyio.sleep(0)
    seen.append(what)
```
```python
await note("awaited")
```
```python
anyio.run(note, "in a loop of its own")
```
```python no-run
seen.append("never")
```
```text
not code
```
"""
    assert anyio.run(partial(run, "page", page))["seen"] == ["awaited", "in a loop of its own"]


def test_a_block_that_fails_says_where_it_stands_in_its_page() -> None:
    with pytest.raises(ZeroDivisionError) as failed:
        anyio.run(run, "page.md", "Text.\n\n```python\nx = 1\nx / 0\n```\n")
    assert (failed.traceback[-1].path, failed.traceback[-1].lineno + 1) == ("page.md", 5)
