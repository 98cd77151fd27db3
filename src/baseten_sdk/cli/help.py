"""What `--help` shows of a command: short names for values, and examples.

It owns the words. Typer lays them out, and takes square brackets for styles.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from copy import copy
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

import typer
from rich.markup import escape
from typer.models import ArgumentInfo, OptionInfo

_BREAK = re.compile(r"(?<!\n)\n(?!\n)")

VALUES = {bool: "", int: "N", float: "NUMBER", str: "TEXT", Path: "FILE"}
"""The placeholder for an option's value, by type. A flag has none."""

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "batch": (
        "baseten-sdk batch in.jsonl out.jsonl -m openai/gpt-oss-120b --prompt 'Summarize: {text}'",
        "baseten-sdk batch rows.csv out.jsonl --predict --deployment abcd1234 -c auto",
        "baseten-sdk batch openai-batch.jsonl out.jsonl --report report.json",
    ),
    "chat": (
        'baseten-sdk chat -m openai/gpt-oss-120b "Why is the evening sky red?"',
        "git diff | baseten-sdk chat -m openai/gpt-oss-120b 'Review this:' -",
        "baseten-sdk chat -m openai/gpt-oss-120b",
    ),
    "models": ("baseten-sdk models", "baseten-sdk models -o json"),
    "decide": (
        """baseten-sdk decide "Where is my parcel?" --ask urgent="Needs an answer today?\"""",
        "baseten-sdk decide -f mail.txt --choose team=billing,shipping --score anger=calm,furious",
    ),
    "embed": ("baseten-sdk embed texts.jsonl vectors.npy --deployment abcd1234",),
    "predict": (
        """baseten-sdk predict abcd1234 -d '{"prompt": "Hello"}'""",
        "baseten-sdk predict abcd1234 -e staging -f input.json -o json",
    ),
    "sync": ("baseten-sdk sync abcd1234 v1/models",),
    "transcribe": (
        "baseten-sdk transcribe talk.mp3 --deployment abcd1234",
        "baseten-sdk transcribe talk.wav --deployment abcd1234 --live",
    ),
    "doctor": ("baseten-sdk doctor",),
    "submit": ("""baseten-sdk async submit abcd1234 -d '{"url": "..."}' --webhook https://example.com/done""",),
    "status": ("baseten-sdk async status abcd1234 REQUEST_ID",),
    "wait": ("baseten-sdk async wait abcd1234 REQUEST_ID",),
    "cancel": ("baseten-sdk async cancel abcd1234 REQUEST_ID",),
    "listen": ("baseten-sdk webhook listen --port 8080",),
    "verify": ("baseten-sdk webhook verify --signature v1=SIGNATURE -f body.json",),
}
"""Commands as people type them, by the name of the command."""


def examples(name: str) -> str | None:
    """Return the examples of a command, as text below its help."""
    lines = EXAMPLES.get(name)
    return None if lines is None else "\n\n".join(["Examples:", *(escape(f"  {line}") for line in lines)])


def shown(parameter: inspect.Parameter) -> inspect.Parameter:
    """Return the parameter of a command, with a short placeholder and plain help."""
    kind, *notes = get_args(parameter.annotation)
    return parameter.replace(annotation=Annotated[kind, *(_shown(note, kind) for note in notes)])


def documented(function: Callable[..., None]) -> str:
    """Return the help of a command, one line per paragraph, because Typer breaks lines where the text does."""
    return _BREAK.sub(" ", escape(inspect.getdoc(function) or ""))


def print_help(context: typer.Context, given: bool | None) -> None:
    if given:
        typer.echo(context.get_help(), nl=False)
        raise typer.Exit


HELP = inspect.Parameter(
    "help",
    inspect.Parameter.KEYWORD_ONLY,
    default=None,
    annotation=Annotated[
        bool | None,
        typer.Option("--help", metavar="", callback=print_help, is_eager=True, help="Show this message and exit."),
    ],
)
"""The option of every command, in place of Typer's, which shows a type for its value."""


def only_help(help: Annotated[bool | None, *get_args(HELP.annotation)[1:]] = None) -> None:
    """The option of a group of commands, which has no others."""


def _shown(note: object, kind: object) -> object:
    if not isinstance(note, ArgumentInfo | OptionInfo):
        return note
    note = copy(note)
    if note.help is not None:
        note.help = escape(note.help)
    if note.metavar is None and isinstance(note, OptionInfo):
        note.metavar = _value(kind)
    return note


def _value(kind: object) -> str | None:
    """Return the placeholder for a type. None if its choices are shown instead."""
    for each in get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,):
        if get_origin(each) is list:
            return _value(get_args(each)[0])
        if get_origin(each) is Literal or (isinstance(each, type) and issubclass(each, Enum)):
            return None
        if isinstance(each, type) and each in VALUES:
            return VALUES[each]
    return None
