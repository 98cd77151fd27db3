"""What type checkers make of speech. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import assert_type

from baseten_sdk import (
    AsyncChain,
    AsyncDeployment,
    AsyncJob,
    AsyncPool,
    AsyncTranscriptionSession,
    Deployment,
    FinalTranscript,
    PartialTranscript,
    Transcription,
    TranscriptionSession,
    WebSocketError,
    Word,
    batch,
)


async def sessions_and_recordings_have_their_types(
    deployment: AsyncDeployment, chain: AsyncChain, twin: Deployment, microphone: AsyncIterator[bytes]
) -> None:
    assert_type(deployment.transcription(microphone, sampling={"beam_width": 5}), AsyncTranscriptionSession)
    async with chain.transcription(Path("talk.wav"), partials=True, language="en", deadline=60) as session:
        async for event in session:
            assert_type(event, PartialTranscript | FinalTranscript)
            assert_type(event.words, list[Word])
        assert_type(session.transcripts, list[FinalTranscript])
        assert_type(session.text, str)
        await session.send(memoryview(b""))
    assert_type(await deployment.transcribe("talk.mp3", word_timestamps=True), Transcription)
    assert_type(await chain.async_transcribe("https://example.com/a.mp3", priority=1), AsyncJob)
    assert_type(twin.transcription(), TranscriptionSession)
    assert_type(twin.transcribe(b"").text, str)


async def rows_and_pools_have_them_too(pool: AsyncPool) -> None:
    assert_type(batch.transcribe("talk.mp3", deployment="abcd1234", language="en"), batch.Call[Transcription])
    assert_type(batch.transcribe(b"", chain="chain123", deadline=60), batch.Call[Transcription])
    assert_type(await pool.transcribe("talk.mp3"), Transcription)
    assert_type(pool.transcription(), AsyncTranscriptionSession)
    batch.transcribe("talk.mp3")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]


def errors_keep_what_was_understood(error: WebSocketError) -> None:
    assert_type(error.transcripts, tuple[FinalTranscript, ...])


async def what_must_fail(deployment: AsyncDeployment) -> None:
    deployment.transcription(lang="en")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    deployment.transcription(encoding="opus")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    deployment.transcription(sampling={"beams": 5})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    async with deployment.transcription() as session:
        await session.send("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await deployment.transcribe(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
