"""The rows of the trial: keys of every kind, some rows that no service can answer, some lines that are no rows."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

POISON = "POISON"
"""A row whose text holds it is refused for good."""

ODD = [
    'with "quotes"',
    "back\\slash",
    "ünïcödé ☃",
    "line 7",
    "",
    " ",
    "a\tb",
    "new\nline",
    "{}",
    "null",
    "\u2028",
    "x" * 3000,
]


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come of the rows.

    Attributes:
        done: The text of each key that must have a result.
        failed: Keys that must have a failure.
        lines: Numbers of lines that cannot be taken.
    """

    done: dict[str, str]
    failed: set[str]
    lines: set[int]


def write_rows(path: Path, count: int, seed: int) -> Expected:
    """Write a source of so many lines."""
    source = random.Random(seed)
    expected = Expected({}, set(), set())
    with path.open("w", encoding="utf-8") as file:
        for number in range(1, count + 1):
            chance = source.random()
            if chance < 0.002:
                expected.lines.add(number)
                file.write(source.choice(["{broken", "[1, 2]", '{"text": "no key"}', "\x00\x01", '{"id": 1.5}']) + "\n")
                continue
            known = len(expected.done) + len(expected.failed)
            if chance < 0.004 and known:
                expected.lines.add(number)
                key: object = next(iter(expected.done), "")
            else:
                key = _key(source, number)
            text = f"{'POISON ' if 0.004 <= chance < 0.006 else ''}{source.randbytes(8).hex()} {number}"
            if number not in expected.lines:
                if POISON in text:
                    expected.failed.add(str(key))
                else:
                    expected.done[str(key)] = text
            file.write(json.dumps({"id": key, "text": text}, ensure_ascii=source.random() < 0.5) + "\n")
    return expected


def _key(source: random.Random, number: int) -> object:
    kind = source.random()
    if kind < 0.1:
        return f"{source.choice(ODD)}{number}"
    if kind < 0.3:
        return number
    return f"row-{source.randbytes(6).hex()}-{number}"
