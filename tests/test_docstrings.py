"""Docstrings say what is there: each name below `Args:` is a parameter, and each description is a sentence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .source_tree import read_sources, tree_of

SECTION = re.compile(r"(?P<indent> *)(?P<title>Args|Attributes|Raises)\b[^:]*:(?P<rest>.*)")
ENTRY = re.compile(r" *\*{0,2}(?P<name>[\w.]+): (?P<text>.*)")


def entries(docstring: str) -> Iterator[tuple[str, str, str]]:
    """The entries of a docstring's sections: title, name and the beginning of the description."""
    title, depth = "", 0
    for line in docstring.splitlines():
        indent = len(line) - len(line.lstrip())
        if (section := SECTION.fullmatch(line)) is not None:
            title, depth = section["title"], len(section["indent"]) + 4
            if section["rest"].strip():
                yield title, "", section["rest"]
        elif line.strip() and indent < depth:
            title = ""
        elif title and indent == depth and (entry := ENTRY.fullmatch(line)) is not None:
            yield title, entry["name"], entry["text"]


def parameters(node: ast.AST) -> set[str] | None:
    """The parameters of a function, or of a class with a constructor. None if the source does not show them."""
    if isinstance(node, ast.ClassDef):
        made = [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"]
        return parameters(made[0]) if made and not node.bases else None
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return {each.arg for each in named if each is not None}


def problems(source: str, path: str) -> Iterator[str]:
    for node in ast.walk(tree_of(source, path)):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            continue
        known = parameters(node)
        for title, name, text in entries(ast.get_docstring(node) or ""):
            where = f"{path}: {getattr(node, 'name', 'the module')}: {title}"
            if not name:
                yield f"{where} goes on in its first line: {text.strip()}"
            elif text[:1].islower() and not text.startswith(("httpx", "asyncio")):
                yield f"{where}: the description of {name} begins in lower case"
            if title == "Args" and name and known is not None and name not in known:
                yield f"{where}: there is no parameter {name}"


def test_docstrings_say_what_is_there() -> None:
    found = [problem for path, source in read_sources().items() for problem in problems(source, path)]
    assert found == []


def test_what_is_not_there_is_found() -> None:
    source = '''
def send(data: bytes) -> None:
    """Send it.

    Args:
        datum: What to send.

    Raises:
        OSError: it is lost.
    """


class Socket:
    """A connection.

    Raises (from the iteration): OSError: It is lost.
    """
'''
    assert list(problems(source, "room/file.py")) == [
        "room/file.py: send: Args: there is no parameter datum",
        "room/file.py: send: Raises: the description of OSError begins in lower case",
        "room/file.py: Socket: Raises goes on in its first line: OSError: It is lost.",
    ]
