"""Who may import whom, and how a source file has to look.

The checker reads the sources as text and imports nothing. The last tests show it small sources that break
each of its rules, since a checker that finds nothing proves nothing.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "baseten_sdk"
SOURCE = ROOT / "src" / PACKAGE
GENERATED = "_sync"
MAX_LINES = 400
VAGUE_NAMES = frozenset({"common", "handler", "handlers", "helper", "helpers", "manager", "managers", "util", "utils"})

# Stands among the parts for names imported from the root of the package.
PUBLIC = "the public API"
TESTS_ONLY = frozenset({"hypothesis", "pytest", "respx", "trio"})


@dataclass(frozen=True, slots=True)
class Layer:
    """What the modules of one part of the package may import.

    Attributes:
        parts: Other parts of the package, by their names; its own modules are always allowed.
        libraries: Third-party libraries; None for any.
        for_types: Third-party libraries that may be imported under `TYPE_CHECKING` only.
        banned: Modules of the standard library that it may not import.
    """

    parts: frozenset[str] = frozenset()
    libraries: frozenset[str] | None = frozenset()
    for_types: frozenset[str] = frozenset()
    banned: frozenset[str] = frozenset()


VALUES = frozenset({"types", "errors", "config", "hooks", "_lazy", "_version"})
PYDANTIC = frozenset({"pydantic", "pydantic_core", "annotated_types", "typing_extensions"})
WAITING = frozenset(
    {
        "asyncio",
        "concurrent",
        "multiprocessing",
        "selectors",
        "socket",
        "ssl",
        "subprocess",
        "threading",
        "time",
    }
)
HTTP = frozenset({"httpx"})

_VALUE = Layer(VALUES, PYDANTIC, HTTP | {"tenacity"}, WAITING)
_CLIENT_PARTS = VALUES | {"_core", "_io", "tools", "webhooks"}
# `client.batch` reaches into the part that stands on the client.
_SHELL = Layer(_CLIENT_PARTS | {"_settings", "batch", "_runs"}, PYDANTIC | {"anyio"}, HTTP, frozenset({"asyncio"}))
_OUTER = Layer(
    frozenset({PUBLIC, "types", "errors", "config", "hooks", "tools", "webhooks", "rates", "_lazy", "_version"}), None
)

LAYERS = {
    "__main__": Layer(frozenset({"cli"})),
    "__init__": Layer(_CLIENT_PARTS | {"_async", "_sync", "jobs"}),
    "_version": Layer(),
    "_lazy": Layer(),
    "types": _VALUE,
    "errors": _VALUE,
    "config": _VALUE,
    "hooks": _VALUE,
    "_core": Layer(VALUES, PYDANTIC | {"tenacity"}, frozenset(), WAITING),
    "tools": Layer(VALUES | {"_core"}, PYDANTIC),
    "webhooks": Layer(VALUES | {"_core"}, PYDANTIC),
    "rates": Layer(VALUES | {"_core"}),
    "_io": Layer(VALUES | {"_core"}, frozenset({"anyio", "certifi", "httptools"})),
    "_async": _SHELL,
    "_sync": _SHELL,
    "emulator": Layer(
        frozenset({"types", "errors", "config", "_lazy", "_version"}), PYDANTIC | {"anyio", "starlette", "uvicorn"}
    ),
    "testing": Layer(_OUTER.parts | {"emulator"}, None),
    "_settings": Layer(VALUES | {"_core"}),
    "_bridge": Layer(frozenset({"_async", "_sync", "_settings"})),
    "_runs": _OUTER,
    "batch": Layer(_OUTER.parts | {"_runs"}, None),
    "receiver": Layer(_OUTER.parts | {"_runs"}, None),
    "jobs": Layer(_OUTER.parts | {"_runs", "batch", "receiver"}, None),
    "integrations": Layer(_OUTER.parts | {"_runs", "batch"}, None),
    "cli": Layer(_OUTER.parts | {"_runs", "batch", "emulator", "receiver"}, None),
}

# A transport's own library stays inside that transport.
ONE_FILE_LIBRARIES = {
    "_async/transports/httpx.py": "httpx",
    "_sync/transports/httpx.py": "httpx",
    "_io/http1.py": "httptools",
    "emulator/chat/upstream.py": "httpx",
}

# Opening an inbox means running a receiver, and submitting jobs a ledger. One file each may do so, when it is asked to.
# A ledger is told of deliveries by another thread, and woken as inboxes are.
# A client leads to one of the other flavour.
ONE_FILE_PARTS = {
    "_async/client.py": "_bridge",
    "_sync/client.py": "_bridge",
    "_async/resources/jobs.py": "jobs",
    "_async/resources/webhooks.py": "receiver",
    "_sync/resources/jobs.py": "jobs",
    "_sync/resources/webhooks.py": "receiver",
    "jobs/watcher.py": "_io",
}


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module: its absolute name, its line, and whether only type checkers see it."""

    module: str
    line: int
    for_types: bool


