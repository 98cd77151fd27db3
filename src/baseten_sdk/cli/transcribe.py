"""`baseten-sdk transcribe`: speech to text, of a recording or while it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .session import Session
from .target import DeploymentId, Environment, Regional, deployment_of, is_container

if TYPE_CHECKING:
    from .. import Chain, Client, Deployment


def transcribe(
    session: Session,
    audio: Annotated[str, typer.Argument(help="Audio file, or an http(s) URL of one.")],
    deployment: Annotated[
        str | None, typer.Option(metavar="MODEL_ID", help="ID of a dedicated model, or URL of a container.")
    ] = None,
    chain: Annotated[str | None, typer.Option(metavar="CHAIN_ID", help="ID of a chain.")] = None,
    environment: Environment = None,
    deployment_id: DeploymentId = None,
    regional: Regional = None,
    language: Annotated[
        str | None, typer.Option("--language", "-l", help='Code of the language, such as "en", or "auto".')
    ] = None,
    prompt: Annotated[str | None, typer.Option(help="Text that helps with names and spelling.")] = None,
    words: Annotated[bool, typer.Option("--words", help="Ask for each word with its times.")] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Send a WAV file at the pace of speech, and print lines while it is sent.")
    ] = False,
) -> None:
    """Transcribe speech."""
    if (deployment is None) == (chain is None):
        raise typer.BadParameter("Give one of --deployment and --chain.")
    with session.client(keyless=is_container(deployment)) as client:
        speech = _target(client, deployment, chain, environment, deployment_id, regional)
        timestamps = True if words else None
        if live:
            with speech.transcription(audio, language=language, prompt=prompt, word_timestamps=timestamps) as events:
                if session.out.structured:
                    session.out.values(event.to_dict() for event in events)
                else:
                    for event in events:
                        session.out.line(event.text)
            return
        transcription = speech.transcribe(audio, language=language, prompt=prompt, word_timestamps=timestamps)
    if session.out.structured:
        session.out.value(transcription.to_dict())
    elif words:
        for word in transcription.words:
            session.out.line(f"{word.start_time or 0:9.2f} {word.word.strip()}")
    else:
        session.out.line(transcription.text)


def _target(
    client: Client,
    deployment: str | None,
    chain: str | None,
    environment: str | None,
    deployment_id: str | None,
    regional: str | None,
) -> Deployment | Chain:
    if chain is None:
        assert deployment is not None
        return deployment_of(client, deployment, environment, deployment_id, regional)
    if deployment_id is not None:
        return client.chains(chain, deployment_id=deployment_id)
    return (
        client.chains(chain, environment=environment) if regional is None else client.chains(chain, regional=regional)
    )
