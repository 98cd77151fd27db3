"""Reads the sources of the package as text: what imports what, which circles there are, and where classes stand.

It imports nothing of the package, and knows no rule.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "baseten_sdk"
SOURCE = ROOT / "src" / PACKAGE


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module: its absolute name, the name taken from it, and when it is imported.

    Attributes:
        name: What is taken from the module; empty for `import module`.
        for_types: Whether only type checkers see it.
        deferred: Whether a function imports it when it runs.
    """

    module: str
    name: str
    line: int
    for_types: bool = False
    deferred: bool = False


def read_sources() -> dict[str, str]:
    """The text of each source file, by its path relative to the package."""
    return {
        path.relative_to(SOURCE).as_posix(): path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.py"))
    }


@cache
def tree_of(source: str, path: str) -> ast.Module:
    """A source as a tree; each is parsed once."""
    return ast.parse(source, path)


@cache
def imports_of(tree: ast.Module, path: str) -> tuple[Import, ...]:
    """Every import at any depth, with relative names made absolute."""
    return tuple(_imports_below(tree, path, for_types=False, deferred=False))


def _imports_below(node: ast.AST, path: str, *, for_types: bool, deferred: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, "", node.lineno, for_types, deferred)
    elif isinstance(node, ast.ImportFrom):
        module = _absolute(node, path)
        for alias in node.names:
            yield Import(module, alias.name, node.lineno, for_types, deferred)
    elif not isinstance(node, ast.expr):  # which holds no statement
        deferred = deferred or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        guarded: list[ast.stmt] = node.body if isinstance(node, ast.If) and _asks_for_types(node.test) else []
        for below in ast.iter_child_nodes(node):
            yield from _imports_below(below, path, for_types=for_types or below in guarded, deferred=deferred)


def _asks_for_types(test: ast.expr) -> bool:
    return ast.unparse(test).removeprefix("typing.").startswith("TYPE_CHECKING")


def module_of(path: str) -> str:
    """The absolute name of the module in a file."""
    parts = PurePosixPath(path).with_suffix("").parts
    return ".".join((PACKAGE, *(parts[:-1] if parts[-1] == "__init__" else parts)))


def import_graph(sources: Mapping[str, str], *, at_import: bool = False) -> dict[str, set[str]]:
    """The paths of the files that each file imports.

    Args:
        sources: The text of each file, by its path.
        at_import: Only what is imported when the file itself is.
    """
    paths = {module_of(path): path for path in sources}
    graph: dict[str, set[str]] = {path: set() for path in sources}
    for path, source in sources.items():
        for found in imports_of(tree_of(source, path), path):
            if at_import and (found.for_types or found.deferred):
                continue
            target = paths.get(f"{found.module}.{found.name}") or paths.get(found.module)
            if target is not None and target != path:
                graph[path].add(target)
    return graph


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The largest groups of files in which each reaches each (Tarjan's algorithm, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []
    for root in graph:
        work: list[tuple[str, Iterator[str]]] = []
        if root not in index:
            work.append((root, _enter(root, graph, index, low, stack)))
        while work:
            node, rest = work[-1]
            following = next((each for each in rest if each not in index or each in stack), None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    cut = stack.index(node)
                    if len(stack) - cut > 1:
                        found.append(sorted(stack[cut:]))
                    del stack[cut:]
            elif following in index:
                low[node] = min(low[node], index[following])
            else:
                work.append((following, _enter(following, graph, index, low, stack)))
    return sorted(found)


def classes(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """The paths of the files in which a class of each name stands."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, source in sources.items():
        for node in ast.walk(tree_of(source, path)):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(path)
    return found


def flat_files(paths: Sequence[str], folder: str) -> list[str]:
    """The files that stand in a folder itself, but for `__init__` and `__main__`."""
    return [path for path in paths if PurePosixPath(path).parent.as_posix() == folder and not path.endswith("__.py")]


def _absolute(node: ast.ImportFrom, path: str) -> str:
    if node.level == 0:
        return node.module or ""
    folders = (PACKAGE, *PurePosixPath(path).parent.parts)
    base = folders[: len(folders) - node.level + 1]
    return ".".join((*base, node.module) if node.module else base)


def _enter(
    node: str, graph: Mapping[str, set[str]], index: dict[str, int], low: dict[str, int], stack: list[str]
) -> Iterator[str]:
    index[node] = low[node] = len(index)
    stack.append(node)
    return iter(sorted(graph[node]))
