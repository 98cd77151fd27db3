"""`baseten-sdk chat`: one question, or a conversation.

The answer goes to stdout while the model writes it, and the reasoning to stderr. `json` prints the whole completion,
`jsonl` its pieces.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from .._terminal import is_terminal
from ..types.params import Message, system, user
from .answers import API, AnswerSettings, make_ask
from .inputs import STDIN, json_params, read_text
from .pool import pool_of
from .repl import Ask, converse
from .session import Session
from .target import deployment_of, is_container

if TYPE_CHECKING:
    from .. import Client, Deployment, Pool


def chat(
    session: Session,
    prompt: Annotated[
        list[str] | None,
        typer.Argument(help="The question; - reads stdin. Without it, a terminal starts a conversation."),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            envvar="BASETEN_MODEL",
            show_envvar=True,
            help="Model slug, or ID of a dedicated model. Several: if one fails, the next answers.",
        ),
    ] = None,
    deployment: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL_ID",
            help="Ask the engine of this dedicated model, or the container at this URL; -m names the model inside it.",
        ),
    ] = None,
    environment: Annotated[str | None, typer.Option("--environment", "-e", help="Environment of --deployment.")] = None,
    system_text: Annotated[str | None, typer.Option("--system", "-s", help="System message.")] = None,
    reasoning: Annotated[
        bool | None, typer.Option(help="Show the reasoning on stderr (default: on a terminal).")
    ] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Limit for reasoning and answer together.")] = None,
    temperature: Annotated[float | None, typer.Option(help="Sampling temperature.")] = None,
    reasoning_effort: Annotated[str | None, typer.Option(metavar="EFFORT", help="none, low, medium, high ...")] = None,
    dollars: Annotated[
        bool, typer.Option("--dollars", help="Fetch prices, and show on stderr what each answer costs.")
    ] = False,
    api: Annotated[API, typer.Option(metavar="API", help="chat, messages or responses.")] = API.CHAT,
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", metavar="NAME=JSON", help="Any other parameter; repeatable.")
    ] = None,
) -> None:
    """Ask a model a question, or start a conversation."""
    if not model:
        raise typer.BadParameter("No model: pass --model SLUG or set BASETEN_MODEL. `baseten-sdk models` lists them.")
    if deployment is not None and len(model) > 1:
        raise typer.BadParameter("--deployment takes one --model: the name that it serves.")
    if environment is not None and deployment is None:
        raise typer.BadParameter("--environment needs --deployment MODEL_ID.")
    settings = AnswerSettings(max_tokens, temperature, reasoning_effort, dict(json_params(param)))
    show_reasoning = is_terminal(sys.stderr) if reasoning is None else reasoning
    opening: list[Message] = [system(system_text)] if system_text else []
    question = _question(prompt or [])
    with session.client(keyless=is_container(deployment)) as made:
        client = made.with_options(session=uuid4().hex)  # the turns of a conversation share a prefix cache
        target = _target(client, model, deployment, environment)
        prices = client.models.prices() if dollars else None
        name = model[0] if len(model) == 1 else ""
        ask = make_ask(api, target, name, settings, session.out, show_reasoning=show_reasoning, prices=prices)
        _answer(session, ask, opening, question)


def _target(
    client: Client, models: list[str], deployment: str | None, environment: str | None
) -> Client | Deployment | Pool:
    """Return who answers: the client, a deployment or a pool."""
    if deployment is not None:
        return deployment_of(client, deployment, environment)
    return client if len(models) == 1 else pool_of(client, models)


def _answer(session: Session, ask: Ask, opening: Sequence[Message], question: str | None) -> None:
    if question is None:
        converse(session.out, ask, opening)
    else:
        ask([*opening, user(question)])


def _question(prompt: Sequence[str]) -> str | None:
    """Return the question, or None if there is none and stdin is a terminal."""
    if not prompt and is_terminal(sys.stdin):
        return None
    parts = [
        read_text(STDIN) if is_stdin else " ".join(words)
        for is_stdin, words in groupby(prompt or [str(STDIN)], key=lambda word: word == str(STDIN))
    ]
    question = "\n".join(parts).strip()
    if not question:
        raise typer.BadParameter("The question is empty.")
    return question