def imports_of(tree: ast.Module, path: str) -> Iterator[Import]:
    """Every import at any depth, with relative names made absolute."""
    guarded = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).removeprefix("typing.").startswith("TYPE_CHECKING")
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, node in guarded)
        elif isinstance(node, ast.ImportFrom):
            module = absolute(node, path)
            for alias in node.names:
                # Of the package itself, a part may be imported as an attribute: `from .. import errors`.
                name = f"{PACKAGE}.{alias.name}" if module == PACKAGE else module
                yield Import(name, node.lineno, node in guarded)


def absolute(node: ast.ImportFrom, path: str) -> str:
    """The absolute name of the module that a `from ... import` names, in the file at `path`."""
    if node.level == 0:
        return node.module or ""
    folders = (PACKAGE, *PurePosixPath(path).parent.parts)
    base = folders[: len(folders) - node.level + 1]
    return ".".join((*base, node.module) if node.module else base)


def part_of(path: str) -> str:
    """The part of the package to which a file belongs: its first folder, or its name if it has none."""
    return PurePosixPath(path).parts[0].removesuffix(".py")


def problem_with(found: Import, path: str) -> str | None:
    """Why an import is not allowed where it stands, or None."""
    here = part_of(path)
    layer = LAYERS[here]
    top, _, rest = found.module.partition(".")
    if top == PACKAGE:
        name = rest.partition(".")[0]
        part = name if name in LAYERS else PUBLIC
        allowed = part == here or part in layer.parts or ONE_FILE_PARTS.get(path) == part
        return None if allowed else f"{here} may not import {part} ({found.module})"
    if top in sys.stdlib_module_names:
        return f"{here} may not import {top}" if top in layer.banned else None
    if top in TESTS_ONLY and here != "testing":
        return f"{here} may not import {top}, which is installed for tests only"
    allowed = (
        layer.libraries is None
        or top in layer.libraries
        or (found.for_types and top in layer.for_types)
        or ONE_FILE_LIBRARIES.get(path) == top
    )
    return None if allowed else f"{here} may not import {top} here"


def problems(source: str, path: str) -> list[str]:
    """What is wrong with a file of the package: `path` is relative to the package."""
    if part_of(path) not in LAYERS:
        return [f"{path}: belongs to no layer; say in LAYERS what {part_of(path)} may import"]
    tree = ast.parse(source, path)
    found = [
        f"{path}:{each.line}: {problem}"
        for each in imports_of(tree, path)
        if (problem := problem_with(each, path)) is not None
    ]
    if not ast.get_docstring(tree):
        found.append(f"{path}: has no docstring; say what it owns and what it must not know")
    words = {word for piece in PurePosixPath(path).with_suffix("").parts for word in piece.split("_")}
    found += [f"{path}: `{word}` names no idea; use the noun of what it does" for word in words & VAGUE_NAMES]
    lines = source.count("\n")
    if lines > MAX_LINES and part_of(path) != GENERATED:
        found.append(f"{path}: {lines} lines are more than one idea; split it ({MAX_LINES} at most)")
    return found


def test_every_source_file_keeps_to_its_layer_and_to_the_form() -> None:
    paths = sorted(SOURCE.rglob("*.py"))
    assert paths
    assert [
        problem
        for path in paths
        for problem in problems(path.read_text(encoding="utf-8"), path.relative_to(SOURCE).as_posix())
    ] == []


