"""Estimates the input tokens of a call from its text.

Baseten's service has no endpoint that counts tokens, and each model splits text in its own way. The estimate is close
for prose and code in Western languages. It is not a bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ..policy.token_estimate import IMAGE
from ..request.json_codec import encode_json

WORDS = re.compile(r"[^\W\d_]+|\d+|(?:[^\w\s]|_)+")
"""The units of a text whose tokens are counted: words, numbers, and runs of symbols."""

LETTERS = 6
"""Letters of a word per token."""

DIGITS = 3
"""Digits of a number per token. Also the symbols of a run."""

WIDE = 0x2E80
"""From this code point on, each character is a word, as in Chinese and Japanese."""

TURN = 4
"""Tokens of a turn besides its content: the role, and the end of the turn."""

TOOL = 8
"""The same for a tool."""

MEDIA = ("image", "document")


def estimate_tokens(
    messages: Sequence[Mapping[str, object]], system: object = None, tools: Sequence[Mapping[str, object]] = ()
) -> int:
    """Estimate the tokens of an input. The result is at least 1."""
    parts = [*(turn.get("content") for turn in messages), system]
    size = sum(map(_content, parts)) + TURN * len(messages)
    return max(size + sum(_text(encode_json(tool).decode()) + TOOL for tool in tools), 1)


def _content(content: object) -> int:
    match content:
        case None:
            return 0
        case str():
            return _text(content)
        case Mapping():
            return _block(content)
        case Iterable():
            return sum(map(_content, content))
        case _:
            return _text(str(content))


def _block(block: Mapping[str, object]) -> int:
    kind = block.get("type")
    if kind in MEDIA:
        return IMAGE
    if kind == "tool_result":
        return _content(block.get("content")) + TURN
    texts = [value for name, value in block.items() if name in ("text", "thinking", "name") and isinstance(value, str)]
    given = block.get("input")
    return sum(map(_text, texts)) + (_text(encode_json(given).decode()) if given else 0)


def _text(text: str) -> int:
    return sum(map(_word, WORDS.findall(text)))


def _word(word: str) -> int:
    if ord(word[0]) >= WIDE:
        return len(word)
    return -(-len(word) // (LETTERS if word.isalpha() else DIGITS))
