"""`baseten-sdk predict` and `baseten-sdk sync`: a dedicated model, and any path of its container."""

from __future__ import annotations

from typing import Annotated

import typer

from .inputs import JSON, ContentType, Data, File, Header, body, headers, pair, required_body
from .output import show, show_whole
from .session import Session
from .target import DeploymentId, Environment, ModelId, Regional, deployment_of, is_container
from .websocket import QUIET, lines_of, talk


def predict(
    session: Session,
    model_id: ModelId,
    environment: Environment = None,
    deployment_id: DeploymentId = None,
    regional: Regional = None,
    data: Data = None,
    file: File = None,
    content_type: ContentType = JSON,
    header: Header = None,
    text: Annotated[bool, typer.Option("--text", help="Read the output as text, whatever its content type.")] = False,
    websocket: Annotated[
        bool,
        typer.Option(
            "--websocket", help="Talk over a WebSocket: each line of stdin is a message, and so is each line of output."
        ),
    ] = False,
    quiet: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Silence after the last line that ends --websocket.")
    ] = QUIET,
) -> None:
    """Run a dedicated model and print its output while it arrives."""
    if websocket:
        lines = lines_of(data, file)
        with session.client(keyless=is_container(model_id)) as client:
            target = deployment_of(client, model_id, environment, deployment_id, regional)
            with target.connect(extra_headers=headers(header)) as opened:
                talk(session.out, opened, lines, quiet)
        return
    given = required_body(data, file, content_type)
    with session.client(keyless=is_container(model_id)) as client:
        target = deployment_of(client, model_id, environment, deployment_id, regional)
        with target.stream_predict(given, content_type=content_type, extra_headers=headers(header)) as stream:
            show(session.out, stream, as_text=text)


def sync(
    session: Session,
    model_id: ModelId,
    path: Annotated[str, typer.Argument(help="Path as the container sees it.")],
    method: Annotated[
        str | None, typer.Option("--method", "-X", help="HTTP method (default: GET, or POST with an input).")
    ] = None,
    environment: Environment = None,
    deployment_id: DeploymentId = None,
    regional: Regional = None,
    data: Data = None,
    file: File = None,
    content_type: ContentType = JSON,
    query: Annotated[
        list[str] | None, typer.Option("--query", "-q", metavar="NAME=VALUE", help="Query parameter; repeatable.")
    ] = None,
    header: Header = None,
) -> None:
    """Call any path of a deployment's container."""
    given = body(data, file, content_type)
    with session.client(keyless=is_container(model_id)) as client:
        target = deployment_of(client, model_id, environment, deployment_id, regional)
        reply = target.sync(
            path,
            method=method,
            content=given,
            content_type=None if given is None else content_type,
            params=_query(query or []),
            extra_headers=headers(header),
        )
    show_whole(session.out, reply.content, reply.headers.get("content-type", ""))


def _query(given: list[str]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for each in given:
        name, value = pair("--query", "NAME=VALUE", each)
        values.setdefault(name, []).append(value)
    return values