@pytest.mark.parametrize(
    ("path", "statement"),
    [
        ("_core/stream/sse.py", "import asyncio"),
        ("_core/stream/sse.py", "import anyio.abc"),
        ("_core/stream/sse.py", "import socket"),
        ("_core/stream/sse.py", "from ssl import SSLContext"),
        ("_core/stream/sse.py", "from time import monotonic"),
        ("_core/stream/sse.py", "from threading import Lock"),
        ("_core/stream/sse.py", "import httpx"),
        ("_core/stream/sse.py", "if TYPE_CHECKING:\n    import httpx"),
        ("_core/stream/sse.py", "from ..._io.clock import Clock"),
        ("_core/stream/sse.py", "from ... import _async"),
        ("_core/stream/sse.py", "def f() -> None:\n    import baseten_sdk._async.client"),
        ("_core/stream/sse.py", "from baseten_sdk import Client"),
        ("types/chat.py", "from .._core import sse"),
        ("types/chat.py", "import anyio"),
        ("types/chat.py", "import tenacity"),
        ("errors.py", "import httpx"),
        ("errors.py", "from ._core.classify import failure"),
        ("config.py", "import time"),
        ("_io/clock.py", "import httpx"),
        ("_io/clock.py", "from .._async import client"),
        ("_async/client.py", "import httpx"),
        ("_async/client.py", "import tenacity"),
        ("_async/client.py", "import httptools"),
        ("_async/client.py", "import asyncio"),
        ("_async/client.py", "from baseten_sdk._sync.client import Client"),
        ("_async/client.py", "from ..emulator import Emulator"),
        ("_async/client.py", "from ..receiver import WebhookReceiver"),
        ("_async/client.py", "from ..jobs import JobsReport"),
        ("jobs/engine.py", "from .._core.body import encode_json"),
        ("_async/client.py", "if TYPE_CHECKING:\n    pass\nelse:\n    import httpx"),
        ("_async/transports/httpx.py", "import httptools"),
        ("_async/transports/direct.py", "import httpx"),
        ("_sync/client.py", "from .._async.client import AsyncClient"),
        ("emulator/app.py", "from baseten_sdk._core.stream.sse import events"),
        ("emulator/app.py", "from .._io.clock import Clock"),
        ("emulator/app.py", "from baseten_sdk import Client"),
        ("emulator/app.py", "import httpx"),
        ("webhooks.py", "from ._async import client"),
        ("batch/run/engine.py", "from ..._core import retry"),
        ("batch/run/engine.py", "import pytest"),
    ],
)
def test_an_import_across_the_layers_is_found(path: str, statement: str) -> None:
    (problem,) = problems(f'"""Owns something."""\n{statement}\n', path)
    assert problem.startswith(f"{path}:")
    assert "may not import" in problem


@pytest.mark.parametrize(
    ("path", "statement"),
    [
        ("__init__.py", "if TYPE_CHECKING:\n    from ._async.client import AsyncClient"),
        ("_core/retry.py", "from tenacity import wait_random_exponential"),
        ("_core/retry.py", "from ..errors import APIError"),
        ("_core/retry.py", "from . import classify"),
        ("_core/retry.py", "from .. import errors"),
        ("_io/clock.py", "import time, anyio"),
        ("_async/client.py", "if TYPE_CHECKING:\n    import httpx"),
        ("_async/client.py", "if typing.TYPE_CHECKING:\n    import httpx"),
        ("_async/resources/chat.py", "from ..._core import request\nfrom ..stream import AsyncStream"),
        ("_async/transports/httpx.py", "import httpx"),
        ("_async/resources/webhooks.py", "from ...receiver import WebhookReceiver"),
        ("_async/resources/jobs.py", "from ...jobs.plan import Plan"),
        ("jobs/rows.py", "from ..batch.feed import Row"),
        ("_io/http1.py", "import httptools"),
        ("types/chat.py", "from pydantic import BaseModel"),
        ("emulator/app.py", "from starlette.applications import Starlette\nfrom ..config import Endpoints"),
        ("integrations/litellm.py", "import litellm\nfrom baseten_sdk import Client"),
        ("testing/plugin.py", "import pytest\nfrom ..emulator import Emulator"),
    ],
)
def test_an_import_within_the_layers_is_no_problem(path: str, statement: str) -> None:
    assert problems(f'"""Owns something."""\n{statement}\n', path) == []


def test_a_new_part_of_the_package_has_to_be_given_a_layer() -> None:
    (problem,) = problems('"""Owns something."""\n', "cache/store.py")
    assert "belongs to no layer" in problem


@pytest.mark.parametrize(
    "path", ["_core/utils.py", "_core/retry_helpers.py", "_async/common/call.py", "types/manager.py"]
)
def test_a_name_that_says_nothing_is_found(path: str) -> None:
    (problem,) = problems('"""Owns something."""\n', path)
    assert "names no idea" in problem


def test_a_module_without_a_docstring_is_found() -> None:
    (problem,) = problems("x = 1\n", "_core/stream/sse.py")
    assert "has no docstring" in problem


def test_a_long_file_is_found_unless_it_is_generated() -> None:
    source = '"""Owns too much."""\n' + "x = 1\n" * MAX_LINES
    (problem,) = problems(source, "_async/client.py")
    assert "split it" in problem
    assert problems(source, "_sync/client.py") == []
