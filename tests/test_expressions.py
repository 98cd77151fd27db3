"""No regular expression of the package takes quadratic time, whatever the text.

They are found in the sources, so a new one is tested without being named here. The texts are made of the characters and
words of the expression itself, repeated: what nearly matches again and again is what makes an expression slow.
"""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice, product
from typing import AnyStr, NamedTuple, TypeAlias

import pytest

from tests.source_tree import PACKAGE, read_sources, tree_of

Expression: TypeAlias = "re.Pattern[str] | re.Pattern[bytes]"

WAYS = ("search", "match", "fullmatch", "findall", "finditer", "sub", "split")

SHORT = 2000
TIMES = 8
"""How much longer the second text is; quadratic work takes 64 times as long."""

AT_ONCE = 0.003
"""Seconds of this thread within which work on a short text need not be compared with a longer one."""

WORDS, LETTERS = 4, 8
"""How many words and characters of an expression its texts are made of."""

HEADS = ("", '"', "[", "{", "1")
"""What stands before it."""

MADE_LATER = {"_core/request/base_urls.py", "emulator/schema/patterns.py"}
"""Modules that also make expressions of what the caller gives: settings, which are short, and patterns of schemas."""


class Found(NamedTuple):
    """An expression in the sources, and how it is used."""

    place: str
    pattern: str | bytes
    flags: int
    ways: frozenset[str]


def test_each_is_made_once_where_this_test_finds_it() -> None:
    later: list[str] = []
    for path, text in using_expressions():
        tree = tree_of(text, path)
        named = {id(node.value) for node in tree.body if isinstance(node, ast.Assign)}
        later += [path for node in ast.walk(tree) if is_call(node, "re.compile") and id(node) not in named]
    assert set(later) == MADE_LATER


def sources() -> Iterator[tuple[str, str]]:
    yield from ((path, text) for path, text in read_sources().items() if not path.startswith("_sync/"))


def using_expressions() -> Iterator[tuple[str, str]]:
    return ((path, text) for path, text in sources() if re.search(r"\bre\.", text))


def is_call(node: ast.AST, name: str) -> bool:
    """Whether a function of a module is called; its name has one dot."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and f"{node.func.value.id}.{node.func.attr}" == name
    )


@cache
def expressions() -> tuple[Found, ...]:
    return tuple(found_in_sources())


def found_in_sources() -> Iterator[Found]:
    ways: dict[str, set[str]] = {}
    for node in (node for path, text in sources() for node in ast.walk(tree_of(text, path))):
        if isinstance(node, ast.Attribute) and node.attr in WAYS:
            ways.setdefault(ast.unparse(node.value).rpartition(".")[2], set()).add(node.attr)
    for path, text in using_expressions():
        tree = tree_of(text, path)
        for node in tree.body:
            if isinstance(node, ast.Assign) and is_call(node.value, "re.compile"):
                name = ast.unparse(node.targets[0])
                made = value_of(path, name, node.value)
                yield Found(f"{path}:{name}", made.pattern, made.flags, frozenset(ways.get(name, WAYS)))
        for call in ast.walk(tree):
            for way in WAYS:
                if is_call(call, f"re.{way}") and isinstance(call, ast.Call):
                    made = re.compile(ast.literal_eval(call.args[0]))
                    yield Found(f"{path}:{call.lineno}", made.pattern, made.flags, frozenset({way}))


def value_of(path: str, name: str, call: ast.expr) -> Expression:
    """An expression; its module is imported only if it is more than a text, since it may need other libraries."""
    assert isinstance(call, ast.Call)
    first, *flags = call.args
    if isinstance(first, ast.Constant) and isinstance(first.value, str | bytes):
        given = (node.attr for flag in flags for node in ast.walk(flag) if isinstance(node, ast.Attribute))
        return re.compile(first.value, sum(getattr(re, each) for each in given))
    made = getattr(importlib.import_module(f"{PACKAGE}.{path.removesuffix('.py').replace('/', '.')}"), name)
    assert isinstance(made, re.Pattern)
    return made


def texts(source: str) -> Iterator[tuple[str, str]]:
    """What stands at the beginning of the texts for an expression, and what is repeated after it."""
    plain = re.sub(r"\\[A-Za-z]|[\^$|()*+?.]", " ", source)
    words = [*dict.fromkeys(re.findall(r"[A-Za-z<>:;,=\"{/-]{2,12}", plain))][:WORDS]
    letters = [*dict.fromkeys(each for each in plain if not each.isspace())][:LETTERS]
    parts = [*dict.fromkeys((*letters, *words, "a", "0", " ", "\\", '"'))]
    yield from product(HEADS, parts)
    yield from (("", one + other) for one, other in product(parts, repeat=2))


def works(found: Found, way: str) -> Iterator[tuple[str, Callable[[int], object]]]:
    """What an expression does with each text, by a description of it."""
    pattern = found.pattern
    source = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
    for head, repeated in texts(source):

        def work(size: int, repeated: str = repeated, head: str = head) -> object:
            text = head + repeated * (size // len(repeated))
            if isinstance(pattern, str):
                return apply(re.compile(pattern, found.flags), way, text, "")
            return apply(re.compile(pattern, found.flags), way, text.encode(), b"")

        yield f"{found.place}: {way} of {head!r} and {repeated!r}", work


def apply(made: re.Pattern[AnyStr], way: str, text: AnyStr, nothing: AnyStr) -> object:
    done = getattr(made, way)(nothing, text) if way == "sub" else getattr(made, way)(text)
    return list(done) if way == "finditer" else done


def seconds(work: Callable[[int], object], size: int) -> float:
    began = time.thread_time()
    work(size)
    return time.thread_time() - began


def slow(found: Found, way: str, *, short: int = SHORT, at_once: float = AT_ONCE) -> Iterator[str]:
    """The texts for which eight times as much takes far more than eight times as long; the best of several tries
    counts."""
    for what, work in works(found, way):
        if seconds(work, short) > at_once and not any(
            seconds(work, short * TIMES) < 3 * TIMES * seconds(work, short) for _ in range(5)
        ):
            yield what


@pytest.mark.parametrize("way", WAYS)
def test_time_grows_as_the_text_does(way: str) -> None:
    used = [found for found in expressions() if way in found.ways]
    assert used
    # One text of each is enough, because slow work is measured several times.
    assert [text for found in used for text in islice(slow(found, way), 1)] == []


def test_a_slow_one_is_found() -> None:
    digits = Found("here", r"(\d+)(?:ms|s)", 0, frozenset())
    assert next(slow(digits, "findall", short=500, at_once=0)) == "here: findall of '' and '0'"
