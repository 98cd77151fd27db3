"""Rows that are recordings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from baseten_sdk import AsyncClient, BatchMismatchError, InvalidRequestError, Target, batch
from baseten_sdk.batch import Call
from baseten_sdk.emulator import Emulator, RecordedRequest
from baseten_sdk.types.speech import Transcription
from tests.asking import fields

pytestmark = pytest.mark.anyio

URL = "https://example.com/talk.mp3"


@pytest.fixture
def emu() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


async def test_a_row_is_the_text_of_a_recording(emu: Emulator, tmp_path: Path) -> None:
    sink = tmp_path / "out.jsonl"
    path = tmp_path / "talk.wav"
    path.write_bytes(bytes(64_000))
    rows = [{"id": "file", "audio": str(path)}, {"id": "url", "audio": URL}]

    def asked(row: dict[str, str]) -> Call[Transcription]:
        return batch.transcribe(row["audio"], deployment="abcd1234", language="en", word_timestamps=True)

    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        report = await client.batch.run(rows, sink, request=asked)
        lines = {line["key"]: line["output"] for line in map(json.loads, sink.read_text().splitlines())}
        assert report.ok == 2
        assert lines["file"]["segments"][0]["text"]
        assert lines["file"]["language_code"] == "en"
        assert {kind for request in emu.requests for kind in audio_of(request)} == {"url", "audio_b64"}
        with pytest.raises(BatchMismatchError, match="language"):
            await client.batch.run(
                rows, sink, request=lambda row: batch.transcribe(row["audio"], deployment="abcd1234", language="de")
            )


def audio_of(request: RecordedRequest) -> Mapping[str, object]:
    block = fields(request)["whisper_input"]
    assert isinstance(block, dict)
    return {str(name): value for name, value in block["audio"].items()}


async def test_a_recording_goes_to_a_chain_or_a_pool(emu: Emulator) -> None:
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        pool = client.pool([Target("abcd1234")])
        for call in (
            batch.transcribe(URL, chain="chain123"),
            batch.transcribe(URL, deployment=pool, enable_vad=False),
        ):
            assert (await call.make(client)).text
    assert [request.path.rpartition("/")[2] for request in emu.requests] == ["run_remote", "predict"]


def test_a_recording_needs_one_place() -> None:
    neither_nor = "either deployment= or chain="
    with pytest.raises(InvalidRequestError, match=neither_nor):
        batch.transcribe(URL)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    with pytest.raises(InvalidRequestError, match=neither_nor):
        batch.transcribe(URL, deployment="abcd1234", chain="chain123")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
