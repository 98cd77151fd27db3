"""Recorded audio: at once and through the queue, by models and chains."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from baseten_sdk import AsyncClient, InvalidRequestError, ModelError, ResponseValidationError
from baseten_sdk.emulator import Emulator
from tests.asking import IDLE, behaving, fields, only

pytestmark = pytest.mark.anyio


async def test_a_model_transcribes_a_file(client: AsyncClient, emu: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    path.write_bytes(b"\x00" * 64_000)
    transcription = await client.deployments("abcd1234").transcribe(
        path, language="auto", word_timestamps=True, enable_vad=False, extra_body={"whisper_input": {"new": 1}}
    )
    assert transcription.text == "never odd or even"
    assert (transcription.language_code, transcription.language_prob) == ("en", 0.97)
    assert [(word.word, word.start_time) for word in transcription.words][1] == ("odd", 0.5)
    assert transcription.meta.request_id
    assert only(emu).path == "/model/abcd1234/environments/production/predict"
    assert fields(only(emu)) == {
        "whisper_input": {
            "audio": {"audio_b64": base64.b64encode(path.read_bytes()).decode()},
            "whisper_params": {"audio_language": "auto", "show_word_timestamps": True, "enable_vad": False},
            "new": 1,
        }
    }
    assert IDLE in repr(client)


async def test_a_chain_transcribes_a_url(client: AsyncClient, emu: Emulator) -> None:
    transcription = await client.chains("chain123").transcribe("https://example.com/talk.mp3")
    assert transcription.text.startswith("never odd or even")
    assert only(emu).path == "/chain/chain123/environments/production/run_remote"
    assert fields(only(emu)) == {
        "whisper_input": {"audio": {"url": "https://example.com/talk.mp3"}, "whisper_params": {}}
    }


async def test_a_recording_may_be_put_into_the_queue(client: AsyncClient, emu: Emulator) -> None:
    url = "https://example.com/talk.mp3"
    job = await client.deployments("abcd1234").async_transcribe(url, prompt="Baseten", priority=1)
    assert job.model_id == "abcd1234"
    await client.chains("chain123").async_transcribe(url)
    first, second = emu.requests
    assert first.path.endswith("/async_predict")
    assert fields(first) == {
        "model_input": {"whisper_input": {"audio": {"url": url}, "whisper_params": {"prompt": "Baseten"}}},
        "priority": 1,
    }
    assert second.path.endswith("/async_run_remote")
    with pytest.raises(InvalidRequestError, match="bytes"):
        await client.deployments("abcd1234").async_transcribe(b"x" * 300_000)
    assert len(emu.requests) == 2


async def test_what_cannot_be_sent_is_refused_before(client: AsyncClient, emu: Emulator) -> None:
    deployment = client.deployments("abcd1234")
    with pytest.raises(InvalidRequestError, match="No such file"):
        await deployment.transcribe("/nowhere/talk.wav")
    with pytest.raises(InvalidRequestError, match="There is no parameter 'lang'"):
        await deployment.transcribe(b"x", lang="en")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with pytest.raises(InvalidRequestError, match="enable_vad must be"):
        await deployment.transcribe(b"x", enable_vad="yes")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert len(emu.requests) == 0


async def test_failures_are_those_of_a_predict(client: AsyncClient) -> None:
    deployment = client.deployments("abcd1234")
    with pytest.raises(ModelError):
        await deployment.transcribe(b"x", extra_headers=behaving("model-error"), max_retries=0)
    with pytest.raises(ResponseValidationError):
        await deployment.transcribe(b"x", extra_headers=behaving("reply=not-json"))
