"""Who may import whom, and how a source file has to look.

The checker reads the sources as text and imports nothing. The last tests show it small sources that break each of its
rules, since a checker that finds nothing proves nothing.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import pytest

from .source_tree import PACKAGE, Import, circles, classes, flat_files, import_graph, imports_of, read_sources, tree_of

GENERATED = "_sync"
MAX_LINES = 400
VAGUE_NAMES = frozenset({"common", "handler", "handlers", "helper", "helpers", "manager", "managers", "util", "utils"})

# Stands among the parts for names imported from the root of the package.
PUBLIC = "the public API"
TESTS_ONLY = frozenset({"hypothesis", "pytest", "respx"})


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


VALUES = frozenset(
    {
        "types",
        "errors",
        "config",
        "hooks",
        "_characters",
        "_json_reading",
        "_kinds",
        "_lazy",
        "_numbers",
        "_repr",
        "_retry_count",
        "_secrets",
        "_streams",
        "_terminal",
        "_validation",
        "_version",
    }
)
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
HTTP = frozenset({"httpx", "httpx2"})

_VALUE = Layer(VALUES, PYDANTIC, HTTP | {"tenacity"}, WAITING)
_CLIENT_PARTS = VALUES | {"_loading", "_core", "_io", "tools", "webhooks"}
# `client.batch` reaches into the part that stands on the client.
_SHELL = Layer(
    _CLIENT_PARTS | {"_settings", "batch", "_runs", "_bulk"}, PYDANTIC | {"anyio"}, HTTP, frozenset({"asyncio"})
)
_OUTER = Layer(VALUES | {PUBLIC, "histories", "tools", "webhooks", "rates"}, None)

LAYERS = {
    "__main__": Layer(frozenset({"cli"})),
    "__init__": Layer(_CLIENT_PARTS | {"_async", "_sync", "_bulk", "jobs"}),
    "_version": Layer(),
    "_elsewhere": Layer(),
    "_lazy": Layer(),
    "_loading": Layer(frozenset({"_io"})),
    "_characters": Layer(),
    "_json_reading": Layer(frozenset({"types", "_characters", "_validation"}), PYDANTIC),
    "_numbers": Layer(),
    "_repr": Layer(),
    "_retry_count": Layer(),
    "_secrets": Layer(),
    "_streams": Layer(frozenset({"_terminal"}), frozenset(), frozenset({"_typeshed"})),
    "_terminal": Layer(),
    "_validation": Layer(frozenset(), PYDANTIC),
    "_kinds": Layer(frozenset({"errors"}), PYDANTIC),
    "types": _VALUE,
    "errors": _VALUE,
    "config": _VALUE,
    "hooks": _VALUE,
    "_core": Layer(VALUES, PYDANTIC | {"tenacity"}, frozenset(), WAITING),
    "tools": Layer(VALUES | {"_core"}, PYDANTIC),
    "histories": Layer(VALUES | {"_core"}),
    "webhooks": Layer(VALUES | {"_core"}, PYDANTIC),
    "rates": Layer(VALUES | {"_core"}),
    "limit_stores": Layer(VALUES | {"_core", "_runs"}),
    "_io": Layer(VALUES | {"_core"}, frozenset({"anyio", "certifi", "httptools"})),
    "_async": _SHELL,
    "_sync": _SHELL,
    "emulator": Layer(
        frozenset({"types", "errors", "config", "_lazy", "_repr", "_secrets", "_streams", "_terminal", "_version"}),
        PYDANTIC | {"anyio", "starlette", "uvicorn", "websockets"},
    ),
    "testing": Layer(_OUTER.parts | {"emulator"}, None),
    "_settings": Layer(VALUES | {"_core"}),
    "_bridge": Layer(frozenset({"_async", "_sync", "_settings"})),
    "_runs": Layer(_OUTER.parts | {"_io"}, None),
    "_bulk": Layer(VALUES | {"_core", "_async", "_sync", "_bridge", "_runs", "batch"}, frozenset({"anyio"})),
    "batch": Layer(_OUTER.parts | {"_runs"}, None),
    "receiver": Layer(_OUTER.parts | {"_runs"}, None),
    "jobs": Layer(_OUTER.parts | {"_runs", "batch", "receiver"}, None),
    "integrations": Layer(_OUTER.parts | {"_runs", "batch"}, None),
    "cli": Layer(_OUTER.parts | {"_runs", "batch", "emulator", "receiver"}, None),
}

# A transport's own library stays inside that transport.
ONE_FILE_LIBRARIES = {
    "_async/transports/httpx2_body.py": "httpx2",
    "_async/transports/httpx_body.py": "httpx",
    "_async/transports/httpx.py": "httpx",
    "_async/transports/httpx_own.py": "httpx",
    "_sync/transports/httpx.py": "httpx",
    "_sync/transports/httpx_own.py": "httpx",
    "_io/http1.py": "httptools",
    "_io/trio_alarm.py": "trio",
    "_io/trio_loop.py": "trio",
    "limit_stores/redis.py": "redis",
    "emulator/cassette/real_service.py": "httpx",
    "emulator/cassette/yaml_file.py": "yaml",
    "_core/websocket/protocol.py": "websockets",
    "emulator/chat/upstream.py": "httpx",
    "types/vectors.py": "numpy",
}

# Opening an inbox means running a receiver, and submitting jobs a ledger. One file each may do so, when it is asked to.
# A ledger is told of deliveries by another thread, and woken as inboxes are. `doctor` finds proxies as a client does.
# A client leads to one of the other flavor, and the ledgers of a sync one are run by an async one. A store of shared
# limits is made of its URL at once, since that may hold a password.
ONE_FILE_PARTS = {
    "config.py": "limit_stores",
    "_async/client.py": "_bridge",
    "_sync/client.py": "_bridge",
    "_async/resources/jobs.py": "jobs",
    "_async/resources/webhooks.py": "receiver",
    "_sync/resources/jobs.py": "jobs",
    "_sync/resources/webhooks.py": "receiver",
    "jobs/run.py": "_bridge",
    "jobs/watcher.py": "_io",
    "cli/checks.py": "_io",
}


SHELL_ROOMS = (
    "transports",
    "calls",
    "streams queue websocket",
    "speech tool_run",
    "resources",
    "setup targets",
    "apis",
    "client",
)

# Inside of a part, an import runs from a higher room to a lower one, never across. Rooms of one line are equals.
ROOMS = {
    "_core": (
        "request",
        "policy",
        "reply",
        "schema stream queue websocket",
        "chat",
        "completions decisions messages responses speech texts",
        "pool",
    ),
    "_async": SHELL_ROOMS,
    "_sync": SHELL_ROOMS,
}

# `client.batch` holds the client that made it: its type alone is named.
UPWARDS = {
    ("_async/resources/batch.py", "_async/client.py"),
    ("_sync/resources/batch.py", "_sync/client.py"),
}

# Of these parts, others take what the package itself exports, and nothing from deeper inside.
DOORS = frozenset({"batch", "jobs", "receiver"})
PEOPLE = frozenset({"cli", "integrations", "jobs"})

# No file imports itself by way of others, but for these: they name each other's types, or import when they are called.
CIRCLES = {
    "values and errors": ("types/", "errors/", "config.py", "_kinds.py", "limit_stores/"),
    "client and batch": (
        "_async/client.py",
        "_async/apis.py",
        "_async/targets.py",
        "_async/resources/",
        "_bridge.py",
        "__init__.py",
        "_bulk/",
        "batch/",
        "jobs/",
    ),
}

# A folder with more files than this is a drawer.
FLAT_FILES = {"_core": 2, "emulator": 3, "batch": 5}

# These stand on the client's side of the wire alone: the emulator is the other side, and shares no words with it.
NOT_OF_THE_CLIENT = frozenset({"emulator", "testing"})


def part_of(path: str) -> str:
    """The part of the package to which a file belongs: its first folder, or its name if it has none."""
    return PurePosixPath(path).parts[0].removesuffix(".py")


def problem_with(found: Import, path: str) -> str | None:
    """Why an import is not allowed where it stands, or None."""
    here = part_of(path)
    layer = LAYERS[here]
    # Of the package itself, a part may be imported as an attribute: `from .. import errors`.
    module = f"{PACKAGE}.{found.name}" if found.module == PACKAGE and found.name else found.module
    top, _, rest = module.partition(".")
    if top == PACKAGE:
        name = rest.partition(".")[0]
        part = name if name in LAYERS else PUBLIC
        allowed = part == here or part in layer.parts or ONE_FILE_PARTS.get(path) == part
        if not allowed:
            return f"{here} may not import {part} ({module})"
        if here in PEOPLE and part in DOORS - {here} and module != f"{PACKAGE}.{part}":
            return f"{here} may not import {module}: only what {part} itself exports"
        return upwards(path, rest)
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


def upwards(path: str, module: str) -> str | None:
    """Why an import inside of one part is not allowed, or None."""
    here, there = room_of(path), room_of(module.replace(".", "/"))
    if None in (here, there) or here == there or (path, f"{module.replace('.', '/')}.py") in UPWARDS:
        return None
    assert here is not None
    assert there is not None
    if here[0] != there[0] or here[1] > there[1]:
        return None
    return f"{here[2]} may not import {there[2]}, which stands above it or beside it"


def room_of(path: str) -> tuple[str, int, str] | None:
    """The part, the height and the name of a room; None for files that stand in none."""
    part, _, rest = path.partition("/")
    name = rest.partition("/")[0].removesuffix(".py")
    heights = [height for height, names in enumerate(ROOMS.get(part, ())) if name in names.split()]
    return (part, heights[0], name) if heights else None


def problems(source: str, path: str) -> list[str]:
    """What is wrong with a file of the package: `path` is relative to the package."""
    if part_of(path) not in LAYERS:
        return [f"{path}: belongs to no layer; say in LAYERS what {part_of(path)} may import"]
    tree = tree_of(source, path)
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
    room = PurePosixPath(path).parts[1:2]
    if part_of(path) in ROOMS and room and room_of(path) is None and not path.endswith("__init__.py"):
        found.append(f"{path}: stands in no room; say in ROOMS how high {room[0].removesuffix('.py')} is")
    return found


def problems_of_all(sources: Mapping[str, str]) -> list[str]:
    """What is wrong with the files together: circles, drawers, and names that stand twice."""
    found = [
        f"These import each other when they are imported: {', '.join(circle)}"
        for circle in circles(import_graph(sources, at_import=True))
    ]
    named = dict(CIRCLES)
    for circle in circles(import_graph(sources)):
        name = next((name for name, allowed in named.items() if all(within(path, allowed) for path in circle)), None)
        if name is None:
            found.append(f"These import each other in a circle: {', '.join(circle)}")
        else:
            del named[name]
    for folder, most in FLAT_FILES.items():
        flat = flat_files(list(sources), folder)
        if len(flat) > most:
            found.append(f"{folder} holds {len(flat)} files of its own, more than {most}: give them a room")
    client = {path: source for path, source in sources.items() if part_of(path) not in NOT_OF_THE_CLIENT}
    for name, paths in classes(client).items():
        modules = sorted({twin_of(path) for path in paths})
        if len(modules) > 1:
            found.append(f"A class {name} stands in {' and in '.join(modules)}: say what each of them is")
    return found


def within(path: str, allowed: tuple[str, ...]) -> bool:
    """Whether a path, or the one that it is generated from, is one of these or below one of them."""
    return twin_of(path).startswith(allowed)


def twin_of(path: str) -> str:
    """The path of the source of a generated file; any other path as it is."""
    return path.replace(f"{GENERATED}/", "_async/", 1) if path.startswith(f"{GENERATED}/") else path


def test_every_source_file_keeps_to_its_layer_and_to_the_form() -> None:
    sources = read_sources()
    assert len(sources) > 300
    assert [problem for path, source in sources.items() for problem in problems(source, path)] == []


def test_the_files_together_keep_to_the_rules() -> None:
    assert problems_of_all(read_sources()) == []


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
        ("_core/policy/retry.py", "from tenacity import wait_random_exponential"),
        ("_core/policy/retry.py", "from ...errors import APIError"),
        ("_core/policy/retry.py", "from . import backoff"),
        ("_core/policy/retry.py", "from ... import errors"),
        ("_io/clock.py", "import time, anyio"),
        ("_async/client.py", "if TYPE_CHECKING:\n    import httpx"),
        ("_async/client.py", "if typing.TYPE_CHECKING:\n    import httpx"),
        ("_async/resources/chat.py", "from ..._core import request\nfrom ..stream import AsyncStream"),
        ("_async/transports/httpx.py", "import httpx"),
        ("_async/resources/webhooks.py", "from ...receiver import WebhookReceiver"),
        ("_async/resources/jobs.py", "from ...jobs.plan import Plan"),
        ("jobs/rows.py", "from ..batch import Row"),
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
    "path",
    ["_core/policy/utils.py", "_core/policy/retry_helpers.py", "_async/calls/common/call.py", "types/manager.py"],
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


@pytest.mark.parametrize(
    ("path", "statement"),
    [
        ("_core/request/urls.py", "from ..policy.retry import decide"),
        ("_core/policy/retry.py", "from ..reply.classify import failure"),
        ("_core/reply/validate.py", "from ..schema.schema import Schema"),
        ("_core/schema/schema.py", "from ..stream.sse import SSEDecoder"),
        ("_core/stream/sse.py", "from ..queue.delivery import Envelope"),
        ("_core/queue/verdict.py", "if TYPE_CHECKING:\n    from ..chat.events import ChatEvents"),
        ("_core/messages/request.py", "from ..responses.events import Event"),
        ("_core/chat/request.py", "def f() -> None:\n    from ..messages import request"),
        ("_core/chat/request.py", "from baseten_sdk._core.pool import Pool"),
        ("_async/transports/direct.py", "from ..calls.call import AsyncCaller"),
        ("_async/calls/call.py", "from ..streams.chat import AsyncChatStream"),
        ("_async/streams/chat.py", "from ..queue.job import AsyncJob"),
        ("_async/queue/job.py", "from ..resources.chat import AsyncChat"),
        ("_async/tool_run.py", "from .resources.chat import AsyncChat"),
        ("_async/resources/chat.py", "from ..client import AsyncClient"),
        ("_async/setup.py", "from .client import AsyncClient"),
        ("_sync/calls/call.py", "from ..streams.chat import ChatStream"),
        ("_runs/feed.py", "from ..batch import Budget"),
        ("_runs/feed.py", "from ..jobs.rows import Row"),
        ("_runs/feed.py", "from ..receiver import MemoryStore"),
        ("cli/models.py", "from ..batch.rows.shard import Shard"),
        ("cli/models.py", "def f() -> None:\n    from ..receiver.serving import ServerThread"),
        ("integrations/ray/host.py", "from ...batch.run.engine import run_rows"),
        ("jobs/run.py", "from ..receiver.sqlite import SQLiteStore"),
        ("cli/batch.py", "from .._core.queue import polling"),
    ],
)
def test_an_import_to_a_room_above_or_beside_is_found(path: str, statement: str) -> None:
    (problem,) = problems(f'"""Owns something."""\n{statement}\n', path)
    assert "may not import" in problem


@pytest.mark.parametrize(
    ("path", "statement"),
    [
        ("_core/chat/request.py", "from ..schema import schema\nfrom ..request.urls import quote"),
        ("_core/chat/request.py", "from .events import ChatEvents"),
        ("_async/client.py", "from .setup import AsyncSetup\nfrom .resources.chat import AsyncChat"),
        ("_async/resources/batch.py", "if TYPE_CHECKING:\n    from ..client import AsyncClient"),
        ("cli/batch.py", "from ..batch import Budget\nfrom .. import batch\nfrom .._runs.display import Show"),
        ("jobs/run.py", "from ..receiver import SQLiteStore\nfrom .rows import NewRow"),
    ],
)
def test_an_import_of_a_room_below_is_no_problem(path: str, statement: str) -> None:
    assert problems(f'"""Owns something."""\n{statement}\n', path) == []


def test_a_new_room_has_to_be_given_a_height() -> None:
    (problem,) = problems('"""Owns something."""\n', "_core/audio/request.py")
    assert "stands in no room" in problem


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({"hooks.py": "from . import rates\n", "rates.py": "from .hooks import Hook\n"}, "when they are imported"),
        (
            {
                "batch/a.py": "from .b import B\n",
                "batch/b.py": "from .c import C\n",
                "batch/c.py": "from .a import A\n",
            },
            "when they are imported: batch/a.py, batch/b.py, batch/c.py",
        ),
        (
            {
                "_io/clock.py": "def f() -> None:\n    from .timer import Timer\n",
                "_io/timer.py": "if TYPE_CHECKING:\n    from .clock import Clock\n",
            },
            "in a circle: _io/clock.py, _io/timer.py",
        ),
        (
            {
                "types/a.py": "if TYPE_CHECKING:\n    from .b import B\n",
                "types/b.py": "from .a import A\n",
                "types/c.py": "if TYPE_CHECKING:\n    from .d import D\n",
                "types/d.py": "from .c import C\n",
            },
            "in a circle: types/c.py, types/d.py",
        ),
        (
            {
                "types/a.py": "if TYPE_CHECKING:\n    from ..hooks import B\n",
                "hooks.py": "from .types.a import A\n",
            },
            "in a circle: hooks.py, types/a.py",
        ),
        ({f"_core/{name}.py": "" for name in "abc"}, "_core holds 3 files"),
        ({f"emulator/{name}.py": "" for name in "abcd"}, "emulator holds 4 files"),
        ({"jobs/a.py": "class Plan: ...\n", "batch/b.py": "class Plan: ...\n"}, "A class Plan stands in batch/b.py"),
        (
            {"jobs/a.py": "class Inbox: ...\n", "_sync/queue/b.py": "class Inbox: ...\n"},
            "A class Inbox stands in _async/queue/b.py and in jobs/a.py",
        ),
        ({"jobs/a.py": "def f():\n    class Plan: ...\n", "cli/b.py": "class Plan: ...\n"}, "A class Plan"),
    ],
)
def test_what_is_wrong_with_files_together_is_found(sources: dict[str, str], expected: str) -> None:
    found = problems_of_all(sources)
    assert any(expected in problem for problem in found), found


def test_what_may_be_is_no_problem_of_the_files_together() -> None:
    sources = {
        "types/a.py": "if TYPE_CHECKING:\n    from ..errors import B\n",
        "errors/__init__.py": "from ..types.a import A\n",
        "_async/a.py": "class Plan: ...\n",
        "_sync/a.py": "class Plan: ...\n",
        "emulator/a.py": "class Plan: ...\n",
        "_core/__init__.py": "",
        "_core/a.py": "",
        "_core/b.py": "",
    }
    assert problems_of_all(sources) == []
