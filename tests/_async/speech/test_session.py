"""Sessions of Whisper against the emulator: no words are lost, and what goes wrong keeps what was understood."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from baseten_sdk import (
    AsyncClient,
    AsyncTranscriptionSession,
    AudioError,
    ConfigurationError,
    FinalTranscript,
    InvalidRequestError,
    NotFoundError,
    PartialTranscript,
    TranscriptionError,
    WebSocketClosedError,
    WebSocketError,
    WebSocketInterrupted,
    WebSocketModelError,
)
from baseten_sdk._io.parallel import AsyncParallel
from baseten_sdk.emulator import Emulator
from tests._async.fake_clock import AsyncFakeClock
from tests.asking import IDLE, behaving
from tests.core.speech.test_audio import wav
from tests.faults._async.test_websockets import client_of
from tests.faults.frames import closing, text
from tests.faults.scripted import Close, Hold, More, ScriptedServer, Until, Upgrade
from tests.patience import growing

pytestmark = pytest.mark.anyio

SECOND = b"\x01\x00" * 16_000
SAID = "never odd or even the quick brown fox jumps over"
"""What the emulator understands in five seconds."""


async def understood(session: AsyncTranscriptionSession) -> list[str]:
    """The texts of the finals, to the end."""
    return [event.text async for event in session if isinstance(event, FinalTranscript)]


async def speak_and_listen(session: AsyncTranscriptionSession) -> None:
    """Send three seconds, and take what comes."""
    await session.send(SECOND * 3)
    await understood(session)


@pytest.mark.parametrize("kind", ["model", "chain"])
async def test_a_file_is_understood_to_its_last_word(client: AsyncClient, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "talk.wav"
    path.write_bytes(wav(SECOND * 5))
    target = client.deployments("abcd1234") if kind == "model" else client.chains("chain123")
    async with target.transcription(path, pace=None, language="en", word_timestamps=True, partials=True) as session:
        events = [event async for event in session]
        assert session.meta.status_code == 101
    finals = [event for event in events if isinstance(event, FinalTranscript)]
    partials = [event for event in events if isinstance(event, PartialTranscript)]
    assert " ".join(final.text for final in finals) == session.text == SAID
    assert session.transcripts == finals
    assert [word.word for final in finals for word in final.words] == SAID.split()
    assert finals[1].segments[0].start_time == 2.0
    assert partials
    assert all(event.text in SAID for event in partials)
    assert session.audio_seconds == pytest.approx(5, abs=0.05)
    assert IDLE in repr(client)


async def test_pushed_audio_is_understood_to_its_last_word(client: AsyncClient) -> None:
    deployment = client.deployments("abcd1234")
    async with deployment.transcription(encoding="pcm_mulaw", sample_rate=8000, pace=None) as session:
        for _ in range(5):
            await session.send(b"\xff" * 3000)
            await session.send(bytearray(b"\xff" * 5000))
        await session.finish()
        await session.finish()
        assert await understood(session) == ["never odd or even", "the quick brown fox", "jumps over"]


async def test_leaving_the_block_brings_the_last_words(client: AsyncClient) -> None:
    async with client.deployments("abcd1234").transcription(pace=None) as session:
        await session.send(SECOND * 3)
    assert session.text == "never odd or even the quick"
    async with client.deployments("abcd1234").transcription(wav(SECOND * 5), pace=None) as session:
        async for event in session:
            assert event.text == "never odd or even"
            break
    assert session.text.startswith("never odd or even")
    assert IDLE in repr(client)


async def test_a_session_without_audio_is_left_in_order(client: AsyncClient) -> None:
    async with client.deployments("abcd1234").transcription() as session:
        pass
    assert (session.text, session.transcripts) == ("", [])


async def test_audio_may_come_from_iterators(client: AsyncClient) -> None:
    def pieces() -> Iterator[bytes]:
        yield from (SECOND[:7], b"", SECOND[7:], SECOND * 4)

    async with client.deployments("abcd1234").transcription(pieces(), pace=None) as session:
        assert " ".join(await understood(session)) == SAID


# unasync: remove
async def test_audio_may_come_from_an_async_iterator(client: AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield SECOND

    async with client.deployments("abcd1234").transcription(pieces(), pace=None) as session:
        assert " ".join(await understood(session)) == SAID


# unasync: end
async def test_one_task_may_send_while_another_listens(client: AsyncClient) -> None:
    async with client.deployments("abcd1234").transcription(pace=None, partials=True) as session:

        async def speak() -> None:
            for _ in range(50):
                await session.send(SECOND[:3200])
            await session.finish()

        async def listen() -> list[str]:
            return await understood(session)

        _, heard = await AsyncParallel.run([(True, speak), (True, listen)])
    assert isinstance(heard, list)
    assert " ".join(heard) == SAID


async def test_pushed_audio_is_paced(client: AsyncClient, clock: AsyncFakeClock) -> None:
    async with client.deployments("abcd1234").transcription(pace=2.0) as session:
        began = clock.now()
        await session.send(SECOND * 10)
        assert clock.now() - began == pytest.approx(10 / 2 - 0.25, abs=0.1)
        clock.sleeps.clear()
        clock.time += 100  # nobody spoke
        await session.send(SECOND)
        assert clock.sleeps == []


async def test_audio_at_its_own_pace_is_taken_and_faster_is_not(client: AsyncClient) -> None:
    strict = behaving("real-time")
    async with client.deployments("abcd1234").transcription(wav(SECOND), extra_headers=strict) as session:
        assert await understood(session) == ["never odd"]
    with pytest.raises(TranscriptionError, match="faster than real time") as caught:
        async with client.deployments("abcd1234").transcription(
            wav(SECOND * 5), pace=None, extra_headers=strict
        ) as session:
            await understood(session)
    assert caught.value.request_id
    assert IDLE in repr(client)


async def test_the_first_message_has_what_was_set(emu: Emulator) -> None:
    with ScriptedServer([Upgrade(), Until(b"end_audio"), Close()]) as server:
        async with client_of(server) as client:
            with pytest.raises(WebSocketError):
                async with client.deployments("abcd1234").transcription(
                    wav(b"ab" * 600, rate=8000), pace=None, extra_body={"whisper_params": {"new": 1}}
                ):
                    pass
        said = [payload for _, payload in server.said()]
    assert json.loads(said[0]) == {
        "whisper_params": {"new": 1},
        "streaming_params": {"encoding": "pcm_s16le", "sample_rate": 8000},
    }
    assert json.loads(said[-1]) == {"type": "end_audio"}


FAULTS: list[tuple[str, type[WebSocketError], str]] = [
    ("cut=1", WebSocketInterrupted, "The WebSocket broke"),
    ("close=1011, close-after=1", WebSocketModelError, "Internal Server Error"),
    ("close=1012, close-after=1", WebSocketClosedError, "with code 1012"),
    ("end=1", WebSocketError, "closed"),
]


@pytest.mark.parametrize(("spec", "kind", "problem"), FAULTS, ids=[spec for spec, _, _ in FAULTS])
async def test_what_was_understood_stays_on_the_error(
    client: AsyncClient, spec: str, kind: type[WebSocketError], problem: str
) -> None:
    async with client.deployments("abcd1234").transcription(extra_headers=behaving(spec), pace=None) as session:
        with pytest.raises(kind, match=problem) as caught:
            await speak_and_listen(session)
        session._reader.finished = True
    assert [final.text for final in caught.value.transcripts] == ["never odd or even"]
    assert caught.value.request_id
    assert IDLE in repr(client)


async def test_a_parameter_that_the_service_does_not_know_is_its_error(client: AsyncClient) -> None:
    extra = {"whisper_params": {"nonsense": True}}
    with pytest.raises(TranscriptionError, match=r"not permitted: whisper_params\.nonsense"):
        async with client.deployments("abcd1234").transcription(extra_body=extra) as session:
            await understood(session)


async def test_last_words_that_do_not_come_are_an_error(client: AsyncClient) -> None:
    for limit in growing(0.05):
        with pytest.raises(
            TranscriptionError, match=rf"had not arrived {limit:g} s after the audio: raise finish_timeout="
        ) as caught:
            async with client.deployments("abcd1234").transcription(
                extra_headers=behaving("no-finish-audio"), finish_timeout=limit, pace=None
            ) as session:
                await session.send(SECOND * 3)
        assert IDLE in repr(client)
        if caught.value.transcripts:
            assert [final.text for final in caught.value.transcripts] == ["never odd or even"]
            return


async def test_last_words_that_do_not_come_end_an_iteration_too(client: AsyncClient) -> None:
    for limit in growing(0.05):
        with pytest.raises(TranscriptionError, match="raise finish_timeout=") as caught:
            async with client.deployments("abcd1234").transcription(
                SECOND * 3, extra_headers=behaving("no-finish-audio"), finish_timeout=limit, pace=None
            ) as session:
                await understood(session)
        assert IDLE in repr(client)
        if caught.value.transcripts:
            assert [final.text for final in caught.value.transcripts] == ["never odd or even"]
            return


async def test_a_cut_in_the_last_words_is_no_end(client: AsyncClient) -> None:
    """A close frame that never came: the last words may be missing."""
    session = client.deployments("abcd1234").transcription(extra_headers=behaving("cut=2"), pace=None)
    with pytest.raises(WebSocketInterrupted):
        async with session:
            await session.send(SECOND * 3)
    assert session.text == "never odd or even the quick"


async def test_a_deployment_that_closes_in_order_behind_the_end_has_said_all() -> None:
    final = json.dumps({"type": "transcription", "is_final": True, "segments": [{"text": "bye"}]})
    with ScriptedServer([Upgrade(), Until(b"end_audio"), More(text(final) + closing(1000)), Hold()]) as server:
        async with client_of(server) as client:
            async with client.deployments("abcd1234").transcription(pace=None) as session:
                await session.send(SECOND)
            assert session.text == "bye"


async def test_audio_that_cannot_be_sent_is_refused_and_the_session_goes_on(client: AsyncClient) -> None:
    async with client.deployments("abcd1234").transcription(pace=None) as session:
        await session.send(SECOND * 3)
        async for _ in session:
            break
        for audio in ("text", 3, None):
            with pytest.raises(AudioError, match="Audio is sent as bytes") as caught:
                await session.send(audio)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        assert [final.text for final in caught.value.transcripts] == ["never odd or even"]
        await session.finish()
        with pytest.raises(AudioError, match="No audio can follow"):
            await session.send(SECOND)
    assert session.text == "never odd or even the quick"


async def test_what_does_not_fit_is_refused_before_anything_is_sent(client: AsyncClient, emu: Emulator) -> None:
    deployment = client.deployments("abcd1234")
    for arguments, problem in (
        ({"audio": wav(SECOND, rate=8000), "sample_rate": 16_000}, "does not match the file"),
        ({"audio": wav(SECOND), "encoding": "pcm_mulaw"}, "does not match the file"),
        ({"audio": b"fLaC"}, "is FLAC"),
        ({"audio": "/nowhere/talk.wav"}, "No such file"),
        ({"audio": 3}, "audio must be a path, bytes or an iterator"),
        ({"encoding": "opus"}, "encoding must be"),
        ({"sample_rate": 0}, "sample_rate must be"),
        ({"longest_final": 31}, "longest_final must be"),
        ({"lang": "en"}, "There is no parameter 'lang'"),
        ({"pace": 0}, "pace must be"),
        ({"finish_timeout": -1}, "finish_timeout must be"),
        ({"language": 3}, "language must be"),
    ):
        with pytest.raises(ConfigurationError, match=problem):
            deployment.transcription(**arguments)  # pyright: ignore[reportArgumentType]
    assert len(emu.requests) == 0


async def test_an_iterator_that_gives_no_bytes_is_refused(client: AsyncClient) -> None:
    with pytest.raises(InvalidRequestError, match="gave str, not bytes"):
        async with client.deployments("abcd1234").transcription(iter(["text"])) as session:  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            await understood(session)
    assert IDLE in repr(client)


async def test_a_refused_handshake_is_the_error_of_its_status(client: AsyncClient) -> None:
    with pytest.raises(NotFoundError):
        async with client.deployments("abcd1234").transcription(extra_headers=behaving("status=404")):
            raise AssertionError
    assert IDLE in repr(client)
