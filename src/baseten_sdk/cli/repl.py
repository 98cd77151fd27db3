"""A conversation at the terminal: it reads questions, asks the model, and keeps the messages.

Ctrl-C stops an answer; at the prompt, Ctrl-C or Ctrl-D ends the conversation. A question that failed is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias

from ..errors import BasetenError
from ..types.params import Message, user
from .interrupts import noticing_signals
from .printing import Printer

Ask: TypeAlias = Callable[[Sequence[Message]], Message]
"""Asks a model and prints the answer while it arrives."""

PROMPT = "> "
HELP = "/clear starts over, /exit or Ctrl-D ends the conversation, Ctrl-C stops an answer."


def converse(out: Printer, ask: Ask, opening: Sequence[Message]) -> None:
    """Talk until the user ends the conversation."""
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
    """Ask one question, and return the conversation with its answer."""
    longer = [*messages, user(question)]
    try:
        return [*longer, ask(longer)]
    except KeyboardInterrupt:
        out.note("\n[stopped]")
    except BasetenError as error:
        out.error(error)
    return messages
