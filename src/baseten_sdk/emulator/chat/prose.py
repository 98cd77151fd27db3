"""The emulator's voice: tokens, and readable text made from the caller's own words.

It owns text alone, always the same for the same question. It must not know requests or replies.
"""

from __future__ import annotations

import hashlib
import re

_TOKEN = re.compile(r"\s?\w{1,12}|\s?[^\w\s]|\s", re.UNICODE)
_SAY = re.compile(
    r"\s*+(?:say|repeat|echo|reply with|answer with)(?: only| exactly| the words?)?(?:\s*+:)?\s++(\S.*)", re.I | re.S
)
_WORD = re.compile(r"\w+", re.UNICODE)

_OPENINGS = (
    "You asked: “{question}”",
    "Let me take “{question}” at its word.",
    "“{question}” is a good place to begin.",
    "Here is what can be said about “{question}”.",
)
_MIDDLES = (
    "There are {count} words in it, and “{longest}” is the longest of them.",
    "It turns on one word, “{longest}”, out of {count}.",
    "Of its {count} words, “{longest}” carries the most letters and perhaps the most weight.",
)
_CLOSINGS = (
    "I am an emulator and know nothing beyond that; but I will say the same tomorrow, as tests need.",
    "No model was asked: this is made of your own words, and the same question always gets the same answer.",
    "A real model would now say more. I keep to what is certain: every token of this arrived, and in order.",
)


def tokens(text: str) -> list[str]:
    """Split a text into pieces that serve as a model's tokens. They join to exactly `text`."""
    return _TOKEN.findall(text)


def prose(question: str, seed: int = 0) -> str:
    """Return a short, readable answer. A message such as `Say hello` is obeyed."""
    if match := _SAY.match(question):
        return match[1].rstrip().strip("\"'“”")
    words = _WORD.findall(question)
    if not words:
        return "You sent no words, so I answer with a few: the connection works, and this is its proof."
    digest = hashlib.sha256(f"{seed}/{question}".encode(errors="replace")).digest()
    short = " ".join(question.split())
    short = short if len(short) <= 120 else short[:119].rstrip() + "…"
    values = {"question": short, "count": str(len(words)), "longest": max(words, key=len)}
    parts = (
        _OPENINGS[digest[0] % len(_OPENINGS)],
        _MIDDLES[digest[1] % len(_MIDDLES)],
        _CLOSINGS[digest[2] % len(_CLOSINGS)],
    )
    return " ".join(part.format_map(values) for part in parts)


def lengthened(text: str, count: int) -> str:
    """Return the text, repeated or cut to `count` tokens."""
    # Tokens may merge where one round meets the next, hence twice the rounds.
    rounds = 2 * count // len(tokens(text + " ")) + 1
    return "".join(tokens((text + " ") * rounds)[:count])


def thoughts(question: str) -> str:
    """Return what the emulator pretends to think before it answers."""
    words = _WORD.findall(question)
    subject = max(words, key=len) if words else "nothing"
    return f"The user writes {len(words)} words. The important one seems to be {subject!r}. Answer briefly."
