"""A conversation at the terminal: it reads lines, asks, and keeps what was said.

Ctrl-C stops an answer, and at the prompt the conversation; so does Ctrl-D. A question that failed is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias

from ..errors import BasetenError
from ..types.params import Message, user
from .interrupts import noticing_signals
from .printing import Printer

__all__ = ["Ask", "converse"]

Ask: TypeAlias = Callable[[Sequence[Message]], Message]
"""Asks a model, and shows its answer while it comes."""

PROMPT = "> "
HELP = "/clear forgets the conversation, /exit or Ctrl-D ends it, Ctrl-C stops an answer."


def converse(out: Printer, ask: Ask, opening: Sequence[Message]) -> None:
    """Talk until the user has enough."""
    with suppress(ImportError):
        import readline as readline  # editing and history of `input`, where the platform has them
    out.note(HELP)
    messages = list(opening)
    while True:
        try:
            with noticing_signals():
                line = input(PROMPT).strip()
        except EOFError:
            out.note("")
            return
        match line:
            case "":
                continue
            case "/exit" | "/quit":
                return
            case "/help" | "/?":
                out.note(HELP)
            case "/clear":
                messages = list(opening)
            case _:
                messages = _turn(out, ask, messages, line)


def _turn(out: Printer, ask: Ask, messages: list[Message], question: str) -> list[Message]:
    """One question and its answer: the conversation after it."""
    longer = [*messages, user(question)]
    try:
        return [*longer, ask(longer)]
    except KeyboardInterrupt:
        out.note("\n[stopped]")
    except BasetenError as error:
        out.error(error)
    return messages
