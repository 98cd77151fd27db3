"""`baseten-sdk decide`: typed questions about a text, answered with probabilities."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..types.json import JsonValue
from .inputs import json_value, pair, read_text
from .session import Session
from .target import deployment_of, is_container


def decide(
    session: Session,
    text: Annotated[str | None, typer.Argument(help="The text to judge.")] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="File with the text to judge, - for stdin.")] = None,
    ask: Annotated[
        list[str] | None, typer.Option("--ask", "-a", metavar="NAME=QUESTION", help="A yes-or-no question; repeatable.")
    ] = None,
    choose: Annotated[
        list[str] | None,
        typer.Option("--choose", "-c", metavar="NAME=LABEL,LABEL", help="A choice of one label; repeatable."),
    ] = None,
    score: Annotated[
        list[str] | None,
        typer.Option("--score", "-s", metavar="NAME=LOW,HIGH", help="A scale of 1 to 10 levels; repeatable."),
    ] = None,
    questions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JSON file with questions, as the service takes them.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help="Decision model (default: Elephant).")] = None,
    deployment: Annotated[
        str | None, typer.Option(metavar="MODEL_ID", help="ID of a dedicated model, or URL of a container.")
    ] = None,
) -> None:
    """Answer typed questions about a text."""
    asked = _questions(ask or [], choose or [], score or [], questions)
    if not asked:
        raise typer.BadParameter("No questions: give --ask, --choose, --score or --questions.")
    if (text is None) == (file is None):
        raise typer.BadParameter("Give the text to judge, or --file PATH (- for stdin).")
    state = text if file is None else read_text(file)
    with session.client(keyless=is_container(deployment)) as client:
        decisions = deployment_of(client, deployment).decisions if deployment else client.decisions
        reply = decisions.create(state=state or "", questions=asked, model=model)
    session.out.value(reply.model_dump(mode="json", exclude_unset=True)["answers"])


def _questions(ask: list[str], choose: list[str], score: list[str], file: Path | None) -> dict[str, dict[str, object]]:
    asked: dict[str, dict[str, object]] = {}
    if file is not None:
        given: JsonValue = json_value(read_text(file), "--questions")
        if not isinstance(given, dict) or not all(isinstance(each, dict) for each in given.values()):
            raise typer.BadParameter("--questions must hold an object of questions by name.")
        asked.update({name: dict(each) for name, each in given.items() if isinstance(each, dict)})
    for name, text in _pairs("--ask", "NAME=QUESTION", ask):
        asked[name] = {"type": "noul", "instructions": text}
    for name, text in _pairs("--choose", "NAME=LABEL,LABEL", choose):
        labels = dict.fromkeys(label.strip() for label in text.split(","))
        asked[name] = {"type": "choice", "instructions": name.replace("_", " "), "criteria": labels}
    for name, text in _pairs("--score", "NAME=LOW,HIGH", score):
        levels = [level.strip() for level in text.split(",")]
        asked[name] = {"type": "score", "instructions": name.replace("_", " "), "criteria": levels}
    return asked


def _pairs(option: str, form: str, given: list[str]) -> list[tuple[str, str]]:
    return [pair(option, form, each) for each in given]
